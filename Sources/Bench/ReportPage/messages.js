// Chooses the messages of the Lamport diagram: those in a time window, or those related to one request.

const messages = data.messages.messages.map(
  ([number, source, destination, kind, reference, sent, arrived, fate, text]) =>
    ({ number, source, destination, kind, reference, sent, arrived, fate, text }));
const isClient = (name) => /^c\d+$/.test(name);

// Requests whose message and reply are both shown here.
function findRequests() {
  const open = new Map();
  const found = [];
  for (const message of messages) {
    if (isClient(message.source)) {
      open.set(message.source + " " + message.reference, message);
    } else if (isClient(message.destination)) {
      const name = message.destination + " " + message.reference;
      const question = open.get(name);
      if (!question) continue;
      open.delete(name);
      found.push({ question, answer: message, time: message.sent - question.sent });
    }
  }
  return found.sort((one, other) => other.time - one.time);
}

// The events of messages, in order.
function eventsOf(list) {
  const events = list.flatMap((message) => [
    { at: message.sent, isSend: true, message },
    ...(message.arrived === null ? [] : [{ at: message.arrived, isSend: false, message }]),
  ]);
  return events.sort((one, other) => one.at - other.at || one.message.number - other.message.number
    || other.isSend - one.isSend);
}

// The intersection of what happened after the request and before its reply (happened-before).
function pathOf({ question, answer }) {
  const within = messages.filter((message) =>
    message.sent >= question.sent && message.sent <= answer.sent && message.number <= answer.number);
  const events = eventsOf(within).filter((event) => event.isSend || event.message.fate !== 1);
  const reached = new Set([question.source]);
  const carried = new Set();
  for (const { isSend, message } of events) {
    if (!isSend && carried.has(message)) reached.add(message.destination);
    if (isSend && reached.has(message.source)) {
      if (!isClient(message.source) || message === question) carried.add(message);
    }
  }
  const needed = new Set([answer.source]);
  const useful = new Set([answer]);
  for (const { isSend, message } of events.reverse()) {
    if (message === answer) continue;
    if (!isSend && needed.has(message.destination) && carried.has(message)) useful.add(message);
    if (isSend && useful.has(message)) needed.add(message.source);
  }
  return within.filter((message) => message === answer || message === question
    || useful.has(message) && carried.has(message) && !isClient(message.destination));
}

function showLamport() {
  if (!messages.length) return;
  const view = { first: 0, count: 40, request: null };
  const readout = make("div", { class: "readout below" }, "Point at a message, or tap it, to read it.");
  const place = make("span", { class: "faint" });
  const holder = make("div", {});
  const requests = findRequests();
  const show = () => {
    const chosen = view.request ? pathOf(view.request).slice(0, 150)
      : messages.slice(view.first, view.first + view.count);
    place.textContent = view.request
      ? `${chosen.length} messages between it and its reply`
      : `messages ${grouped(chosen[0].number + 1)} to ${grouped(chosen[chosen.length - 1].number + 1)}, `
        + `from ${seconds(chosen[0].sent)}`;
    const picture = lamportWindow(chosen, readout);
    holder.replaceChildren(...picture.parts, readout, messageTable(chosen));
    picture.repaint();
  };
  const controls = lamportControls(view, requests, show);
  section("messages", "Messages",
    make("p", {}, "Time runs downwards, not to scale. A dashed arrow that ends in ✗ did not arrive. Pick a time, or "
      + "a request, to see only messages that it caused and on which its reply may depend."),
    make("p", { class: "faint" }, leftOutWords()),
    controls, place, holder);
  show();
}

function leftOutWords() {
  const shown = messages.length;
  const { total } = data.messages;
  if (shown >= total) return `All ${grouped(total)} messages of the run are shown.`;
  return `Of ${grouped(total)} messages ${grouped(shown)} are shown: those at the start and at the end, and `
    + "around violations, new leaders and faults, as far as they were kept. Long ones are cut off.";
}

function lamportControls(view, requests, show) {
  const moments = [{ name: "the start", from: -Infinity }, ...data.messages.moments,
    { name: "the end", from: Infinity }].filter((moment) =>
    !Number.isFinite(moment.from) || messages.some((message) =>
      message.sent >= moment.from && message.sent <= moment.to));
  const timePicker = make("select", { onchange: (event) => {
    if (event.target.value === "") return;
    jump(view, moments[event.target.value]);
    requestPicker.value = "";
    show();
  } }, make("option", { value: "", hidden: "" }, "pick a time"), moments.map((moment, index) =>
    make("option", { value: index }, moment.name
      + (Number.isFinite(moment.from) ? `, ${seconds(Math.max(0, moment.from), 2)}` : ""))));
  // A violation or an anomaly comes first.
  const first = data.violations.length + data.anomalies.length && moments.length > 2 ? 1 : 0;
  if (first) jump(view, moments[first]);
  timePicker.value = first;
  const requestPicker = make("select", { onchange: (event) => {
    if (event.target.value === "") return;
    view.request = requests[event.target.value];
    timePicker.value = "";
    show();
  } }, make("option", { value: "" }, requests.length ? "slowest first" : "none here"),
  requests.slice(0, 400).map((request, index) => make("option", { value: index },
    `${milliseconds(request.time)}: ${request.question.source} ${request.question.kind} at `
      + `${seconds(request.question.sent)}, ${request.answer.kind}`)));
  const step = (words, act) => make("button", { type: "button", onclick: () => {
    view.request = null;
    requestPicker.value = "";
    timePicker.value = "";
    act();
    view.first = Math.max(0, Math.min(messages.length - view.count, view.first));
    show();
  } }, words);
  return make("div", { class: "controls" },
    make("label", {}, "Time", timePicker),
    make("label", {}, "Request", requestPicker),
    step("▲ earlier", () => { view.first -= view.count; }),
    step("▼ later", () => { view.first += view.count; }),
    step("fewer", () => { view.count = Math.max(10, view.count / 2); }),
    step("more", () => { view.count = Math.min(320, view.count * 2); }));
}

function jump(view, moment) {
  view.request = null;
  if (moment.from === Infinity) view.first = messages.length - view.count;
  else {
    const isWithin = (message) => message.sent >= moment.from && message.sent <= moment.to;
    const isMarked = ({ isCulprit, anomaly }) => isCulprit || anomaly;
    const culprit = messages.findIndex((message) => isWithin(message) && isMarked(meaningOf(message)));
    view.first = culprit >= 0 ? culprit - Math.floor(view.count / 3)
      : messages.findIndex((message) => message.sent >= moment.from);
  }
  view.first = Math.max(0, Math.min(messages.length - view.count, view.first));
}

function messageTable(chosen) {
  const fates = ["", "did not arrive", "more than once"];
  return table("These messages", [
    ["number", (message) => grouped(message.number + 1), "number"],
    ["sent (s)", (message) => inSeconds(message.sent, 6), "number"],
    ["arrived (s)", (message) => message.arrived === null ? "" : inSeconds(message.arrived, 6), "number"],
    ["from", (message) => message.source],
    ["to", (message) => message.destination],
    ["kind", (message) => message.kind],
    ["fate", (message) => message.arrived === null ? fates[1] : fates[message.fate]],
    ["content", (message) => message.text, "long"],
  ], chosen);
}
