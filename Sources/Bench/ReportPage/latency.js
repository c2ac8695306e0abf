// Latency over time: a shape per kind, a color and filling per outcome.

const looks = {
  ok: { color: "var(--blue)", isFilled: true, words: "ok" },
  fail: { color: "var(--orange)", isFilled: false, words: "failed" },
  info: { color: "var(--red)", isFilled: false, words: "unknown" },
};
const endings = ["ok", "fail", "info"];
const thinned = data.series.filter((series) => series.stride > 1);

// A circle for a read, a square for a write, a triangle for a cas; unknown outcomes are struck through.
function mark(kind, ending, x, y, size) {
  const left = (x - size).toFixed(1);
  const level = y.toFixed(1);
  let path;
  if (kind === "read") {
    path = `M${left} ${level}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`;
  } else if (kind === "write") {
    path = `M${left} ${(y - size).toFixed(1)}h${2 * size}v${2 * size}h${-2 * size}z`;
  } else {
    path = `M${left} ${(y + size).toFixed(1)}h${2 * size}l${-size} ${-2 * size}z`;
  }
  if (ending === "info") path += `M${left} ${(y - size).toFixed(1)}l${2 * size} ${2 * size}`;
  return path;
}

function markStyle(ending) {
  const { color, isFilled } = looks[ending];
  return isFilled
    ? `fill:${color};fill-opacity:.6;stroke:none`
    : `fill:none;stroke:${color};stroke-width:1.4`;
}

function sample(kind, ending) {
  return draw("svg", { width: 16, height: 16, "aria-hidden": "true" },
    draw("path", { d: mark(kind, ending, 8, 8, 5), style: markStyle(ending) }));
}

function showLatency() {
  if (!data.series.length) return;
  const hidden = new Set();
  const readout = make("div", { class: "readout" }, "Point at a request, or tap it.");
  let points = [];
  const picture = chart("latency of requests over time", (width) => {
    const shape = frame(width, width < 600 ? 260 : 340);
    points = paintLatency(shape, hidden);
    shape.picture.addEventListener("pointermove", (event) => point(event, shape.picture));
    shape.picture.addEventListener("pointerdown", (event) => point(event, shape.picture));
    return shape.picture;
  });
  const point = (event, svg) => {
    const box = svg.getBoundingClientRect();
    const found = nearest(points, event.clientX - box.left, event.clientY - box.top);
    if (found) readout.replaceChildren(requestWords(found.series, found.index));
  };
  const legend = make("div", { class: "legend" }, data.series.map((series, index) =>
    make("label", {},
      make("input", { type: "checkbox", checked: "", onchange: (event) => {
        if (event.target.checked) hidden.delete(index); else hidden.add(index);
        picture.repaint();
      } }),
      sample(series.kind, series.ending),
      `${series.kind} ${looks[series.ending].words}: ${grouped(series.count)}`)));
  section("latency", "Latency",
    make("p", {}, "Each mark is a request, at the time when it was sent; the scale is logarithmic."),
    thinned.length ? make("p", { class: "faint" }, "There were too many to draw them all: of "
      + thinned.map((series) => `${series.kind} ${looks[series.ending].words} one in ${series.stride}`)
        .join(", ") + " is drawn. All are counted, and the line is the slowest at the time.") : null,
    legend, picture.holder, readout, latencyTable(), slowTable());
  picture.repaint();
}

function paintLatency(shape, hidden) {
  const shown = data.series.filter((_, index) => !hidden.has(index));
  let low = Infinity;
  let high = 0;
  for (const bin of data.bins) high = Math.max(high, bin.slowest);
  for (const series of data.series) {
    for (const value of series.latency) {
      low = Math.min(low, Math.max(value, 0.001));
      high = Math.max(high, value);
    }
  }
  const first = Math.floor(Math.log10(low) - 0.03);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(high, 0.001)) * 3) / 3 + 0.05);
  const y = (value) => shape.bottom
    - (shape.bottom - shape.top) * (Math.log10(Math.max(value, 0.001)) - first) / (last - first);
  const values = [];
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  for (let power = first; power <= last; power += 1) {
    values.push(...steps.map((step) => step * 10 ** power).filter((value) => Math.log10(value) <= last));
  }
  yAxis(shape, y, values, (value) => milliseconds(Number(value.toPrecision(1))), "latency");
  const size = sum(shown.map((series) => series.asked.length)) > 3000 ? 2 : 3;
  const points = [];
  for (const series of shown) {
    const path = [];
    series.asked.forEach((time, index) => {
      const at = { x: shape.x(time), y: y(series.latency[index]), series, index };
      path.push(mark(series.kind, series.ending, at.x, at.y, size));
      points.push(at);
    });
    const style = markStyle(series.ending) + (size < 3 ? ";stroke-width:.8;opacity:.8" : "");
    shape.picture.append(draw("path", { d: path.join(""), style }));
  }
  if (thinned.length) paintSlowest(shape, y);
  return points;
}

// The slowest requests are always drawn.
function paintSlowest(shape, y) {
  const path = joinedBins(120).filter((bin) => bin.slowest > 0).map((bin, index) =>
    `${index ? "L" : "M"}${shape.x(bin.from).toFixed(1)} ${y(bin.slowest).toFixed(1)}`
      + `H${shape.x(bin.to).toFixed(1)}`);
  shape.picture.append(draw("path", { d: path.join(""),
    style: "fill:none;stroke:var(--ink);stroke-width:1.2;opacity:.8" }));
}

function nearest(points, x, y) {
  let best = null;
  let distance = 24 ** 2;
  for (const point of points) {
    const here = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (here < distance) [best, distance] = [point, here];
  }
  return best;
}

function requestWords(series, index) {
  const reason = series.reason[index] ? ` (${series.reason[index]})` : "";
  const key = series.key[index] + (series.kind === "txn" ? " first" : "");
  return `${series.kind} of key ${key}, sent to n${series.node[index]} at ${seconds(series.asked[index])}: `
    + `${looks[series.ending].words}${reason} after `
    + milliseconds(series.latency[index]);
}

function latencyTable() {
  const rows = data.series.map((series) => {
    const sorted = [...series.latency].sort((one, other) => one - other);
    return { series, sorted };
  });
  const share = (part) => (row) => short(quantile(row.sorted, part));
  return table("Latency by kind and outcome", [
    ["kind", (row) => row.series.kind],
    ["outcome", (row) => looks[row.series.ending].words],
    ["requests", (row) => grouped(row.series.count), "number"],
    ["shown", (row) => grouped(row.sorted.length), "number"],
    ["median (ms)", share(0.5), "number"],
    ["95 % (ms)", share(0.95), "number"],
    ["99 % (ms)", share(0.99), "number"],
    ["slowest shown (ms)", share(1), "number"],
  ], rows);
}

function slowTable() {
  const rows = data.series.flatMap((series) => series.asked.map((_, index) => ({ series, index })));
  rows.sort((one, other) => other.series.latency[other.index] - one.series.latency[one.index]);
  const most = 1000;
  return table(rows.length > most ? `The ${grouped(most)} slowest requests` : "Every request, slowest first", [
    ["asked (s)", (row) => inSeconds(row.series.asked[row.index]), "number"],
    ["latency (ms)", (row) => short(row.series.latency[row.index]), "number"],
    ["kind", (row) => row.series.kind],
    ["outcome", (row) => looks[row.series.ending].words],
    ["why", (row) => row.series.reason[row.index]],
    ["key", (row) => row.series.key[row.index], "number"],
    ["node", (row) => data.names[row.series.node[row.index]]],
  ], rows.slice(0, most));
}
