// What a person does. Every control gives one of the commands that the prompt has.
const page = { state: null, chosen: 0, nextNote: 0, offset: 0 };

async function give(command) {
  try {
    const answer = await fetch("/command", { method: "POST", body: command });
    at("refused").hidden = answer.ok;
    if (!answer.ok) at("refused").textContent = (await answer.text()).trim();
    return answer.ok;
  } catch {
    return false;
  }
}

// A value that has spaces and is no JSON is one string all the same.
function word(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

function choose(index) {
  page.chosen = index;
  drawMembers();
}

function chosenName() {
  return page.state.members[page.chosen].id;
}

function votersWith(id) {
  const known = page.state.members.map((member) => member.voters).filter(Boolean);
  const leader = page.state.members.find((member) => member.role === "leader" && member.voters);
  const voters = (leader || {}).voters || known[0] || page.state.members.map((member) => member.id);
  const isVoter = voters.includes(id);
  return { isVoter, others: isVoter ? voters.filter((voter) => voter !== id) : [...voters, id].sort() };
}

function drawControls() {
  const member = page.state.members[page.chosen];
  const { isVoter } = votersWith(member.id);
  at("chosen").textContent = member.id;
  const isOff = {
    kill: member.state === "down", start: member.state !== "down", pause: member.state !== "up",
    resume: member.state !== "paused", transfer: member.role === "leader" || member.state !== "up",
    cut: page.state.members.every((_, other) => other === page.chosen || isCut(page.chosen, other)),
    heal: !page.state.cuts.some((pair) => pair.includes(page.chosen)),
  };
  for (const button of at("member").querySelectorAll("[data-command]")) {
    button.disabled = isOff[button.dataset.command];
  }
  at("heal").disabled = !page.state.cuts.length;
  // A link has another end.
  for (const option of at("other").options) option.disabled = option.value === member.id;
  const free = [...at("other").options].find((option) => !option.disabled);
  if (at("other").value === member.id && free) at("other").value = free.value;
  at("voter").textContent = isVoter ? "Remove as voter" : "Make it a voter";
}

function isCut(one, other) {
  return page.state.cuts.some(([from, to]) => from === one && to === other || from === other && to === one);
}

function drawCuts() {
  const { cuts, members } = page.state;
  const isMutual = ([from, to]) => cuts.some(([other, one]) => from === one && to === other);
  const links = cuts.filter((pair) => !isMutual(pair) || pair[0] < pair[1]).map((pair) =>
    `${members[pair[0]].id} ${isMutual(pair) ? "\u2013" : "\u2192"} ${members[pair[1]].id}`);
  at("cuts").hidden = !links.length;
  at("cuts").textContent = `\u2717 cut: ${links.join(", ")}`;
}

// Once the number of members is known.
function fillPickers() {
  const option = (id) => new Option(id, id);
  at("other").replaceChildren(...page.state.members.map((member) => option(member.id)));
  at("other").selectedIndex = Math.min(1, page.state.members.length - 1);
  at("asked").append(...page.state.members.map((member) => option(member.id)));
}

for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
at("member").addEventListener("click", (event) => {
  const { command } = event.target.dataset;
  if (command) give(`${command} ${chosenName()}`);
});
at("voter").addEventListener("click", () => give(`members ${votersWith(chosenName()).others.join(" ")}`));
at("links").addEventListener("click", (event) => {
  const { link } = event.target.dataset;
  if (link) give(`cut ${chosenName()}${link}${at("other").value}`);
});
at("heal").addEventListener("click", () => give("heal"));
at("write").addEventListener("click", () =>
  give(`write ${word(at("key").value)} ${word(at("value").value)} ${at("asked").value}`));
at("read").addEventListener("click", () => give(`read ${word(at("key").value)} ${at("asked").value}`));
at("speed").addEventListener("change", (event) => give(`speed ${event.target.value}`));
at("quiet").addEventListener("change", () => drawMessages());
at("line").addEventListener("keydown", async (event) => {
  if (event.key === "Enter" && event.target.value.trim() && await give(event.target.value)) event.target.value = "";
});
