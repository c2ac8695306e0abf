
// The members as cards, and the messages between them as arrows on which a dot moves.
const signs = { leader: "\u2605 ", down: "\u2717 ", paused: "\u2016 " };
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Cards are made once and filled again, so that a click or the focus does not get lost.
function drawMembers() {
  const { members } = page.state;
  const holder = at("members");
  const isWide = members.length > 5;
  holder.style.gridTemplateColumns = `repeat(${members.length}, minmax(${isWide ? "92px" : "0"}, 1fr))`;
  at("picture").style.minWidth = isWide ? `${members.length * 100}px` : "";
  members.forEach((member, index) => {
    let card = holder.children[index];
    if (!card) {
      card = element("button");
      card.type = "button";
      card.addEventListener("click", () => choose(index));
      holder.append(card);
    }
    const before = card.member;
    card.setAttribute("aria-pressed", index === page.chosen);
    const isSame = before && JSON.stringify(before) === JSON.stringify(member);
    if (isSame) return;
    card.member = member;
    card.className = "member " + (member.state === "up" ? member.role || "" : member.state);
    card.replaceChildren(...contentOf(member, before));
  });
  drawControls();
}

function contentOf(member, before) {
  const told = member.state === "up" ? member.role || "role unknown" : member.state;
  const name = element("span", member.id, "name");
  name.append(element("span", (signs[told] || "") + told, "role"));
  const facts = element("span", undefined, "facts");
  for (const [what, value] of [["term", member.term], ["vote", member.vote || "\u2013"], ["commit", member.commit]]) {
    const fact = element("span", what + " ");
    fact.append(element("b", value === undefined ? "?" : value));
    facts.append(fact);
  }
  return [name, facts, logOf(member, before)];
}

function logOf(member, before) {
  const log = element("span", undefined, "log");
  if (member.base > 0) log.append(element("span", "\u2026" + member.base, "entry committed"));
  member.log.forEach((entry, place) => {
    const index = member.base + place + 1;
    const isCommitted = member.commit !== undefined && index <= member.commit;
    const was = before && before.log[index - before.base - 1];
    const isFresh = before && index > before.base && (!was || was.term !== entry.term);
    const box = element("span", entry.term === undefined ? "?" : entry.term,
      "entry" + (isCommitted ? " committed" : "") + (isFresh ? " fresh" : ""));
    box.title = `entry ${index} of term ${entry.term}: ${entry.words}${isCommitted ? ", committed" : ""}`;
    log.append(box);
  });
  return log;
}

// Which row of the picture each message has; the rows of those that are gone are free again.
const rows = new Map();
const rowHeight = 30;
const mostRows = 14;

function assignRows(messages) {
  const present = new Set(messages.map((message) => message.number));
  for (const number of rows.keys()) if (!present.has(number)) rows.delete(number);
  const taken = new Set(rows.values());
  for (const message of messages) {
    if (rows.has(message.number)) continue;
    const free = Array.from({ length: mostRows }, (_, row) => row).find((row) => !taken.has(row));
    if (free === undefined) continue;
    rows.set(message.number, free);
    taken.add(free);
  }
}

let height = 8;

// Of the heartbeats and their answers on a link one at a time is shown, and not after its arrival: there are many.
function wantedMessages() {
  const all = page.state.messages;
  const seen = new Set();
  const isFirst = (message) => {
    const link = `${message.from} ${message.to}`;
    return !seen.has(link) && seen.add(link);
  };
  const quiet = all.filter((message) => message.isQuiet && message.fate !== "arrived");
  // Those that have a row keep it.
  quiet.sort((one, other) => rows.has(other.number) - rows.has(one.number));
  return [...all.filter((message) => !message.isQuiet), ...(at("quiet").checked ? quiet.filter(isFirst) : [])];
}

function drawMessages() {
  const wanted = wantedMessages();
  assignRows(wanted);
  const shown = wanted.filter((message) => rows.has(message.number));
  at("more").hidden = shown.length === wanted.length;
  at("more").textContent = `and ${wanted.length - shown.length} more on their way`;
  height = Math.max(height, ...[...rows.values()].map((row) => row + 1));
  const picture = at("messages");
  picture.setAttribute("height", height * rowHeight + 12);
  const left = picture.getBoundingClientRect().left;
  const middles = [...at("members").children].map((card) => {
    const box = card.getBoundingClientRect();
    return box.left + box.width / 2 - left;
  });
  picture.replaceChildren(
    ...middles.map((x) => svg("line", { class: "lane", x1: x, x2: x, y1: 0, y2: height * rowHeight + 8 })),
    ...shown.map((message) => arrow(message, middles[message.from], middles[message.to])));
}

function arrow(message, from, to) {
  const y = rows.get(message.number) * rowHeight + 22;
  const way = Math.sign(to - from);
  const isLost = message.fate === "lost";
  const end = isLost ? from + (to - from) * 0.7 : to - 8 * way;
  const group = svg("g", { class: message.fate + (message.isQuiet ? " quiet" : "") });
  group.append(svg("line", { class: "way", x1: from, x2: end, y1: y, y2: y }));
  if (isLost) group.append(svg("path", { class: "cross", d: `M${end - 5} ${y - 5}l10 10m0 -10l-10 10` }));
  else group.append(svg("path", { class: "head", d: `M${to} ${y}l${-9 * way} -5v10z` }));
  if (message.fate === "flying") {
    const dot = svg("circle", { class: "dot", cy: y, r: 5 });
    dot.flight = { message, from, to };
    group.append(dot);
    place(dot, now());
  }
  group.append(svg("text", { x: (from + to) / 2, y: y - 7 }, message.label));
  return group;
}

// The cluster's time, as far as this page knows it.
function now() {
  return performance.now() + page.offset;
}

function place(dot, time) {
  const { message, from, to } = dot.flight;
  const share = still.matches ? 0.5
    : Math.min(1, Math.max(0, (time - message.sent) / Math.max(1, message.arrives - message.sent)));
  dot.setAttribute("cx", from + (to - from) * share);
}

function animate() {
  const time = now();
  for (const dot of document.querySelectorAll("#messages .dot")) place(dot, time);
  requestAnimationFrame(animate);
}
