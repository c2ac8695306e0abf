// What a message of the diagram says, in a few words: with key and value where its key is one whose operations break
// linearizability, and marked where it belongs to the operation or the transactions that are wrong.

const keysInQuestion = new Set(data.violations.map((violation) => String(violation.key)));
const requestOf = new Map();
for (const message of messages) {
  if (isClient(message.source)) requestOf.set(`${message.source} ${message.reference}`, message);
}

// Times are rounded to microseconds.
function isAt(time, other) {
  return time !== undefined && Math.abs(time - other) < 0.002;
}

function meaningOf(message) {
  const isReply = isClient(message.destination);
  const request = isReply ? requestOf.get(`${message.destination} ${message.reference}`) : message;
  const concerned = keysInQuestion.size ? operationsIn(request ? request.text : message.text) : [];
  const isWrong = (one) => isAt(isReply ? one.to : one.from, message.sent);
  const isCulprit = (isClient(message.source) || isReply) && data.violations.some((violation) =>
    isWrong(violation.failing) && concerned.some((operation) => operation.key === String(violation.key)));
  return { label: labelOf(message, request, concerned), isCulprit, anomaly: transactionOf(message, isReply) };
}

// The number of the anomalous transaction that a message asks for or answers.
function transactionOf(message, isReply) {
  if (!isReply && !isClient(message.source)) return null;
  for (const anomaly of data.anomalies) {
    const index = anomaly.members.findIndex((member) => isAt(isReply ? member.to : member.from, message.sent));
    if (index >= 0) return `T${index + 1}`;
  }
  return null;
}

function labelOf(message, request, concerned) {
  if (!concerned.length) return message.kind;
  if (request !== message) {
    const value = message.text.match(/"value":("[^"]*"|[^,}]*)/);
    return `${message.kind} key ${concerned[0].key}${value ? ": " + value[1] : ""}`;
  }
  const words = concerned.map((operation) => operation.words);
  if (isClient(message.source)) return words[0];
  return `${message.kind}: ${words.slice(0, 2).join(", ")}${words.length > 2 ? ", …" : ""}`;
}

// The operations on a key in question that a message holds: in objects with a key, and in the words of log entries.
// Long messages are cut off, so this reads text.
function operationsIn(text) {
  const found = [];
  for (const [part, key] of text.matchAll(/[^{}]*"key":("[^"]*"|[^,}]*)[^{}]*/g)) {
    const field = (name) => (part.match(new RegExp(`"${name}":("[^"]*"|[^,}]*)`)) || [])[1];
    if (keysInQuestion.has(key)) found.push(operation(field("type"), key, field("value"), field("from"), field("to")));
  }
  for (const [, kind, key, one, other] of text.matchAll(/\b(write|cas|cas-or-create) (\d+) ([^" ]+)(?: ([^" ]+))?/g)) {
    if (keysInQuestion.has(key)) found.push(operation(kind, key, one, one, other));
  }
  return found;
}

function operation(kind = "?", key, value, from, to) {
  const words = kind.replaceAll('"', "");
  if (words.startsWith("cas")) return { key, words: `${words} key ${key}: ${from} to ${to}` };
  return { key, words: `${words} key ${key}${value === undefined ? "" : ": " + value}` };
}
