extension ReportPage {
    /// The operations around what nothing explains.
    static let violationScript = #"""
        function showViolations() {
          if (!data.violations.length) return;
          const holder = make("div", {});
          const show = (violation) => {
            const picture = chart(`operations on key ${violation.key}`, (width) => paintViolation(violation, width));
            holder.replaceChildren(violationWords(violation), picture.holder, violationTable(violation));
            picture.repaint();
          };
          const picker = make("select", { onchange: (event) => show(data.violations[event.target.value]) },
            data.violations.map((violation, index) => make("option", { value: index }, `key ${violation.key}`)));
          section("violations", "What nothing explains",
            data.violations.length > 1
              ? make("div", { class: "controls" }, make("label", {}, "Show", picker)) : null,
            holder);
          show(data.violations[0]);
        }

        function violationWords(violation) {
          const { failing, possible } = violation;
          return make("div", {},
            make("p", {}, `Key ${violation.key}: process ${failing.process} ${failing.words}, `,
              possible ? "but the register could only have held " : "which nothing explains",
              make("strong", {}, possible), "."),
            make("p", { class: "faint" }, "Each bar is an operation, from its invocation to its answer; an arrow "
              + "means that nobody knew yet how it went. The number behind it is its place in an order that "
              + "explains everything before the one in red, with what the register holds after it there. "
              + (violation.omitted ? `${grouped(violation.omitted)} earlier operations are left out.` : "")));
        }

        function violationRows(violation) {
          return [...violation.operations, violation.failing].sort((one, other) => one.from - other.from);
        }

        function paintViolation(violation, width) {
          const rows = violationRows(violation);
          const isNarrow = width < 600;
          const left = isNarrow ? 150 : 200;
          const right = isNarrow ? 96 : 130;
          const rowHeight = 20;
          const height = rows.length * rowHeight + 50;
          const picture = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
          const start = Math.min(...rows.map((row) => row.from));
          const end = Math.max(...rows.map((row) => row.to || row.from), violation.failing.to || 0, start + 0.001);
          const x = (time) => left + (width - left - right) * (time - start) / (end - start);
          const bottom = rows.length * rowHeight + 10;
          for (const at of ticks(start, end, Math.max(2, (width - left - right) / 90))) {
            picture.append(
              draw("line", { class: "grid", x1: x(at), x2: x(at), y1: 4, y2: bottom }),
              draw("text", { class: "faint", x: x(at), y: bottom + 15, "text-anchor": "middle" },
                String(Number((at / 1000).toPrecision(8)))));
          }
          picture.append(draw("text", { class: "faint", x: (left + width - right) / 2, y: bottom + 32,
            "text-anchor": "middle" }, "seconds since the start"));
          rows.forEach((row, index) => paintOperation(picture, x, row, 8 + index * rowHeight, {
            left, end, isWrong: row === violation.failing }));
          return picture;
        }

        function paintOperation(picture, x, row, y, { left, end, isWrong }) {
          const color = isWrong ? "var(--red)" : row.to === undefined || row.to === null
            ? "var(--orange)" : "var(--blue)";
          const isOpen = row.to === undefined || row.to === null;
          const to = isOpen ? end : row.to;
          const size = Math.max(3, x(to) - x(row.from));
          const words = `p${row.process} ${row.words}`;
          picture.append(
            draw("text", { x: left - 8, y: y + 11, "text-anchor": "end",
              style: isWrong ? `fill:${color};font-weight:700` : "" }, words),
            draw("rect", { x: x(row.from), y: y + 2, width: size, height: 11, rx: 2,
              style: `fill:${isOpen ? "none" : color};stroke:${color};stroke-width:1.5;`
                + (isOpen ? "stroke-dasharray:4 3" : "") },
              draw("title", {}, `${words}, ${seconds(row.from, 6)} to ${isOpen ? "?" : seconds(to, 6)}`)));
          const after = isWrong ? "✗ impossible"
            : row.place ? `${isOpen ? "→ " : ""}#${row.place}: ${row.leaves}` : isOpen ? "→ ?" : "";
          picture.append(draw("text", { x: x(row.from) + size + 6, y: y + 11, class: isWrong ? "halo" : "faint halo",
            style: isWrong ? `fill:${color};font-weight:700` : "" }, after));
        }

        function violationTable(violation) {
          const time = (value) => value === undefined || value === null ? "open" : (value / 1000).toFixed(6);
          return table(`Operations on key ${violation.key}`, [
            ["process", (row) => row.process, "number"],
            ["what", (row) => row.words],
            ["from (s)", (row) => time(row.from), "number"],
            ["to (s)", (row) => time(row.to), "number"],
            ["place", (row) => row === violation.failing ? "✗" : row.place || "", "number"],
            ["register then holds", (row) => row === violation.failing ? "nothing explains it" : row.leaves || ""],
          ], violationRows(violation), (row) => row === violation.failing);
        }

        """#

    /// Shows everything, and again where the width changes.
    static let startScript = #"""
        main.replaceChildren();
        showHead();
        showViolations();
        showLatency();
        showThroughput();
        showLanes();
        showKinds();
        showLamport();
        showFaults();
        let repainting = 0;
        window.addEventListener("resize", () => {
          cancelAnimationFrame(repainting);
          repainting = requestAnimationFrame(() => painters.forEach((repaint) => repaint()));
        });

        """#
}
