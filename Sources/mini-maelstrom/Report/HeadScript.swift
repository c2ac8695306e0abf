extension ReportPage {
    /// The outcome, the options and the figures.
    static let headScript = #"""
        function showHead() {
          const signs = { valid: "✓", invalid: "✗", unknown: "?" };
          const words = make("div", {}, make("p", {}, make("strong", {}, data.outcome)));
          for (const reason of data.why.slice(0, 3)) words.append(make("pre", {}, reason));
          if (data.why.length > 3) {
            words.append(make("details", {}, make("summary", {}, `${data.why.length - 3} more`),
              data.why.slice(3).map((reason) => make("pre", {}, reason))));
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

        """#
}
