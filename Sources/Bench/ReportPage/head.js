// The outcome, the options and the figures.

function showHead() {
  const signs = { valid: "✓", invalid: "✗", unknown: "?", measured: "–" };
  const words = make("div", {}, make("p", {}, make("strong", {}, data.outcome)));
  // Violations and anomalies are drawn below.
  const isDrawn = data.violations.length || data.anomalies.length;
  // The outcome says already which anomalies there are.
  const most = data.anomalies.length ? 0 : 5;
  for (const reason of data.why.slice(0, most)) {
    words.append(make("p", {}, isDrawn ? reason.split("\n")[0] : reason));
  }
  if (data.lastWords.length) words.append(make("pre", {}, data.lastWords.join("\n")));
  if (isDrawn || data.why.length > most) {
    const count = data.why.length + data.moreReasons;
    words.append(make("details", {}, make("summary", {}, `In full (${grouped(count)})`),
      data.why.map((reason) => make("pre", {}, reason)),
      data.moreReasons ? make("p", { class: "faint" }, `... and ${grouped(data.moreReasons)} that `
        + "are not shown here.") : null));
  }
  main.append(
    make("h1", {}, data.name),
    make("div", { class: "outcome " + data.verdict },
      make("span", { class: "sign", "aria-hidden": "true" }, signs[data.verdict]), words),
    make("div", { class: "columns" }, facts(data.options), facts(data.facts)));
}

function facts(list) {
  return make("dl", {}, list.map((fact) => [make("dt", {}, fact.name), make("dd", {}, fact.value)]));
}
