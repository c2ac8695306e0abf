// The roles of nodes over time, with terms. Roles with more duties have higher bars.

const states = {
  "follower": { color: "var(--sky)", height: 6 },
  "pre-candidate": { color: "var(--yellow)", height: 12, angle: 45 },
  "candidate": { color: "var(--orange)", height: 20, angle: 45 },
  "leader": { color: "var(--green)", height: 24 },
  "learner": { color: "var(--purple)", height: 6, angle: 90 },
  "paused": { color: "var(--faint)", height: 20, angle: 90 },
  "down": { color: "var(--red)", height: 2 },
};
const laneHeight = 34;

function showLanes() {
  if (!data.lanes.length) return;
  const present = new Set(data.lanes.flatMap((lane) => lane.spans.map((span) => span.state)));
  const readout = make("div", { class: "readout" }, "Point at a bar, or tap it.");
  const picture = chart("the role of each node over time", (width) => paintLanes(width, readout));
  const isTold = data.lanes.some((lane) => lane.spans.some((span) =>
    !["unknown", "paused", "down"].includes(span.state)));
  section("lanes", "Who led",
    make("p", {}, isTold
      ? "The role of each node, from its log and from the faults. "
        + "The number on a bar is the term; a gap means that the role is unknown."
      : "These nodes do not log their roles, so this shows only faults."),
    data.cutLogs.length ? make("p", { class: "faint" }, "Only the beginning was read of the log of "
      + nodeNames(data.cutLogs, ", ") + ": it is too long.") : null,
    make("div", { class: "legend" }, Object.keys(states).filter((state) => present.has(state)).map((state) =>
      make("span", {}, laneSample(state), state))),
    picture.holder, readout,
    table("Roles over time", [
      ["node", (row) => data.names[row.node]],
      ["from (s)", (row) => inSeconds(row.span.from), "number"],
      ["to (s)", (row) => inSeconds(row.span.to), "number"],
      ["role", (row) => row.span.state],
      ["term", (row) => row.span.state === "unknown" ? "" : row.span.term, "number"],
      ["why", (row) => row.span.text, "long"],
    ], data.lanes.flatMap((lane) => lane.spans.map((span) => ({ node: lane.node, span })))));
  picture.repaint();
}

function laneSample(state) {
  const picture = draw("svg", { width: 22, height: 26, "aria-hidden": "true" });
  const paint = lanePaint(picture);
  picture.append(laneBar(state, paint(state), 1, 20, 13));
  return picture;
}

// Each pattern once per picture.
function lanePaint(picture) {
  const made = {};
  return (state) => {
    const { color, angle } = states[state];
    if (angle === undefined) return color;
    made[state] = made[state] || hatch(picture, color, angle, 3, 5);
    return made[state];
  };
}

function laneBar(state, paint, from, width, middle) {
  const { color, height } = states[state];
  return draw("rect", { x: from, width, y: middle - height / 2, height,
    style: `fill:${paint};stroke:${color};stroke-width:${height > 10 ? 1 : 0}` });
}

function paintLanes(width, readout) {
  const shape = frame(width, data.lanes.length * laneHeight + 6);
  const paint = lanePaint(shape.picture);
  data.lanes.forEach((lane, row) => {
    const middle = shape.top + 6 + row * laneHeight + laneHeight / 2 - 3;
    shape.picture.append(draw("text", { x: shape.left - 10, y: middle + 4, "text-anchor": "end" },
      data.names[lane.node]));
    for (const span of lane.spans.filter((each) => each.state !== "unknown")) {
      const from = shape.x(span.from);
      const size = Math.max(1, shape.x(span.to) - from);
      const words = `n${lane.node}: ${span.state} in term ${span.term}, ${seconds(span.from)} to `
        + `${seconds(span.to)}${span.text ? " (" + span.text + ")" : ""}`;
      const bar = laneBar(span.state, paint(span.state), from, size, middle);
      const tell = () => readout.replaceChildren(words);
      // Thin bars are hard to point at.
      const target = draw("rect", { x: from, width: size, y: middle - laneHeight / 2, height: laneHeight,
        style: "fill:transparent", onpointerenter: tell, onpointerdown: tell }, draw("title", {}, words));
      shape.picture.append(bar, target);
      if (span.state === "leader" && size > 7 * String(span.term).length + 6) {
        shape.picture.append(draw("text", { x: from + size / 2, y: middle + 4, "text-anchor": "middle",
          style: "fill:var(--ground);font-weight:700;pointer-events:none" }, span.term));
      }
    }
  });
  return shape.picture;
}
