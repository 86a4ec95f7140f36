import type { Reporter, ScanFinding } from '../model.js'
import { markup } from './escape.js'

/**
 * JUnit's XML, a suite for each file: for CI servers that show nothing else. Notes are skipped tests; a
 * clean scan is one test that passes.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export const junit: Reporter = ({ findings, counts, files, durationMillis }) => {
  const paths = [...new Set(findings.map(({ path }) => path))]
  const suites = paths.map((path) => {
    const here = findings.filter((it) => it.path === path)
    return suite(path, here.map(testCase), here)
  })
  const clean = '    <testcase name="no findings" classname="verify-full"/>'
  const tests = Math.max(1, findings.length)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="verify-full" tests="${tests}" failures="${counts.error + counts.warning}" skipped="${counts.note}" time="${durationMillis / 1000}">`,
    ...(suites.length > 0 ? suites : [suite(`${files.scanned} files`, [clean], [])]),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(name: string, cases: readonly string[], findings: readonly ScanFinding[]): string {
  const skipped = findings.filter(({ severity }) => severity === 'note').length
  const failures = findings.length - skipped
  return [
    `  <testsuite name="${markup(name)}" tests="${cases.length}" failures="${failures}" skipped="${skipped}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n')
}

function testCase({
  rule,
  path,
  at,
  severity,
  reader,
  expected,
  actual,
  fix,
  docs,
}: ScanFinding): string {
  const place = `${at.line}:${at.column}`
  const head = `    <testcase name="${markup(`${rule} at ${place}`)}" classname="${markup(path)}" file="${markup(path)}" line="${at.line}">`
  if (severity === 'note') {
    return [head, `      <skipped message="${markup(actual)}"/>`, '    </testcase>'].join('\n')
  }
  const body = [
    ...(reader ? [`reader    ${reader.sentence}`] : []),
    `expected  ${expected}`,
    `found     ${actual}`,
    `fix       ${fix}`,
    `docs      ${docs}`,
  ].join('\n')
  return [
    head,
    `      <failure type="${severity}" message="${markup(actual)}">${markup(body)}</failure>`,
    '    </testcase>',
  ].join('\n')
}
