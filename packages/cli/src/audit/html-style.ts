/** Of the HTML report; light and dark, no fonts or images from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1d2430; --soft: #5b6676; --line: #dde2ea;
  --panel: #f5f7fa; --bad: #b42318; --warn: #9a6700; --good: #1a7f37; --unknown: #5b6676; }
@media (prefers-color-scheme: dark) { :root { --bg: #14181f; --fg: #e6e9ef; --soft: #9aa5b5;
  --line: #2b3340; --panel: #1b212b; --bad: #ff7b72; --warn: #e3b341; --good: #56d364; --unknown: #9aa5b5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .25rem; }
.soft { color: var(--soft); } code, .mono { font: .9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.counts { display: flex; gap: .75rem; flex-wrap: wrap; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; background: var(--panel); }
.counts b { display: block; font-size: 1.4rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; white-space: nowrap; }
.clean { color: var(--good); } .findings, .unreachable, .violation { color: var(--bad); }
.warnings, .warning { color: var(--warn); } .incomplete { color: var(--unknown); }
.status { font-weight: 600; white-space: nowrap; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--panel); }
summary { cursor: pointer; padding: .6rem 1rem; display: flex; gap: 1rem; flex-wrap: wrap; }
summary .name { font-weight: 600; } .body { padding: 0 1rem 1rem; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .1rem .75rem; margin: .25rem 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.timeline { display: grid; grid-template-columns: minmax(6rem, 30%) 1fr 5rem; gap: .35rem .75rem; align-items: center; }
.track { background: var(--panel); border: 1px solid var(--line); border-radius: .25rem; height: 1rem; position: relative; }
.bar { display: block; height: 100%; border-radius: .2rem; background: currentColor; min-width: 2px; }
.days { text-align: right; white-space: nowrap; } a { color: inherit; }
`
