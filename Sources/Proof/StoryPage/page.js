const story = JSON.parse(document.getElementById("data").textContent);
const steps = story.steps;
let current = 0;

// One member as it is after a step, with what the step changed marked.
function card(member, before, acts) {
  const made = element("article", undefined, "member " + member.role + (acts ? " acts" : ""));
  const title = element("h2", member.id + " ");
  const isOther = before && before.role !== member.role;
  title.append(element("span", (member.role === "leader" ? "\u2605 " : "") + member.role, "role" + (isOther ? " changed" : "")));
  made.append(title);
  const facts = element("ul", undefined, "facts");
  for (const [value, key] of [
    ["term " + member.term, "term"],
    [member.vote ? "vote " + member.vote : "no vote", "vote"],
    ["commit " + member.commit, "commit"],
  ]) {
    facts.append(element("li", value, before && before[key] !== member[key] ? "changed" : ""));
  }
  made.append(facts, logOf(member, before));
  return made;
}

function logOf(member, before) {
  const log = element("div", undefined, "log");
  log.setAttribute("aria-label", "log");
  if (member.base > 0) log.append(element("span", "\u2026" + member.base, "entry committed"));
  member.log.forEach((entry, position) => {
    const index = member.base + position + 1;
    const isCommitted = index <= member.commit;
    const was = before && before.log[index - before.base - 1];
    const isNew = before && (!was || was.term !== entry.term) && index > before.base;
    const box = element("span", entry.term, "entry" + (isCommitted ? " committed" : "") + (isNew ? " changed" : ""));
    box.title = "entry " + index + " of term " + entry.term + ": " + entry.content + (isCommitted ? ", committed" : "");
    log.append(box);
  });
  if (member.base + member.log.length === 0) log.append(element("span", "empty log", "role"));
  return log;
}

// The messages that matter in a step, each with how it is drawn.
function messagesIn(number) {
  const list = [];
  story.messages.forEach(message => {
    const arrives = message.arrives.includes(number);
    const later = message.arrives.some(step => step > number);
    if (arrives) list.push({ ...message, kind: "arrives" });
    else if (message.left === number) list.push({ ...message, kind: later ? "leaves" : "lost" });
    else if (message.left < number && later) list.push({ ...message, kind: "flight" });
  });
  const order = ["arrives", "leaves", "lost", "flight"];
  return list.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

function drawMessages(number) {
  const picture = at("messages");
  const cards = [...at("members").children];
  const left = picture.getBoundingClientRect().left;
  const middles = cards.map(card => {
    const box = card.getBoundingClientRect();
    return box.left + box.width / 2 - left;
  });
  const all = messagesIn(number);
  const shown = all.filter((message, place) => message.kind !== "flight" || place < 12);
  const list = all.length > 12 ? shown : all;
  at("more").hidden = list.length === all.length;
  at("more").textContent = `and ${all.length - list.length} more on their way`;
  const height = 34;
  picture.setAttribute("height", Math.max(list.length * height, 8));
  picture.replaceChildren(...list.map((message, row) => {
    const y = row * height + 22;
    const [from, to] = [middles[message.from], middles[message.to]];
    const way = Math.sign(to - from);
    const end = message.kind === "lost" ? from + (to - from) * 0.7 : to - 4 * way;
    const group = svg("g", { class: message.kind });
    group.append(svg("line", { x1: from, y1: y, x2: end, y2: y }));
    if (message.kind === "leaves") group.append(svg("circle", { cx: from, cy: y, r: 4 }));
    if (message.kind === "lost") {
      group.append(svg("path", { class: "cross", d: `M${end - 5} ${y - 5}l10 10m0 -10l-10 10` }));
    } else {
      group.append(svg("path", { d: `M${to} ${y}l${-9 * way} -5v10z` }));
    }
    group.append(svg("text", { x: (from + to) / 2, y: y - 6 }, message.label));
    return group;
  }));
}

function show(number) {
  current = Math.min(Math.max(number, 0), steps.length - 1);
  const step = steps[current];
  const before = current > 0 ? steps[current - 1] : undefined;
  at("count").textContent = (current === 0 ? "The start" : `Step ${current} of ${steps.length - 1}`)
    + (step.time ? `, at ${step.time}` : "");
  at("sentence").textContent = step.sentence + ".";
  at("broken").hidden = !step.broken;
  at("broken").textContent = step.broken ? "\u2717 Broken: " + step.broken : "";
  at("time").value = current;
  at("back").disabled = current === 0;
  at("on").disabled = current === steps.length - 1;
  const narrowest = step.members.length > 5 ? "92px" : "0";
  at("members").style.gridTemplateColumns = `repeat(${step.members.length}, minmax(${narrowest}, 1fr))`;
  at("picture").style.minWidth = step.members.length > 5 ? `${step.members.length * 100}px` : "";
  at("members").replaceChildren(...step.members.map((member, index) =>
    card(member, before && before.members[index], index === step.actor)));
  drawMessages(current);
  [...at("steps").children].forEach((item, index) => {
    const link = item.firstChild;
    if (index === current) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
  if (location.hash !== "#" + current) history.replaceState(null, "", "#" + current);
}

at("title").textContent = story.title;
at("about").textContent = story.about;
at("time").max = steps.length - 1;
steps.forEach((step, number) => {
  const item = element("li");
  const link = element("a", step.sentence);
  link.href = "#" + number;
  item.append(link);
  at("steps").append(item);
});
at("time").addEventListener("input", event => show(Number(event.target.value)));
at("back").addEventListener("click", () => show(current - 1));
at("on").addEventListener("click", () => show(current + 1));
addEventListener("keydown", event => {
  if (event.target === at("time")) return;
  if (event.key === "ArrowLeft") show(current - 1);
  else if (event.key === "ArrowRight") show(current + 1);
});
addEventListener("hashchange", () => show(Number(location.hash.slice(1)) || 0));
addEventListener("resize", () => drawMessages(current));
show(Number(location.hash.slice(1)) || 0);
