extension ReportPage {
    /// The style sheet. The colors are those of Okabe and Ito, which color-blind people can tell apart. Shape, height,
    /// hatching or words repeat what colors say.
    static let style = #"""
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --panel: #f5f5f2; --ink: #1a1a1a; --faint: #5f6368; --line: #d5d5d0;
          --blue: #0072b2; --sky: #2f94cf; --green: #00805c; --orange: #b87400; --red: #c04a00;
          --purple: #a85483; --yellow: #8a7d00;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #16181b; --panel: #212428; --ink: #ececea; --faint: #a6abb2; --line: #3b4047;
            --blue: #56b4e9; --sky: #8accf2; --green: #1fc795; --orange: #e69f00; --red: #ff7d33;
            --purple: #dd9cc2; --yellow: #f0e442;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        main { max-width: 1180px; margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem) 4rem; }
        h1 { font-size: 1.5rem; margin: .5rem 0; }
        h2 { font-size: 1.2rem; margin: 0 0 .25rem; }
        section { margin-top: 2.25rem; }
        p { margin: .25rem 0 .5rem; max-width: 75ch; }
        .faint { color: var(--faint); font-size: .9rem; }
        .outcome {
          display: flex; gap: .9rem; align-items: flex-start; padding: .9rem 1rem; border-radius: .5rem;
          background: var(--panel); border-left: .5rem solid var(--orange);
        }
        .outcome.valid { border-color: var(--green); }
        .outcome.measured { border-color: var(--faint); }
        .outcome.invalid { border-color: var(--red); }
        .outcome .sign { font-size: 1.8rem; line-height: 1.2; font-weight: 700; }
        .outcome p { margin: 0; }
        .outcome > div { min-width: 0; }
        pre {
          margin: .5rem 0 0; font: .82rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace;
          white-space: pre-wrap; overflow-wrap: anywhere;
        }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
        dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; margin: .5rem 0;
          align-content: start; }
        dt { color: var(--faint); }
        dd { margin: 0; overflow-wrap: anywhere; }
        .chart { margin: .5rem 0; overflow-x: auto; }
        svg { display: block; font: 12px system-ui, "DejaVu Sans", sans-serif; }
        svg text { fill: var(--ink); }
        svg text.faint { fill: var(--faint); font-size: 11px; }
        svg .grid { stroke: var(--line); stroke-width: 1; }
        svg .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 3px; stroke-linejoin: round; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .9rem; align-items: center; }
        .legend label, .legend span { display: inline-flex; gap: .35rem; align-items: center; }
        .readout {
          font-size: .85rem; min-height: 1.5em; color: var(--faint); overflow-wrap: anywhere;
        }
        .readout code { font: .8rem ui-monospace, "DejaVu Sans Mono", monospace; color: var(--ink); }
        .controls { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; align-items: center; }
        .controls label { display: inline-flex; gap: .4rem; align-items: center; max-width: 100%; }
        select, button {
          font: inherit; font-size: .9rem; color: inherit; background: var(--panel); padding: .3rem .6rem;
          border: 1px solid var(--line); border-radius: .35rem; min-width: 0; max-width: 100%;
        }
        details { margin: .5rem 0; }
        summary { cursor: pointer; color: var(--faint); font-size: .9rem; }
        .scroll { overflow: auto; max-height: 26rem; border: 1px solid var(--line); border-radius: .35rem; }
        table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .15rem .7rem; white-space: nowrap; }
        th { position: sticky; top: 0; background: var(--panel); font-weight: 600; }
        td.number, th.number { text-align: right; }
        td.long { white-space: normal; overflow-wrap: anywhere; min-width: 18rem; }
        tbody tr:nth-child(even) { background: color-mix(in srgb, var(--panel) 55%, transparent); }
        tr.wrong td { color: var(--red); font-weight: 600; }
        .bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .25rem .75rem;
          grid-auto-flow: row dense; align-items: center; margin: .5rem 0; font-size: .9rem; }
        .bars .bar { height: .9rem; background: var(--blue); border-radius: 2px; min-width: 2px; }
        .bars .bar.client { background: none; border: 2px solid var(--orange); }
        .bars .track { grid-column: 2; }
        .bars .figure { grid-column: 3; text-align: right; font-variant-numeric: tabular-nums; }
        @media (max-width: 600px) {
          .bars { grid-template-columns: 1fr max-content; }
          .bars .track { grid-column: 1 / -1; }
          .bars .figure { grid-column: 2; }
          dl { gap: .1rem .6rem; font-size: .92rem; }
        }

        """#
}
