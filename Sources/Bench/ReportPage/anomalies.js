// The transactions of an anomaly, and why each must come before the next.

const relations = {
  ww: ["var(--purple)", "its write was replaced or appended to"],
  wr: ["var(--blue)", "its write was read"],
  rw: ["var(--red)", "it read what was replaced or appended to"],
  rt: ["var(--faint)", "it ended before the other began"],
};

function showAnomalies() {
  if (!data.anomalies.length) return;
  const holder = make("div", {});
  const show = (anomaly) => {
    const picture = chart(`transactions of the ${anomaly.kind}`, (width) => paintAnomaly(anomaly, width));
    holder.replaceChildren(anomalyWords(anomaly), picture.holder, anomalyTable(anomaly));
    picture.repaint();
  };
  const picker = make("select", { onchange: (event) => show(data.anomalies[event.target.value]) },
    data.anomalies.map((anomaly, index) => make("option", { value: index },
      `${anomaly.kind}: ${anomaly.members.length + anomaly.omitted} transactions`)));
  section("anomalies", "Anomalies",
    data.anomalies.length > 1 ? make("div", { class: "controls" }, make("label", {}, "Show", picker)) : null,
    holder);
  show(data.anomalies[0]);
}

function anomalyWords(anomaly) {
  const used = [...new Set(anomaly.steps.map((step) => step.relation))];
  return make("div", {},
    make("p", {}, make("strong", {}, anomaly.kind), ` (${anomaly.meaning}): `, anomaly.steps.length
      ? "each of these transactions must come before the next, and the last before the first." : anomaly.words),
    make("ol", {}, anomaly.steps.map((step, index) => make("li", {},
      `T${index + 1} before T${nextMember(anomaly, index) + 1} (${step.relation}): ${step.words}`))),
    anomaly.omitted ? make("p", { class: "faint" }, `${anomaly.omitted} more are left out.`) : null,
    make("div", { class: "legend" }, used.map((name) =>
      make("span", {}, swatch(relations[name][0], true), `${name}: ${relations[name][1]}`))));
}

function nextMember(anomaly, index) {
  return (index + 1) % (anomaly.members.length + anomaly.omitted);
}

// The lines of a transaction's box.
function memberLines(member, index) {
  const most = 6;
  const shown = member.operations.slice(0, most).map((words) => words.length > 34 ? words.slice(0, 33) + "…" : words);
  if (member.operations.length > most) shown.push("…");
  return [`T${index + 1}  process ${member.process} ${member.outcome}`, ...shown];
}

function paintAnomaly(anomaly, width) {
  const boxes = anomaly.members.map((member, index) => ({ lines: memberLines(member, index) }));
  const size = Math.min(220, width / 2 - 50);
  for (const box of boxes) box.height = 14 * box.lines.length + 12;
  const tallest = Math.max(...boxes.map((box) => box.height));
  const radius = boxes.length < 3 ? 0 : Math.max(tallest, boxes.length * (tallest + 30) / 5);
  const height = 2 * radius + tallest + 110;
  const picture = canvas(width, height);
  boxes.forEach((box, index) => {
    const angle = Math.PI * (2 * index / boxes.length - (boxes.length < 3 ? 1 : 0.5));
    box.x = width / 2 + (boxes.length < 2 ? 0 : (width / 2 - size / 2 - 10) * Math.cos(angle));
    box.y = height / 2 + radius * Math.sin(angle);
  });
  anomaly.steps.forEach((step, index) => {
    const next = boxes[nextMember(anomaly, index)];
    if (next) paintStep(picture, step, boxes[index], next, size);
  });
  for (const box of boxes) paintMember(picture, box, size);
  return picture;
}

function paintMember(picture, box, size) {
  const [left, top] = [box.x - size / 2, box.y - box.height / 2];
  picture.append(draw("rect", { x: left, y: top, width: size, height: box.height, rx: 5,
    style: "fill:var(--panel);stroke:var(--ink)" }));
  box.lines.forEach((line, index) => picture.append(draw("text", { x: left + 8, y: top + 17 + 14 * index,
    style: index ? "" : "font-weight:700" }, line)));
}

// Where the way from a box to a point leaves the box.
function edgeOf(box, size, x, y) {
  const [dx, dy] = [x - box.x, y - box.y];
  const scale = Math.min((size / 2 + 4) / Math.max(Math.abs(dx), 0.01),
    (box.height / 2 + 4) / Math.max(Math.abs(dy), 0.01));
  return { x: box.x + dx * Math.min(scale, 1), y: box.y + dy * Math.min(scale, 1) };
}

function paintStep(picture, step, from, to, size) {
  const color = relations[step.relation][0];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  // Bent to one side, so that a step back does not lie on a step there.
  const bend = Math.max(from.height, to.height) / 2 + 24;
  const middle = { x: (from.x + to.x) / 2 + bend * dy / length, y: (from.y + to.y) / 2 - bend * dx / length };
  const start = edgeOf(from, size, middle.x, middle.y);
  const end = edgeOf(to, size, middle.x, middle.y);
  const angle = Math.atan2(end.y - middle.y, end.x - middle.x);
  const wing = (turn) => `${end.x - 9 * Math.cos(angle + turn)} ${end.y - 9 * Math.sin(angle + turn)}`;
  const top = { x: (start.x + 2 * middle.x + end.x) / 4, y: (start.y + 2 * middle.y + end.y) / 4 };
  picture.append(
    draw("path", { d: `M${start.x} ${start.y}Q${middle.x} ${middle.y} ${end.x} ${end.y}`,
      style: `fill:none;stroke:${color};stroke-width:2`
        + (step.relation === "rt" ? ";stroke-dasharray:5 4" : "") }, draw("title", {}, step.words)),
    draw("path", { d: `M${end.x} ${end.y}L${wing(0.4)}L${wing(-0.4)}z`, style: `fill:${color}` }),
    draw("text", { x: top.x, y: top.y + 4, "text-anchor": "middle", class: "halo",
      style: `fill:${color};font-weight:700` }, step.relation));
}

function anomalyTable(anomaly) {
  return table(`Transactions of the ${anomaly.kind}`, [
    ["transaction", (row) => "T" + (anomaly.members.indexOf(row) + 1)],
    ["process", (row) => row.process, "number"],
    ["from (s)", (row) => inSeconds(row.from, 6), "number"],
    ["to (s)", (row) => row.to === undefined ? row.outcome : inSeconds(row.to, 6), "number"],
    ["what", (row) => row.operations.join(", "), "long"],
  ], anomaly.members);
}
