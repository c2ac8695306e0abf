"use strict";
// Helpers for elements, tables, sections and numbers.

const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("report");
const svgSpace = document.createRange().createContextualFragment("<svg/>").firstChild.namespaceURI;
const painters = [];

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

function canvas(width, height) {
  return draw("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
}

function section(id, title, ...children) {
  const part = make("section", { id }, make("h2", {}, title), ...children);
  main.append(part);
  return part;
}

// Calls paint with the current width, now and on every change.
function chart(name, paint) {
  const holder = make("div", { class: "chart" });
  let last = 0;
  const repaint = () => {
    const width = Math.max(280, Math.floor(holder.clientWidth));
    last = width;
    const picture = paint(width);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", name);
    holder.replaceChildren(picture);
  };
  painters.push(() => { if (holder.isConnected && Math.floor(holder.clientWidth) !== last) repaint(); });
  return { holder, repaint };
}

// A column is a name and a function from a row to its cell; numbers are right-aligned.
function table(title, columns, rows, isWrong) {
  const holder = make("div", { class: "scroll", tabindex: 0 });
  const count = rows.length === 1 ? "1 row" : grouped(rows.length) + " rows";
  const part = make("details", {}, make("summary", {}, `${title} (table, ${count})`), holder);
  // Created on demand, as some tables are long.
  part.addEventListener("toggle", () => {
    if (!part.open || holder.firstChild) return;
    holder.append(filledTable(columns, rows, isWrong));
  });
  return part;
}

function filledTable(columns, rows, isWrong) {
  const isNumber = columns.map((column) => column[2] === "number");
  const kind = (index) => isNumber[index] ? "number" : columns[index][2] || null;
  return make("table", {},
    make("thead", {}, make("tr", {}, columns.map(([name], index) =>
      make("th", { class: isNumber[index] ? "number" : null }, name)))),
    make("tbody", {}, rows.map((row) => make("tr", { class: isWrong && isWrong(row) ? "wrong" : null },
      columns.map(([, value], index) => make("td", { class: kind(index) }, String(value(row))))))));
}

function grouped(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

// Three significant digits.
function short(number) {
  const size = Math.abs(number);
  if (size >= 100 || size === 0) return grouped(number);
  return String(Number(number.toPrecision(3)));
}

function milliseconds(value) {
  return value >= 10000 ? short(value / 1000) + " s" : short(value) + " ms";
}

function inSeconds(value, places = 3) {
  return (value / 1000).toFixed(places);
}

function seconds(value, places = 3) {
  return inSeconds(value, places) + " s";
}

function nodeNames(nodes, separator = " ") {
  return nodes.map((node) => data.names[node]).join(separator);
}

function quantile(sorted, share) {
  if (!sorted.length) return 0;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
