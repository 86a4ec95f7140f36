/** Runs one library with each configuration; says what it got, and how the caller sees a refusal. */
import diagnostics from 'node:diagnostics_channel'

const { LIBRARY = '', CONFIGS = '[]' } = process.env
let sessions = 0
let refusals = 0
diagnostics.subscribe('verify-full:session', () => {
  sessions += 1
})
diagnostics.subscribe('verify-full:violation', () => {
  refusals += 1
})

/** Where in an error the guard's own is: `same`, `.cause`, `.parent`. */
function placeOf(error, path = '', depth = 0) {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined
  if (error.name === 'PolicyError') return path || 'same'
  for (const key of ['cause', 'parent', 'original']) {
    const found = placeOf(error[key], `${path}.${key}`, depth + 1)
    if (found) return found
  }
  return undefined
}

const { query } = await import(LIBRARY).catch((error) => {
  console.log(JSON.stringify({ missing: String(error.message).split('\n')[0] }))
  process.exit(0)
})
const outcomes = []
for (const config of JSON.parse(CONFIGS)) {
  sessions = refusals = 0
  const outcome = await query(config).then(
    (rows) => ({ rows: rows.length }),
    (error) => ({ name: error?.name, place: placeOf(error) }),
  )
  outcomes.push({ ...outcome, sessions, refusals })
}
console.log(JSON.stringify(outcomes))
process.exit(0)
