// The common parts of charts over time: the axis, and shading for faults.

const faultLooks = {
  partition: ["var(--purple)", 45], kill: ["var(--red)", 135], pause: ["var(--sky)", 90],
  loss: ["var(--orange)", 0], duplicate: ["var(--green)", 60], membership: ["var(--yellow)", 20],
  transfer: ["var(--blue)", 160],
};
// Requests of operators are no failures, so they are not shaded.
const asked = ["membership", "transfer"];
const faultNames = [...new Set(data.faults.map((fault) => fault.fault))];
const endTime = Math.max(data.duration, 1);

let patternCount = 0;

// Stripes of one color in one direction.
function hatch(picture, color, angle, width = 2, gap = 6) {
  const id = "hatch" + ++patternCount;
  picture.append(draw("defs", {}, draw("pattern",
    { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` },
    draw("rect", { width, height: gap, style: `fill:${color}` }))));
  return `url(#${id})`;
}

function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const result = [];
  for (let at = Math.ceil(low / step) * step; at <= high * 1.0001; at += step) result.push(at);
  return result;
}

function timeAxis(picture, x, times, { top, bottom, middle }) {
  for (const time of times) {
    picture.append(
      draw("line", { class: "grid", x1: x(time), x2: x(time), y1: top, y2: bottom + 4 }),
      draw("text", { class: "faint", x: x(time), y: bottom + 17, "text-anchor": "middle" },
        String(Number((time / 1000).toPrecision(8)))));
  }
  picture.append(draw("text", { class: "faint", x: middle, y: bottom + 33, "text-anchor": "middle" },
    "seconds since the start"));
}

// The frame of a chart: a time axis in seconds, and the faults above and behind it.
function frame(width, plotHeight, left = 78) {
  const right = 14;
  const top = 8 + faultNames.length * 16;
  const height = top + plotHeight + 40;
  const picture = canvas(width, height);
  const x = (time) => left + (width - left - right) * Math.min(1, Math.max(0, time / endTime));
  const bottom = top + plotHeight;
  timeAxis(picture, x, ticks(0, endTime, width / 90), { top, bottom, middle: (left + width - right) / 2 });
  shade(picture, x, top, bottom, left);
  return { picture, x, top, bottom, left, right: width - right };
}

function shade(picture, x, top, bottom, left) {
  faultNames.forEach((name, row) => {
    const y = 4 + row * 16;
    const [color, angle] = faultLooks[name];
    const pattern = hatch(picture, color, angle, 3, 6);
    picture.append(draw("text", { class: "faint", x: left - 6, y: y + 10, "text-anchor": "end" }, name));
    for (const fault of data.faults.filter((each) => each.fault === name)) {
      const from = x(fault.from);
      const size = Math.max(2, x(fault.to) - from);
      const title = draw("title", {}, faultWords(fault));
      picture.append(
        draw("rect", { x: from, y, width: size, height: 12,
          style: `fill:${pattern};stroke:${color}` }, title));
      if (fault.to > fault.from && !asked.includes(name)) {
        picture.append(draw("rect", { x: from, y: top, width: size, height: bottom - top,
          style: `fill:${color};opacity:${faultNames.length > 3 ? 0.06 : 0.09}` }));
      }
      picture.append(draw("line", { x1: from, x2: from, y1: y + 12, y2: bottom,
        style: `stroke:${color};stroke-dasharray:2 4;opacity:.7` }));
    }
  });
}

function faultWords(fault) {
  const until = fault.to > fault.from ? ` to ${seconds(fault.to)}` : "";
  return `${fault.fault} ${nodeNames(fault.nodes)} from ${seconds(fault.from)}${until}: ${fault.text}`;
}

function yAxis(shape, y, values, format, name) {
  for (const value of values) {
    shape.picture.append(
      draw("line", { class: "grid", x1: shape.left, x2: shape.right, y1: y(value), y2: y(value) }),
      draw("text", { class: "faint", x: shape.left - 6, y: y(value) + 4, "text-anchor": "end" },
        format(value)));
  }
  const middle = (shape.top + shape.bottom) / 2;
  shape.picture.append(draw("text", { class: "faint", "text-anchor": "middle",
    transform: `translate(11 ${middle}) rotate(-90)` }, name));
}

function showFaults() {
  if (!data.faults.length) return;
  section("faults", "Faults",
    table("Every fault", [
      ["fault", (fault) => fault.fault],
      ["from (s)", (fault) => inSeconds(fault.from), "number"],
      ["to (s)", (fault) => fault.to > fault.from ? inSeconds(fault.to) : "at once", "number"],
      ["nodes", (fault) => nodeNames(fault.nodes)],
      ["as recorded by the nemesis", (fault) => fault.text, "long"],
    ], data.faults));
}
