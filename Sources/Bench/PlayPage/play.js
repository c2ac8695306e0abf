
// Asks for the state again and again.
const period = 100;

function showNotes(notes) {
  const isSmall = matchMedia("(max-width: 560px)").matches;
  for (const note of notes) {
    page.nextNote = Math.max(page.nextNote, note.number + 1);
    const line = element("li", undefined, "of-" + note.kind);
    const time = element("time", (note.time / 1000).toFixed(isSmall ? 1 : 2) + " s");
    line.append(time, element("span", note.text));
    at("notes").prepend(line);
  }
  while (at("notes").children.length > 400) at("notes").lastChild.remove();
}

function show(state) {
  const isFirst = !page.state;
  page.state = state;
  // Of the delays of answers the shortest counts most.
  const offset = state.now - performance.now();
  page.offset = isFirst ? offset : Math.max(offset, page.offset - 1);
  if (isFirst) {
    at("title").textContent = state.title;
    fillPickers();
    requestAnimationFrame(animate);
  }
  const travel = state.latency / state.speed;
  at("about").className = "";
  at("about").textContent = `Real processes; a message between them takes about ${travel >= 10 ? Math.round(travel)
    : travel.toPrecision(2)} ms. Pick a member to act on it.`;
  if (document.activeElement !== at("speed")) at("speed").value = String(state.speed);
  drawMembers();
  drawCuts();
  drawMessages();
  showNotes(state.notes);
}

async function follow() {
  try {
    const answer = await fetch(`/state?from=${page.nextNote}`);
    show(await answer.json());
  } catch {
    at("about").className = "gone";
    at("about").textContent = "The cluster has ended; start mini-maelstrom play again.";
  }
  setTimeout(follow, period);
}

addEventListener("resize", () => { if (page.state) drawMessages(); });
follow();
