// Messages per request, by kind.

function showKinds() {
  if (!data.kinds.length) return;
  const most = Math.max(...data.kinds.map((kind) => kind.count));
  const perRequest = (kind) => data.requests ? kind.count / data.requests : 0;
  const bars = make("div", { class: "bars" }, data.kinds.map((kind) => [
    make("span", {}, kind.kind),
    make("span", { class: "figure" }, short(perRequest(kind))),
    make("span", { class: "track" }, make("div", {
      class: kind.isBetweenNodes ? "bar" : "bar client", style: `width:${100 * kind.count / most}%` })),
  ]));
  const between = data.kinds.filter((kind) => kind.isBetweenNodes);
  const total = sum(between.map((kind) => kind.count));
  section("kinds", "Messages per request",
    make("p", {}, `Nodes sent each other ${grouped(total)} messages: `
      + `${short(data.requests ? total / data.requests : 0)} for each of the `
      + `${grouped(data.requests)} requests. Heartbeats count too, so a run with few requests has many.`),
    make("div", { class: "legend" },
      make("span", {}, swatch("var(--blue)", true), "between nodes"),
      make("span", {}, swatch("var(--orange)", false), "from and to clients")),
    bars,
    table("Messages by kind", [
      ["kind", (kind) => kind.kind],
      ["where", (kind) => kind.isBetweenNodes ? "between nodes" : "from and to clients"],
      ["messages", (kind) => grouped(kind.count), "number"],
      ["per request", (kind) => short(perRequest(kind)), "number"],
    ], data.kinds));
}

function swatch(color, isFilled) {
  return draw("svg", { width: 16, height: 12, "aria-hidden": "true" },
    draw("rect", { x: 1, y: 1, width: 14, height: 10,
      style: `fill:${isFilled ? color : "none"};stroke:${color};stroke-width:2` }));
}
