// Draws a Lamport diagram.

// One column per node, per service of Maelstrom's, and per client if there are few.
function lamportColumns(chosen) {
  const nodes = data.names.filter((name) =>
    data.nodes <= 9 || chosen.some((each) => each.source === name || each.destination === name));
  const ends = [...new Set(chosen.flatMap((each) => [each.source, each.destination]))];
  const clients = ends.filter(isClient);
  const services = ends.filter((name) => !isClient(name) && !data.names.includes(name)).sort();
  const few = clients.length <= 2;
  const names = [...(few ? clients : ["clients"]), ...nodes, ...services];
  const places = new Map(names.map((name, index) => [name, index]));
  return { names, place: (name) => places.get(isClient(name) && !few ? "clients" : name) };
}

// Every event has its own line, so that labels do not overlap; long pauses take more room.
function lamportLines(chosen, omitted) {
  let y = 14;
  let before = null;
  const lines = new Map();
  const marks = [];
  for (const event of eventsOf(chosen)) {
    const silence = before ? event.at - before.at : 0;
    const isFirst = !before || silence > 0.5;
    y += (event.isSend ? 17 : 5) + Math.min(26, 9 * Math.log10(1 + silence));
    if (event.isSend && omitted.has(event.message)) y += 20;
    if (isFirst) marks.push({ y, at: event.at });
    const both = lines.get(event.message) || {};
    both[event.isSend ? "sent" : "arrived"] = y;
    lines.set(event.message, both);
    before = event;
  }
  return { lines, marks, bottom: y + 16 };
}

// The names of the columns, which stay in sight, and the picture below them.
function paintLamport(chosen, width, readout) {
  const columns = lamportColumns(chosen);
  const left = 70;
  const column = Math.max(112, (width - left - 20) / columns.names.length);
  const full = Math.max(width, Math.ceil(left + 20 + column * columns.names.length));
  const omitted = omittedBefore(chosen);
  const { lines, marks, bottom } = lamportLines(chosen, omitted);
  const picture = canvas(full, bottom + 10);
  const x = (name) => left + column * (columns.place(name) + 0.5);
  const head = canvas(full, 24);
  head.setAttribute("aria-hidden", "true");
  for (const name of columns.names) {
    head.append(draw("text", { x: x(name), y: 17, "text-anchor": "middle", style: "font-weight:700" }, name));
    picture.append(
      draw("line", { x1: x(name), x2: x(name), y1: 0, y2: bottom, style: "stroke:var(--faint);stroke-width:1.5" }));
  }
  paintTimes(picture, marks, full, left);
  paintGaps(picture, omitted, lines, full, left);
  const names = [];
  for (const message of chosen) names.push(paintMessage(picture, x, message, lines.get(message), readout));
  // Above the arrows.
  picture.append(...names);
  return { picture, head, columns: columns.names.map((name) => ({ name, at: x(name) })) };
}

function paintTimes(picture, marks, full, left) {
  let last = -Infinity;
  for (const mark of marks) {
    if (mark.y - last < 13) continue;
    last = mark.y;
    picture.append(
      draw("line", { class: "grid", x1: left - 4, x2: full, y1: mark.y, y2: mark.y,
        style: "stroke-dasharray:1 5" }),
      draw("text", { class: "faint", x: left - 8, y: mark.y + 4, "text-anchor": "end" },
        inSeconds(mark.at, 4)));
  }
}

// The picture with its head, which stays in sight while the page scrolls down, and goes along while it scrolls
// sideways; beside the names it says what lies further left or right.
function lamportWindow(chosen, readout) {
  const names = make("div", { class: "names" });
  const hint = make("div", { class: "hint" });
  let columns = [];
  const picture = chart("messages between processes", (width) => {
    const painted = paintLamport(chosen, width, readout);
    columns = painted.columns;
    names.replaceChildren(painted.head);
    return painted.picture;
  });
  const follow = () => {
    const { scrollLeft, clientWidth, scrollWidth } = picture.holder;
    names.scrollLeft = scrollLeft;
    const list = (part) => part.map((column) => column.name).join(" ");
    const before = columns.filter((column) => column.at < scrollLeft);
    const after = columns.filter((column) => column.at > scrollLeft + clientWidth);
    const words = [before.length ? `◂ ${list(before)}` : "", after.length ? `${list(after)} ▸` : ""];
    hint.hidden = scrollWidth <= clientWidth;
    hint.replaceChildren(make("span", {}, words[0]), make("span", {}, "scroll sideways"), make("span", {}, words[1]));
  };
  picture.holder.addEventListener("scroll", follow);
  const repaint = () => { picture.repaint(); follow(); };
  painters.push(() => { if (picture.holder.isConnected) follow(); });
  return { parts: [make("div", { class: "heads" }, names, hint), picture.holder], repaint };
}

// The number of messages left out before each message.
function omittedBefore(chosen) {
  const omitted = new Map();
  for (let index = 1; index < chosen.length; index += 1) {
    const isNext = messages[messages.indexOf(chosen[index - 1]) + 1] === chosen[index];
    const count = chosen[index].number - chosen[index - 1].number - 1;
    if (isNext && count > 0) omitted.set(chosen[index], count);
  }
  return omitted;
}

function paintGaps(picture, omitted, lines, full, left) {
  for (const [message, count] of omitted) {
    const y = lines.get(message).sent - 19;
    picture.append(
      draw("line", { x1: left, x2: full, y1: y, y2: y,
        style: "stroke:var(--purple);stroke-width:2;stroke-dasharray:8 5" }),
      draw("text", { class: "halo", x: full - 8, y: y - 5, "text-anchor": "end",
        style: "fill:var(--purple);font-size:11px" }, `${grouped(count)} messages left out`));
  }
}

// Returns the message's label, next to its sender.
function paintMessage(picture, x, message, place, readout) {
  const isLost = message.fate === 1 || place.arrived === undefined;
  const { label, isCulprit, anomaly } = meaningOf(message);
  const color = isLost || isCulprit ? "var(--red)" : anomaly ? "var(--purple)"
    : isClient(message.source) || isClient(message.destination) ? "var(--blue)" : "var(--ink)";
  const from = { x: x(message.source), y: place.sent };
  let to = { x: x(message.destination), y: place.arrived === undefined ? from.y + 20 : place.arrived };
  if (isLost) to = { x: from.x + (to.x - from.x) * 0.6, y: from.y + (to.y - from.y) * 0.6 };
  const words = `${message.source} to ${message.destination}, ${seconds(message.sent, 6)}`
    + (isLost ? ", did not arrive: "
      : `, arrived after ${milliseconds(message.arrived - message.sent)}: `)
    + (isCulprit ? "the operation that no order explains: " : anomaly ? `transaction ${anomaly} of the anomaly: ` : "");
  const tell = () => readout.replaceChildren(words, make("code", {}, message.text));
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const corner = (turn) => `${(to.x - 8 * Math.cos(angle + turn)).toFixed(1)},`
    + (to.y - 8 * Math.sin(angle + turn)).toFixed(1);
  const group = draw("g", { onpointerenter: tell, onpointerdown: tell, style: "cursor:pointer" },
    draw("title", {}, words + message.text),
    draw("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, style: "stroke:transparent;stroke-width:9" }),
    draw("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y,
      style: `stroke:${color};stroke-width:${isCulprit || anomaly ? 3 : message.fate === 2 ? 2.4 : 1.2};opacity:.75`
        + (isLost ? ";stroke-dasharray:5 4" : "") }),
    draw("circle", { cx: from.x, cy: from.y, r: 2.5, style: `fill:${color}` }),
    isLost
      ? draw("text", { x: to.x, y: to.y + 5, "text-anchor": "middle", class: "halo", style: `fill:${color}` }, "✗")
      : draw("polygon", { points: `${to.x},${to.y} ${corner(0.4)} ${corner(-0.4)}`, style: `fill:${color}` }));
  picture.append(group);
  const isRight = to.x >= from.x;
  return draw("text", { x: from.x + (isRight ? 6 : -6), y: from.y - 4, class: "halo",
    "text-anchor": isRight ? "start" : "end",
    style: `fill:${color};font-size:11px;pointer-events:none${isCulprit || anomaly ? ";font-weight:700" : ""}` },
    (isCulprit ? "✗ " : anomaly ? anomaly + " " : "") + label);
}
