// The operations around a violation.

function showViolations() {
  if (!data.violations.length) return;
  const holder = make("div", {});
  const show = (violation) => {
    const picture = chart(`operations on key ${violation.key}`, (width) => paintViolation(violation, width));
    holder.replaceChildren(violationWords(violation), picture.holder, violationTable(violation));
    picture.repaint();
  };
  const picker = make("select", { onchange: (event) => show(data.violations[event.target.value]) },
    data.violations.map((violation, index) => make("option", { value: index }, `key ${violation.key}`)));
  section("violations", "Violations",
    data.violations.length > 1
      ? make("div", { class: "controls" }, make("label", {}, "Show", picker)) : null,
    holder);
  show(data.violations[0]);
}

function violationWords(violation) {
  const { failing, possible } = violation;
  return make("div", {},
    make("p", {}, `Key ${violation.key}: process ${failing.process} ${failing.words}, `,
      possible ? "but the register could only have held " : "which is impossible",
      make("strong", {}, possible), "."),
    make("p", { class: "faint" }, "Each bar is an operation, from its invocation to its answer; an arrow "
      + "means that its outcome was unknown. The number after it is its position in an order that "
      + "explains all operations before the red one, with the register's value after it. "
      + (violation.omitted ? `${grouped(violation.omitted)} earlier operations are left out.` : "")));
}

function isOpen(operation) {
  return operation.to === undefined;
}

function violationRows(violation) {
  return [...violation.operations, violation.failing].sort((one, other) => one.from - other.from);
}

function paintViolation(violation, width) {
  const rows = violationRows(violation);
  const isNarrow = width < 600;
  const left = isNarrow ? 150 : 200;
  const right = isNarrow ? 96 : 130;
  const rowHeight = 20;
  const bottom = rows.length * rowHeight + 10;
  const picture = canvas(width, bottom + 40);
  const start = Math.min(...rows.map((row) => row.from));
  const end = Math.max(...rows.map((row) => row.to || row.from), start + 0.001);
  const x = (time) => left + (width - left - right) * (time - start) / (end - start);
  timeAxis(picture, x, ticks(start, end, Math.max(2, (width - left - right) / 90)),
    { top: 4, bottom, middle: (left + width - right) / 2 });
  rows.forEach((row, index) => paintOperation(picture, x, row, 8 + index * rowHeight, {
    left, end, isWrong: row === violation.failing }));
  return picture;
}

function paintOperation(picture, x, row, y, { left, end, isWrong }) {
  const color = isWrong ? "var(--red)" : isOpen(row) ? "var(--orange)" : "var(--blue)";
  const to = isOpen(row) ? end : row.to;
  const size = Math.max(3, x(to) - x(row.from));
  const words = `p${row.process} ${row.words}`;
  picture.append(
    draw("text", { x: left - 8, y: y + 11, "text-anchor": "end",
      style: isWrong ? `fill:${color};font-weight:700` : "" }, words),
    draw("rect", { x: x(row.from), y: y + 2, width: size, height: 11, rx: 2,
      style: `fill:${isOpen(row) ? "none" : color};stroke:${color};stroke-width:1.5;`
        + (isOpen(row) ? "stroke-dasharray:4 3" : "") },
      draw("title", {}, `${words}, ${seconds(row.from, 6)} to ${isOpen(row) ? "?" : seconds(to, 6)}`)));
  const after = isWrong ? "✗ impossible"
    : row.place ? `${isOpen(row) ? "→ " : ""}#${row.place}: ${row.leaves}` : isOpen(row) ? "→ ?" : "";
  picture.append(draw("text", { x: x(row.from) + size + 6, y: y + 11, class: isWrong ? "halo" : "faint halo",
    style: isWrong ? `fill:${color};font-weight:700` : "" }, after));
}

function violationTable(violation) {
  return table(`Operations on key ${violation.key}`, [
    ["process", (row) => row.process, "number"],
    ["what", (row) => row.words],
    ["from (s)", (row) => inSeconds(row.from, 6), "number"],
    ["to (s)", (row) => isOpen(row) ? "open" : inSeconds(row.to, 6), "number"],
    ["place", (row) => row === violation.failing ? "✗" : row.place || "", "number"],
    ["register then holds", (row) => row === violation.failing ? "impossible" : row.leaves || ""],
  ], violationRows(violation), (row) => row === violation.failing);
}
