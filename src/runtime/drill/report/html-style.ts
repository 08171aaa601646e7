/** The report's look: readable light, dark and on paper, without a colour that alone carries a meaning. */
export const htmlStyle = `
:root { --ink: #1c2330; --muted: #5a6475; --paper: #fff; --line: #d5dae3; --ok: #1a7f4b; --bad: #c0262d; --doubt: #8a5a00; --node-0: #3567b5; --node-1: #b56a35; --node-2: #5a9a3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --muted: #9aa5b8; --paper: #12161d; --line: #313a49; --ok: #4cc38a; --bad: #ff6b6b; --doubt: #e0a83c; --node-0: #7aa7f0; --node-1: #f0a877; --node-2: #9bd97a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
a { color: inherit; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
pre { white-space: pre-wrap; color: var(--muted); margin: .3rem 0; }
.words { font-size: 1.05rem; margin-bottom: 0; }
.tables { display: flex; flex-wrap: wrap; align-items: start; gap: 1rem 3rem; }
.badge { font-size: .8rem; font-weight: 600; padding: .1rem .5rem; border-radius: .6rem; border: 1px solid currentColor; vertical-align: middle; }
.pass { color: var(--ok); } .fail { color: var(--bad); } .inconclusive { color: var(--doubt); }
figure { margin: .5rem 0 1rem; break-inside: avoid; } figcaption { color: var(--muted); font-size: .85rem; }
svg { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif; }
svg text { fill: var(--muted); } svg .axis { stroke: var(--line); } svg .latency { fill: none; stroke: var(--ok); stroke-width: 1.5; }
svg .failed { fill: var(--bad); } svg .phase { stroke: var(--ink); stroke-dasharray: 3 3; } svg .name { fill: var(--ink); }
svg .node-0 { fill: var(--node-0); } svg .node-1 { fill: var(--node-1); } svg .node-2 { fill: var(--node-2); }
@media print { :root { --ink: #000; --muted: #444; --paper: #fff; --line: #bbb; --ok: #1a7f4b; --bad: #c0262d; --doubt: #8a5a00; --node-0: #3567b5; --node-1: #b56a35; --node-2: #5a9a3a; }
  * { print-color-adjust: exact; } main { max-width: none; padding: 0; } h2, h3 { break-after: avoid; } table { break-inside: avoid; } }
`;
