// Requests per second over time.

// Joins bins until they fit the width. A short rest would have a rate that says nothing, and is part of the bar before it.
function joinedBins(most) {
  const size = Math.max(1, Math.ceil(data.bins.length / most));
  const result = [];
  for (let start = 0; start < data.bins.length; start += size) {
    const part = data.bins.slice(start, start + size);
    const from = start * data.binWidth;
    const to = Math.max(Math.min(from + size * data.binWidth, endTime), from + 1);
    const counts = endings.map((ending) => sum(part.map((bin) => bin.counts[ending])));
    const slowest = Math.max(...part.map((bin) => bin.slowest));
    const last = result.at(-1);
    if (last && to - from < size * data.binWidth / 2) {
      Object.assign(last, {
        to, counts: counts.map((count, ending) => count + last.counts[ending]), slowest: Math.max(slowest, last.slowest),
      });
    } else {
      result.push({ from, to, counts, slowest });
    }
  }
  return result;
}

function showThroughput() {
  if (!data.bins.length) return;
  const picture = chart("requests per second over time", (width) => paintThroughput(width));
  section("throughput", "Throughput",
    make("p", {}, "Completed requests per second, stacked by outcome."),
    make("div", { class: "legend" }, endings.map((ending) => make("span", {},
      throughputSample(ending), looks[ending].words))),
    picture.holder,
    table("Requests over time", [
      ["from (s)", (bin) => inSeconds(bin.from, 2), "number"],
      ["to (s)", (bin) => inSeconds(bin.to, 2), "number"],
      ...endings.map((ending, index) => [looks[ending].words, (bin) => grouped(bin.counts[index]), "number"]),
      ["per second", (bin) => short(sum(bin.counts) * 1000 / (bin.to - bin.from)), "number"],
      ["slowest (ms)", (bin) => short(bin.slowest), "number"],
    ], joinedBins(120)));
  picture.repaint();
}

function barFill(picture, ending) {
  const color = looks[ending].color;
  if (ending === "ok") return color;
  return ending === "fail" ? hatch(picture, color, 45, 3, 6) : hatch(picture, color, 135, 1.5, 4);
}

function throughputSample(ending) {
  const picture = draw("svg", { width: 16, height: 16, "aria-hidden": "true" });
  picture.append(draw("rect", { x: 1, y: 1, width: 14, height: 14,
    style: `fill:${barFill(picture, ending)};stroke:${looks[ending].color}` }));
  return picture;
}

function paintThroughput(width) {
  const shape = frame(width, 180);
  const bins = joinedBins(Math.max(20, Math.min(120, Math.floor(width / 9))));
  const rate = (bin, count) => count * 1000 / (bin.to - bin.from);
  const high = Math.max(1, ...bins.map((bin) => rate(bin, sum(bin.counts))));
  const y = (value) => shape.bottom - (shape.bottom - shape.top) * value / (high * 1.05);
  yAxis(shape, y, ticks(0, high, 4), short, "requests / s");
  endings.forEach((ending, index) => {
    const paint = barFill(shape.picture, ending);
    for (const bin of bins.filter((each) => each.counts[index])) {
      const below = sum(bin.counts.slice(0, index));
      const top = y(rate(bin, below + bin.counts[index]));
      const title = `${seconds(bin.from, 2)}: ${bin.counts[index]} ${looks[ending].words}`;
      shape.picture.append(draw("rect", {
        x: shape.x(bin.from) + 0.5, width: Math.max(1, shape.x(bin.to) - shape.x(bin.from) - 1),
        y: top, height: Math.max(0.5, y(rate(bin, below)) - top),
        style: `fill:${paint};stroke:${looks[ending].color};stroke-width:.7`,
      }, draw("title", {}, title)));
    }
  });
  return shape.picture;
}
