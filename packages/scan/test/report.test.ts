/** Reports are made of text from files, and text from files is hostile. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { type DefaultTreeAdapterTypes, parse } from 'parse5'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../test/support/any-text.js'
import { runs } from '../../../test/support/runs.js'
import { REPORTERS, type ReportContext, type ScanFinding, type ScanReport } from '../src/index.js'

const context: ReportContext = {
  color: false,
  version: '1.2.3',
  now: new Date('2027-01-01T00:00:00Z'),
}
const render = (format: string, report: ScanReport) => REPORTERS[format]?.(report, context) ?? ''

const NASTY = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onclick='alert(1)",
  ']]><!--',
  '&lt;b&gt;&#0;',
  '\n::error::forged\r\n::add-mask::x',
  '%0A::warning::forged,title=x:y',
  '\u001b[2J\u001b]0;title\u0007',
  '\u202e\u2028\ud800\udc00\ud800',
  '${{ secrets.TOKEN',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>',
]
const text = fc.oneof(fc.constantFrom(...NASTY), anyText(30))
const line = fc.integer({ min: 1, max: 9999 })

const finding: fc.Arbitrary<ScanFinding> = fc
  .record({
    rule: fc.constantFrom('sslmode-missing', 'plaintext-allowed', 'undetermined'),
    severity: fc.constantFrom('error', 'warning', 'note'),
    path: text.filter((it) => it !== ''),
    line,
    column: line,
    expected: text,
    actual: text,
    fix: text,
    frame: text,
    local: fc.option(text),
    reader: fc.option(text),
    edit: fc.boolean(),
    fingerprint: fc.uuid(),
  })
  .map(({ line, column, frame, local, reader, edit, ...it }) => ({
    ...it,
    at: { offset: 0, length: 1, line, column, endLine: line, endColumn: column + 1 },
    kind: 'text',
    docs: `docs/rules.md#${it.rule}`,
    frame: { line, text: frame, column: 1, length: Math.max(1, frame.length >> 1) },
    ...(local === null ? {} : { local }),
    ...(reader === null ? {} : { reader: { driver: 'pg', sentence: reader } }),
    ...(edit ? { edits: [{ offset: 0, length: 1, text: 'verify-full' }] } : {}),
  }))

const report: fc.Arbitrary<ScanReport> = fc
  .record({
    findings: fc.uniqueArray(finding, { maxLength: 6, selector: (it) => it.fingerprint }),
    suppressed: fc.array(
      fc.record({
        finding,
        by: fc.constantFrom('ignore', 'baseline', 'waiver'),
        reason: text,
        until: text,
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ findings, suppressed }) => {
    const count = (severity: string) => findings.filter((it) => it.severity === severity).length
    return {
      version: 1,
      findings,
      suppressed,
      files: { scanned: 9, parsed: 3, bytes: 99 },
      counts: { error: count('error'), warning: count('warning'), note: count('note') },
      fixable: 0,
      durationMillis: 5,
    }
  })

const any = (check: (report: ScanReport) => void) =>
  fc.assert(fc.property(report, check), { numRuns: runs(200) })

describe('sarif', () => {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('@microsoft/jest-sarif/package.json'))
  const schema = JSON.parse(
    readFileSync(join(folder, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false })
  addFormats.default(ajv)
  const validate = ajv.compile(schema)

  test('is valid by the schema of SARIF 2.1.0, whatever is in it', () => {
    any((it) => {
      const log: unknown = JSON.parse(render('sarif', it))
      expect(validate(log), JSON.stringify(validate.errors)).toBe(true)
    })
  })

  test('the schema is one that refuses', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false)
  })

  test('has every finding, and marks what is suppressed', () => {
    any((it) => {
      const { results } = JSON.parse(render('sarif', it)).runs[0] as {
        results: { suppressions?: unknown[]; ruleIndex: number; ruleId: string }[]
      }
      expect(results.filter(({ suppressions }) => !suppressions)).toHaveLength(it.findings.length)
      expect(results.filter(({ suppressions }) => suppressions)).toHaveLength(it.suppressed.length)
    })
  })
})

describe('github', () => {
  test('is one command for each finding, and no text of a file makes another', () => {
    any((it) => {
      const lines = render('github', it)
        .trimEnd()
        .split(/[\r\n]/)
      expect(lines).toHaveLength(it.findings.length + 1)
      const command =
        /^::(?:error|warning|notice) file=[^,:]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=[\w-]+::/
      for (const written of lines.slice(0, -1)) {
        expect(written.match(/::/g)?.length).toBeGreaterThanOrEqual(2)
        expect(written).toMatch(command)
      }
    })
  })
})

describe('gitlab', () => {
  test('is the array that GitLab reads, fingerprints unique', () => {
    any((it) => {
      const issues = JSON.parse(render('gitlab', it)) as Record<string, unknown>[]
      expect(issues).toHaveLength(it.findings.length)
      expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length)
      for (const issue of issues) {
        expect(issue).toMatchObject({
          description: expect.any(String),
          check_name: expect.any(String),
          severity: expect.stringMatching(/^(?:info|minor|critical)$/),
          location: { path: expect.any(String), lines: { begin: expect.any(Number) } },
        })
      }
    })
  })
})

describe('junit', () => {
  test('is well-formed XML with one test for each finding', () => {
    any((it) => {
      const xml = render('junit', it)
      expect(XMLValidator.validate(xml)).toBe(true)
      // The characters that XML 1.0 allows (section 2.2).
      expect(xml).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
      const parser = new XMLParser({
        ignoreAttributes: false,
        isArray: (name) => /^test(?:suite|case)$/.test(name),
      })
      const suites = parser.parse(xml).testsuites.testsuite as { testcase: unknown[] }[]
      const cases = suites.flatMap(({ testcase }) => testcase)
      expect(cases).toHaveLength(Math.max(1, it.findings.length))
    })
  })
})

describe('html', () => {
  type Element = DefaultTreeAdapterTypes.Element
  const elements = (html: string): Element[] => {
    const found: Element[] = []
    const visit = (node: DefaultTreeAdapterTypes.Node): void => {
      if ('tagName' in node) found.push(node)
      if ('childNodes' in node) for (const child of node.childNodes) visit(child)
    }
    visit(parse(html))
    return found
  }
  const count = (all: readonly Element[], name: string) =>
    all.filter(({ tagName }) => tagName === name).length

  test('no text of a file becomes an element, an attribute or a script', () => {
    any((it) => {
      const all = elements(render('html', it))
      expect(count(all, 'article')).toBe(it.findings.length)
      expect(count(all, 'script')).toBe(1)
      expect(count(all, 'img')).toBe(0)
      const attributes = all.flatMap(({ attrs }) => attrs)
      expect(attributes.filter(({ name }) => /^on|^src$|^style$/.test(name))).toEqual([])
      const links = attributes.filter(({ name }) => name === 'href').map(({ value }) => value)
      expect(links.filter((value) => !/^#f-[\w-]+$/.test(value))).toEqual([])
    })
  })

  test('asks for nothing: no address in it, and a policy against them', () => {
    any((it) => {
      const [policy] = elements(render('html', { ...it, findings: [] })).filter(({ attrs }) =>
        attrs.some(({ value }) => value === 'Content-Security-Policy'),
      )
      expect(policy?.attrs.find(({ name }) => name === 'content')?.value).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'$/,
      )
    })
    expect(render('html', EMPTY)).not.toMatch(/https?:|url\(|@import/)
  })

  test('a clean scan says so', () => {
    expect(render('html', EMPTY)).toMatch(/<h1>Clean<\/h1>/)
  })
})

test.each(['stylish', 'github', 'html', 'junit'])(
  '%s has no character that a terminal obeys',
  (format) => {
    any((it) => {
      expect(render(format, it)).not.toMatch(/(?![\t\n\r])\p{Cc}|\u202e/u)
    })
  },
)

const EMPTY: ScanReport = {
  version: 1,
  findings: [],
  suppressed: [],
  files: { scanned: 1, parsed: 0, bytes: 0 },
  counts: { error: 0, warning: 0, note: 0 },
  fixable: 0,
  durationMillis: 1,
}
