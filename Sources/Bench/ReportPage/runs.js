// The list of runs, and that of a run's files.

"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("runs");
const signs = { valid: "✓", invalid: "✗", unknown: "?", measured: "–" };

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

function link(path, words, title = words) {
  return make("a", { href: path.split("/").map(encodeURIComponent).join("/"), title }, words);
}

// Each column: its name, its class, and what stands in it.
const columns = [
  ["verdict", "verdict", (run) => run.verdict
    ? [make("span", { class: run.verdict }, make("b", { "aria-hidden": "true" }, signs[run.verdict]), run.verdict),
      run.isInterrupted ? make("div", { class: "faint" }, "interrupted") : ""]
    : make("span", { class: "none" }, "no results")],
  // The time that its folder's name ends with stands beside it.
  ["run", "", (run) => link(`/${run.folder}/`, run.name.replace(/-\d{8}T\d{6}\.\d{3}$/, ""), run.name)],
  ["when", "when", (run) => whenWords(run.date)],
  ["program", "", (run) => programWords(run)],
  ["workload", "", (run) => run.workload],
  ["faults", "", (run) => run.faults && (run.faults.length ? run.faults.join(", ") : "none")],
  ["seed", "number", (run) => run.seed],
  ["requests", "number", (run) => run.requests],
  ["duration", "number", (run) => run.seconds === undefined ? undefined : run.seconds.toFixed(1) + " s"],
  ["links", "links", (run) => run.files.map((file) =>
    link(`/${run.folder}/${file}`, { "report.html": "report", "results.json": "results" }[file] || "history"))],
];

function programWords(run) {
  if (!run.program) return undefined;
  const nodes = `${run.nodes} node${run.nodes === 1 ? "" : "s"}`;
  return [make("span", { title: run.program }, run.program.split("/").pop()), " ",
    make("span", { class: "faint" }, `(${nodes})`)];
}

function whenWords(milliseconds) {
  const date = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `
    + `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function runsTable() {
  if (!data.runs.length) return make("p", {}, "There are no runs yet.");
  return make("table", {},
    make("thead", {}, make("tr", {}, columns.map(([name, kind]) =>
      make("th", { class: kind === "number" ? "number" : "" }, name)))),
    make("tbody", {}, data.runs.map((run) => make("tr", {}, columns.map(([name, kind, content]) => {
      const cell = content(run);
      return make("td", { class: kind, "data-name": name }, cell === undefined ? [] : make("div", {}, cell));
    })))));
}

main.replaceChildren(
  data.files ? make("p", {}, link("/", "all runs")) : "",
  make("h1", {}, data.title),
  data.files ? make("ul", {}, data.files.map((name) => make("li", {}, link(`${data.place}/${name}`, name))))
    : runsTable());
