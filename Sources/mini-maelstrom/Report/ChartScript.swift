extension ReportPage {
    /// What charts over time share: the axis, and the times of faults behind it.
    static let chartScript = #"""
        const faultLooks = {
          partition: ["var(--purple)", 45], kill: ["var(--red)", 135], pause: ["var(--sky)", 90],
          loss: ["var(--orange)", 0], duplicate: ["var(--green)", 60], membership: ["var(--yellow)", 20],
          transfer: ["var(--blue)", 160],
        };
        // What operators ask for breaks nothing: it shades no chart.
        const asked = ["membership", "transfer"];
        const faultNames = [...new Set(data.faults.map((fault) => fault.fault))];
        const endTime = Math.max(data.duration, 1);

        function faultColor(name) {
          return (faultLooks[name] || ["var(--faint)", 30])[0];
        }

        let patternCount = 0;

        // Stripes of a color in a direction of their own.
        function hatch(picture, color, angle, width = 2, gap = 6) {
          const id = "hatch" + ++patternCount;
          picture.append(draw("defs", {}, draw("pattern",
            { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` },
            draw("rect", { width, height: gap, style: `fill:${color}` }))));
          return `url(#${id})`;
        }

        function ticks(low, high, count) {
          const rough = (high - low) / Math.max(1, count);
          const power = 10 ** Math.floor(Math.log10(rough));
          const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
          const result = [];
          for (let at = Math.ceil(low / step) * step; at <= high * 1.0001; at += step) result.push(at);
          return result;
        }

        // The frame of a chart over the run's time: an axis in seconds, and the faults above and behind it.
        function frame(width, plotHeight, left = 78) {
          const right = 14;
          const top = 8 + faultNames.length * 16;
          const height = top + plotHeight + 40;
          const picture = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
          const x = (time) => left + (width - left - right) * Math.min(1, Math.max(0, time / endTime));
          const bottom = top + plotHeight;
          for (const at of ticks(0, endTime / 1000, width / 90)) {
            const place = x(at * 1000);
            picture.append(
              draw("line", { class: "grid", x1: place, x2: place, y1: top, y2: bottom + 4 }),
              draw("text", { class: "faint", x: place, y: bottom + 17, "text-anchor": "middle" },
                String(Number(at.toPrecision(6)))));
          }
          picture.append(draw("text", { class: "faint", x: (left + width - right) / 2, y: bottom + 33,
            "text-anchor": "middle" }, "seconds since the start"));
          shade(picture, x, top, bottom, left);
          return { picture, x, top, bottom, left, right: width - right };
        }

        function shade(picture, x, top, bottom, left) {
          faultNames.forEach((name, row) => {
            const y = 4 + row * 16;
            const color = faultColor(name);
            const pattern = hatch(picture, color, (faultLooks[name] || ["", 30])[1], 3, 6);
            picture.append(draw("text", { class: "faint", x: left - 6, y: y + 10, "text-anchor": "end" }, name));
            for (const fault of data.faults.filter((each) => each.fault === name)) {
              const from = x(fault.from);
              const size = Math.max(2, x(fault.to) - from);
              const title = draw("title", {}, faultWords(fault));
              picture.append(
                draw("rect", { x: from, y, width: size, height: 12,
                  style: `fill:${pattern};stroke:${color}` }, title));
              if (fault.to > fault.from && !asked.includes(name)) {
                picture.append(draw("rect", { x: from, y: top, width: size, height: bottom - top,
                  style: `fill:${color};opacity:${faultNames.length > 3 ? 0.06 : 0.09}` }));
              }
              picture.append(draw("line", { x1: from, x2: from, y1: y + 12, y2: bottom,
                style: `stroke:${color};stroke-dasharray:2 4;opacity:.7` }));
            }
          });
        }

        function faultWords(fault) {
          const names = fault.nodes.map((node) => "n" + node).join(" ");
          const until = fault.to > fault.from ? ` to ${seconds(fault.to)}` : "";
          return `${fault.fault} ${names} from ${seconds(fault.from)}${until}: ${fault.text}`;
        }

        function yAxis(shape, y, values, format, name) {
          for (const value of values) {
            shape.picture.append(
              draw("line", { class: "grid", x1: shape.left, x2: shape.right, y1: y(value), y2: y(value) }),
              draw("text", { class: "faint", x: shape.left - 6, y: y(value) + 4, "text-anchor": "end" },
                format(value)));
          }
          const middle = (shape.top + shape.bottom) / 2;
          shape.picture.append(draw("text", { class: "faint", "text-anchor": "middle",
            transform: `translate(11 ${middle}) rotate(-90)` }, name));
        }

        function showFaults() {
          if (!data.faults.length) return;
          section("faults", "What was broken",
            table("Every fault", [
              ["fault", (fault) => fault.fault],
              ["from (s)", (fault) => (fault.from / 1000).toFixed(3), "number"],
              ["to (s)", (fault) => fault.to > fault.from ? (fault.to / 1000).toFixed(3) : "at once", "number"],
              ["nodes", (fault) => fault.nodes.map((node) => "n" + node).join(" ")],
              ["as the nemesis noted it", (fault) => fault.text, "long"],
            ], data.faults));
        }

        """#
}
