import { createHash } from 'node:crypto'
import type { Reporter, ScanFinding, ScanReport, ScanSeverity, Suppressed } from '../model.js'
import { markup } from './escape.js'
import { SCRIPT } from './html-script.js'
import { STYLE } from './html-style.js'

/**
 * One file without anything from elsewhere: findings by file or by rule, filtered in the page. It reads
 * without its script, too; its content security policy lets nothing run but that script.
 */
export const html: Reporter = (report, { version, now }) => {
  const { findings, suppressed } = report
  const policy = `default-src 'none'; style-src '${hash(STYLE)}'; script-src '${hash(SCRIPT)}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title(report)} - verify-full</title>
<style>${STYLE}</style>
</head>
<body>
${header(report)}
${findings.length > 0 ? page(findings) : CLEAN}
${suppressed.length > 0 ? suppressions(suppressed) : ''}
<footer>verify-full ${markup(version)}, <time datetime="${now.toISOString()}">${now.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>, ${report.files.scanned} files looked at, ${report.files.parsed} parsed, ${report.durationMillis} ms</footer>
<script>${SCRIPT}</script>
</body>
</html>
`
}

const hash = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const title = ({ counts }: ScanReport): string =>
  counts.error + counts.warning === 0 ? 'Clean' : plural(counts.error + counts.warning, 'finding')

function header(report: ScanReport): string {
  const { counts, fixable, findings, suppressed } = report
  const bad = counts.error + counts.warning > 0
  const files = new Set(findings.filter((it) => it.severity !== 'note').map(({ path }) => path))
    .size
  const said = bad
    ? `${plural(files, 'file')} ${files === 1 ? 'lets' : 'let'} a PostgreSQL connection fall below the policy.`
    : 'No PostgreSQL connection below the policy was found.'
  const tile = (count: number, word: string, kind: string) =>
    `<li class="tile ${kind}"><b>${count}</b> ${word}${count === 1 ? '' : 's'}</li>`
  return `<header class="${bad ? 'bad' : 'good'}">
<h1>${title(report)}</h1>
<p>${said}</p>
<ul class="tiles">
${tile(counts.error, 'error', 'error')}
${tile(counts.warning, 'warning', 'warning')}
${tile(counts.note, 'note', 'note')}
<li class="tile"><b>${fixable}</b> fixable with <code>--fix</code></li>
<li class="tile"><b>${suppressed.length}</b> suppressed</li>
</ul>
</header>`
}

const CLEAN = '<main><p class="empty">Nothing to mend.</p></main>'

function page(findings: readonly ScanFinding[]): string {
  const rules = tally(findings.map(({ rule }) => rule))
  const paths = [...new Set(findings.map(({ path }) => path))]
  const severities = (['error', 'warning', 'note'] as const).filter((it) =>
    findings.some(({ severity }) => severity === it),
  )
  return `<nav aria-label="Filters">
<input id="search" type="search" placeholder="Search path, rule or text" aria-label="Search" autocomplete="off">
<fieldset><legend>Severity</legend>${severities.map(toggle).join('')}</fieldset>
<fieldset><legend>Group by</legend><label class="pick"><input type="radio" name="group" value="path" checked>file</label><label class="pick"><input type="radio" name="group" value="rule">rule</label></fieldset>
<output id="shown">${plural(findings.length, 'finding')}</output>
</nav>
<div class="columns">
<aside aria-label="Rules"><h2>Rules</h2><ol>${rules.map(ruleRow).join('')}</ol></aside>
<main>
${paths
  .map((path) =>
    group(
      path,
      findings.filter((it) => it.path === path),
    ),
  )
  .join('\n')}
<p class="empty" id="none" hidden>Nothing matches these filters.</p>
</main>
</div>`
}

function tally(words: readonly string[]): [word: string, count: number][] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

const toggle = (severity: ScanSeverity): string =>
  `<label class="pick ${severity}"><input type="checkbox" name="severity" value="${severity}" checked>${severity}</label>`

const ruleRow = ([rule, count]: readonly [string, number]): string =>
  `<li><button type="button" class="rule" data-rule="${markup(rule)}" aria-pressed="false"><span>${markup(rule)}</span><b>${count}</b></button></li>`

const group = (path: string, findings: readonly ScanFinding[]): string =>
  `<section data-group="${markup(path)}"><h2><span>${markup(path)}</span><b>${findings.length}</b></h2>
${findings.map(card).join('\n')}
</section>`

function card({
  rule,
  severity,
  path,
  at,
  frame,
  reader,
  expected,
  actual,
  fix,
  docs,
  local,
  edits,
  fingerprint,
}: ScanFinding): string {
  const row = (term: string, text: string) => `<dt>${term}</dt><dd>${markup(text)}</dd>`
  return `<article id="f-${markup(fingerprint)}" class="${severity}" data-severity="${severity}" data-rule="${markup(rule)}" data-path="${markup(path)}">
<h3><span class="pill">${severity}</span> <span class="name">${markup(rule)}</span> <a class="place" href="#f-${markup(fingerprint)}">${markup(path)}:${at.line}:${at.column}</a>${edits ? ' <span class="tag">fixable</span>' : ''}${local ? ` <span class="tag">${markup(local)}</span>` : ''}</h3>
${frame ? code(frame) : ''}
<dl>${reader ? row('Reader', reader.sentence) : ''}${row('Found', actual)}${row('Expected', expected)}${row('Fix', fix)}<dt>Docs</dt><dd><code>${markup(docs)}</code></dd></dl>
</article>`
}

function code({ line, text, column, length }: NonNullable<ScanFinding['frame']>): string {
  const [start, end] = [column - 1, column - 1 + length]
  const [before, marked, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)]
  return `<pre><span class="line">${line}</span><code>${markup(before)}<mark>${markup(marked)}</mark>${markup(after)}</code></pre>`
}

function suppressions(suppressed: readonly Suppressed[]): string {
  const rows = suppressed.map(
    ({ finding: { rule, path, at }, by, reason, until }) =>
      `<tr><td><code>${markup(path)}:${at.line}</code></td><td>${markup(rule)}</td><td>${by}</td><td>${markup(reason ?? '')}</td><td>${markup(until?.slice(0, 10) ?? '')}</td></tr>`,
  )
  return `<details class="suppressed"><summary>${plural(suppressed.length, 'suppressed finding')}</summary>
<table><thead><tr><th>Place</th><th>Rule</th><th>By</th><th>Reason</th><th>Until</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`
}
