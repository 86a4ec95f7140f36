import { AUDIT_STATUSES } from '@verify-full/server'
import { printable } from '../printable.js'
import { STYLE } from './html-style.js'
import { describe, plaintextOf, sessionsOf } from './text.js'
import { counted, daysLeftOf, type FindingView, type ServerView, type View } from './view.js'

/** Markup that is ready to stand in the page: only {@link html} makes it. */
class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A template whose values are escaped, unless they are markup themselves. */
function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  const shown = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(shown).join('')
    return value instanceof Markup ? value.text : escaped(printable(String(value)))
  }
  return new Markup(parts.map((part, index) => part + shown(values[index] ?? '')).join(''))
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** One file with everything in it: no script, nothing from elsewhere; the content policy says so, too. */
export function page(view: View): string {
  const { servers, at, status } = view
  const markup = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>verify-full audit</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${new Markup(STYLE)}</style></head><body>
<h1>verify-full audit: <span class="${status}">${status}</span></h1>
<div class="soft">${at}, ${counted(servers.length, 'server')}</div>
<ul class="counts">${AUDIT_STATUSES.map((one) => count(one, servers))}</ul>
<h2>Servers</h2><div class="scroll"><table><thead><tr>
<th>Status</th><th>Server</th><th>Role</th><th>TLS</th><th>Without TLS</th><th>Certificate</th><th>Plaintext sessions</th><th>Findings</th>
</tr></thead><tbody>${servers.map(row)}</tbody></table></div>
<h2>Certificates, by expiry</h2>${timeline(servers)}
<h2>Details</h2>${servers.map(details)}
</body></html>
`
  return markup.text
}

const count = (status: string, servers: readonly ServerView[]): Markup =>
  html`<li><b class="${status}">${servers.filter((server) => server.status === status).length}</b>${status}</li>`

const anchor = (index: number): string => `server-${index + 1}`

function row(server: ServerView, index: number): Markup {
  const { status, expires, addresses, findings } = server
  const versions = [...new Set(addresses.flatMap(({ versions: spoken }) => spoken))]
  const answer = plaintextOf(server)
  return html`<tr><td class="status ${status}">${status}</td>
<td><a href="#${anchor(index)}">${server.server}</a><div class="soft">${server.cluster}</div></td>
<td>${server.role}${server.discovered ? ' (discovered)' : ''}</td>
<td>${versions.join(', ') || '-'}</td>
<td class="${answer === 'accepted' ? 'violation' : ''}">${answer}</td>
<td>${daysLeftOf(expires)}</td>
<td>${sessionsOf(server)}</td><td>${findings.length}</td></tr>
`
}

/** The bar is full at a year; what has expired has none. */
function timeline(servers: readonly ServerView[]): Markup {
  const known = servers
    .flatMap(({ server, expires }) => (expires ? [{ server, expires }] : []))
    .toSorted((a, b) => a.expires.daysLeft - b.expires.daysLeft)
  if (known.length === 0) return html`<p class="soft">No certificate was presented.</p>`
  return html`<div class="timeline">${known.map(({ server, expires }) => {
    const { daysLeft, validTo, subject } = expires
    const tone = daysLeft < 7 ? 'violation' : daysLeft < 30 ? 'warning' : 'clean'
    const width = Math.round(Math.min(100, Math.max(0, (daysLeft / 365) * 100)))
    return html`<div class="mono">${server}</div>
<div class="track" title="${subject} until ${validTo}"><span class="bar ${tone}" style="width:${width}%"></span></div>
<div class="days ${tone}">${daysLeftOf(expires)}</div>`
  })}</div>`
}

function details(server: ServerView, index: number): Markup {
  const { status, findings, unseen, waived, survivors, sessions, rules, settings } = server
  const open = status === 'clean' ? '' : ' open'
  return html`<details id="${anchor(index)}"${new Markup(open)}><summary>
<span class="status ${status}">${status}</span><span class="name">${server.server}</span>
<span class="soft">${server.role}, ${counted(findings.length, 'finding')}</span></summary><div class="body">
${findings.map(finding)}
${unseen.map(({ what, why, fix }) => list('incomplete', `not seen: ${what}`, { why, fix }))}
${waived.map((one) => list('warning', `waived: ${one.rule}`, { reason: one.reason, until: one.until }))}
${lines('Sessions in plaintext', sessions?.plaintext.map(describe) ?? [])}
${lines('Older than the rules, which would refuse them today', survivors.map(describe))}
${lines('Addresses', server.addresses.map(addressLine))}
${lines('Certificate', certificateLines(server))}
${lines(
  'Settings',
  Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
)}
${lines(
  'pg_hba.conf, in order',
  (rules ?? []).map(({ line, entry }) => `${line}: ${entry}`),
)}
</div></details>
`
}

const addressLine = (address: ServerView['addresses'][number]): string =>
  `${address.address}: SSLRequest ${address.ssl}, ${address.versions.join(' ') || 'no TLS version'}, direct TLS ${address.direct}, without TLS ${address.plaintext}`

const certificateLines = ({ certificate, expires }: ServerView): readonly string[] =>
  certificate
    ? [
        `subject ${certificate.subject}`,
        `names ${certificate.names.join(', ')}`,
        `issuer ${certificate.issuer}`,
        `until ${certificate.validTo} (${certificate.daysLeft} days)`,
        `SHA-256 ${certificate.fingerprint256}`,
        // An intermediate, or the certificate of another address.
        ...(expires && expires.validTo !== certificate.validTo
          ? [`expires first: ${expires.subject}, until ${expires.validTo} (${daysLeftOf(expires)})`]
          : []),
      ]
    : []

const finding = ({ rule, severity, expected, found, from, fix, docs }: FindingView): Markup =>
  list(severity, rule, { expected, found, from, fix, see: docs })

const list = (tone: string, title: string, rows: Readonly<Record<string, string>>): Markup =>
  html`<h3 class="${tone}">${title}</h3><dl>${Object.entries(rows).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl>`

const lines = (title: string, texts: readonly string[]): Markup =>
  texts.length === 0
    ? html``
    : html`<h3>${title}</h3>${texts.map((line) => html`<div class="mono">${line}</div>`)}`
