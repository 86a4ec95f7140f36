/** The same small application for each driver and module system: connects, asks once, says how it went. */

const PG = `
async function attempt(config) {
  const client = new pg.Client(config)
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.query('select 1 as v')
  } finally {
    await client.end().catch(() => {})
  }
}
`
const POSTGRES = `
async function attempt(config) {
  const sql = postgres({ ...config, max: 1, fetch_types: false })
  try {
    return { rows: [...await sql\`select 1 as v\`] }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
`
const SESSIONS = `
import diagnostics from 'node:diagnostics_channel'
let sessions = 0
diagnostics.subscribe('verify-full:session', () => { sessions += 1 })
`
const MAIN = `
const outcomes = []
for (const config of JSON.parse(process.env.CONFIGS)) {
  sessions = 0
  outcomes.push(await attempt(config).then(
    ({ rows }) => ({ rows, sessions }),
    ({ name, code, message, violations = [] }) =>
      ({ name, code, message, rules: violations.map(({ rule }) => rule), sessions }),
  ))
}
console.log(JSON.stringify(outcomes))
`
const toCommonJs = (text: string): string =>
  text.replaceAll(/^import (\w+) from '([^']+)'$/gm, "const $1 = require('$2')")

const asModule = (driver: string, attempt: string): string =>
  `${SESSIONS}${driver}${attempt}${MAIN}`
const asCommonJs = (driver: string, attempt: string): string =>
  `${toCommonJs(SESSIONS + driver)}${attempt};(async () => {${MAIN}})()\n`

/** By file name. */
export const APPLICATIONS: Readonly<Record<string, string>> = {
  'pg.mjs': asModule("import pg from 'pg'\n", PG),
  'pg.cjs': asCommonJs("import pg from 'pg'\n", PG),
  'postgres.mjs': asModule("import postgres from 'postgres'\n", POSTGRES),
  'postgres.cjs': asCommonJs("import postgres from 'postgres'\n", POSTGRES),
}

/** What an application prints for each of its configurations. */
export interface Outcome {
  readonly rows?: readonly object[]
  /** Of the error, where it was refused. */
  readonly name?: string
  readonly code?: string
  readonly rules?: readonly string[]
  readonly message?: string
  readonly sessions: number
}
