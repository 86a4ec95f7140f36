/** The looks of the HTML report; light and dark by what the reader's system prefers. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#ffffff, #1c2027);
  --line: light-dark(#dde1e7, #30363f);
  --text: light-dark(#1d2430, #e4e8ee);
  --soft: light-dark(#5b6573, #9aa5b4);
  --code: light-dark(#f1f3f6, #12151a);
  --error: light-dark(#b3261e, #ff8a80);
  --warning: light-dark(#8a5a00, #f2c14e);
  --note: light-dark(#0b5cad, #82b8ff);
  --good: light-dark(#1b6e3c, #6fd899);
  --mark: light-dark(#ffd9d6, #5a2320);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif }
header, nav, .columns, .suppressed, footer, body > main { max-width: 1180px; margin-inline: auto; padding-inline: 24px }
header { padding-block: 36px 20px }
h1 { margin: 0; font-size: 34px; line-height: 1.15; letter-spacing: -.02em }
header.bad h1 { color: var(--error) }
header.good h1 { color: var(--good) }
header p { margin: 6px 0 18px; color: var(--soft); font-size: 17px }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 0; padding: 0; list-style: none }
.tile { padding: 9px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 9px; color: var(--soft) }
.tile b { margin-right: 3px; color: var(--text); font-size: 19px; font-variant-numeric: tabular-nums }
.tile.error b { color: var(--error) }
.tile.warning b { color: var(--warning) }
.tile.note b { color: var(--note) }
nav { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; padding-block: 12px; background: var(--page); border-bottom: 1px solid var(--line) }
input[type=search] { flex: 1 1 240px; min-width: 0; padding: 8px 12px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; font: inherit }
fieldset { display: flex; gap: 6px; align-items: center; margin: 0; padding: 0; border: 0 }
legend { float: left; padding: 0 8px 0 0; color: var(--soft); font-size: 13px }
.pick { padding: 5px 11px; background: var(--card); border: 1px solid var(--line); border-radius: 999px; cursor: pointer; font-size: 13px; user-select: none }
.pick input { position: absolute; opacity: 0; pointer-events: none }
.pick:has(input:checked) { border-color: currentcolor; font-weight: 600 }
.pick:not(:has(input:checked)) { color: var(--soft) }
.pick:has(input:focus-visible) { outline: 2px solid var(--note); outline-offset: 2px }
.pick.error:has(input:checked) { color: var(--error) }
.pick.warning:has(input:checked) { color: var(--warning) }
.pick.note:has(input:checked) { color: var(--note) }
output { margin-left: auto; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums }
.columns { display: grid; grid-template-columns: 236px minmax(0, 1fr); gap: 28px; padding-block: 20px }
aside h2 { margin: 4px 0 10px; color: var(--soft); font-size: 13px; font-weight: 600 }
aside ol { position: sticky; top: 76px; margin: 0; padding: 0; list-style: none }
.rule { display: flex; width: 100%; justify-content: space-between; gap: 10px; padding: 6px 10px; color: inherit; background: none; border: 0; border-radius: 7px; cursor: pointer; font: inherit; font-size: 13px; text-align: left }
.rule span { overflow-wrap: anywhere }
.rule b { color: var(--soft); font-weight: 500; font-variant-numeric: tabular-nums }
.rule:hover { background: var(--card) }
.rule[aria-pressed=true] { background: var(--text); color: var(--page) }
.rule[aria-pressed=true] b { color: inherit }
:is(.rule, a, summary, input[type=search]):focus-visible { outline: 2px solid var(--note); outline-offset: 2px }
section { margin-bottom: 30px }
section > h2 { display: flex; gap: 10px; align-items: baseline; margin: 0 0 10px; font: 600 14px/1.5 var(--mono); overflow-wrap: anywhere }
section > h2 b { padding: 0 8px; color: var(--soft); border: 1px solid var(--line); border-radius: 999px; font: 500 12px/1.5 system-ui, sans-serif }
article { margin-bottom: 12px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; scroll-margin-top: 80px }
article:target { outline: 2px solid var(--note) }
article h3 { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; margin: 0 0 10px; font-size: 15px }
.pill { color: var(--soft); font-size: 12px; font-weight: 600 }
.error .pill { color: var(--error) }
.warning .pill { color: var(--warning) }
.note .pill { color: var(--note) }
.place { color: var(--soft); font: 400 12.5px/1.5 var(--mono); text-decoration: none; overflow-wrap: anywhere }
.place:hover { text-decoration: underline }
.tag { padding: 0 7px; color: var(--soft); border: 1px solid var(--line); border-radius: 6px; font-size: 12px; font-weight: 400 }
pre { display: grid; grid-template-columns: max-content minmax(0, 1fr); margin: 0 0 12px; padding: 10px 12px; background: var(--code); border-radius: 7px; font: 13px/1.6 var(--mono); tab-size: 2 }
.line { margin-right: 14px; color: var(--soft); user-select: none }
code { font-family: var(--mono); font-size: .93em }
pre code { font-size: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
mark { padding: 1px 0; color: inherit; background: var(--mark); border-bottom: 2px solid var(--error); border-radius: 2px }
.warning mark { border-color: var(--warning) }
.note mark { border-color: var(--note) }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 16px; margin: 0 }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
.empty { padding: 40px 0; color: var(--soft); text-align: center }
.suppressed { padding-block: 6px 24px }
summary { padding: 8px 0; color: var(--soft); cursor: pointer }
table { width: 100%; border-collapse: collapse; font-size: 13.5px }
th, td { padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { color: var(--soft); font-weight: 600 }
footer { padding-block: 18px 40px; color: var(--soft); font-size: 13px }
[hidden] { display: none !important }
@media (max-width: 820px) { .columns { grid-template-columns: minmax(0, 1fr) } aside ol { position: static } nav { position: static } header { padding-top: 24px } dl { grid-template-columns: minmax(0, 1fr); gap: 0 } dt { margin-top: 6px; font-size: 13px } }
@media print { nav, aside { display: none } .columns { display: block } article { break-inside: avoid } }
`
