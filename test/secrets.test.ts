/** No password, key or token in anything the project hands out. */
import { inspect } from 'node:util'
import { definePolicy, type Events, events, planPg } from '@verify-full/core'
import { guard, PolicyError } from '@verify-full/pg'
import fc from 'fast-check'
import pg from 'pg'
import { expect, it } from 'vitest'

const secret = fc.stringMatching(/^[A-Za-z0-9!$*_=.~-]{10,24}$/).map((text) => `Zq${text}9x`)

type Placed = { where: string; config: (password: string) => Record<string, unknown> | string }
const base = { host: 'db.example.com', user: 'app', database: 'app' }
const url = (password: string, query: string) =>
  `postgres://app:${encodeURIComponent(password)}@db.example.com/app${query}`
const places: Placed[] = [
  { where: 'password', config: (password) => ({ ...base, password }) },
  { where: 'a password function', config: (password) => ({ ...base, password: () => password }) },
  { where: 'ssl.key', config: (key) => ({ ...base, ssl: { key, rejectUnauthorized: false } }) },
  { where: 'ssl.passphrase', config: (passphrase) => ({ ...base, ssl: { passphrase, ca: '' } }) },
  { where: 'ssl.ca', config: (ca) => ({ ...base, ssl: { ca } }) },
  { where: 'ssl as a string', config: (ssl) => ({ ...base, ssl }) },
  { where: 'a URL', config: (password) => url(password, '') },
  {
    where: 'a URL with sslmode',
    config: (password) => ({ connectionString: url(password, '?sslmode=require') }),
  },
  {
    where: 'a URL, unescaped',
    config: (password) => `postgres://app:${password}@db.example.com/app`,
  },
  {
    where: 'a URL with ?',
    config: (password) => `postgres://app:1?${password}@db.example.com/app`,
  },
  {
    where: 'a query parameter',
    config: (password) => `postgres://db.example.com/app?password=${password}`,
  },
  {
    where: 'sslpassword',
    config: (password) => `postgres://db.example.com/app?sslpassword=${password}`,
  },
  {
    where: 'the value of sslmode',
    config: (password) => `postgres://db.example.com/app?sslmode=${password}`,
  },
  { where: 'a key', config: (password) => `postgres://db.example.com/app?sslmode_${password}=x` },
  {
    where: 'a keyword DSN',
    config: (password) => `host=db password=${password} sslmode=verify-full`,
  },
  {
    where: 'no scheme',
    config: (password) => `app:${password}@db.example.com:5432/app?sslmode=verify-full`,
  },
  {
    where: 'a leading space',
    config: (password) => ` postgres://app:${password}@db.example.com/app`,
  },
  { where: 'a URL that is none', config: (password) => `postgres://app:${password}@h:x:y/app` },
  { where: 'the host', config: (host) => ({ ...base, host: `x@${host}` }) },
]
const names: (keyof Events)[] = ['verify-full:violation', 'verify-full:waived']

it.each(places)('$where reaches no error, event, plan or inspection', async ({ config }) => {
  const published: unknown[] = []
  const listen = (payload: unknown) => published.push(payload)
  for (const name of names) events.on(name, listen)
  const { Client, Pool } = guard({ Client: pg.Client, Pool: pg.Pool })
  await fc.assert(
    fc.asyncProperty(secret, async (password) => {
      published.length = 0
      const given = config(password)
      const caught: unknown[] = []
      const options = typeof given === 'string' ? { connectionString: given } : given
      for (const start of [() => guard(given as never), () => new Pool(options)]) {
        try {
          start()
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError)
          caught.push(error)
        }
      }
      const client = new Client(given as never)
      caught.push(await client.connect().catch((error: unknown) => error))
      expect(caught).toHaveLength(3)
      const shown = [...caught, ...published, planPg(given, {}), definePolicy()]
      for (const thing of shown) {
        const text = [
          inspect(thing, { depth: null, showHidden: true }),
          JSON.stringify(thing),
          thing instanceof Error ? `${thing.stack} ${thing.message}` : '',
        ].join('\n')
        expect(text.includes(password), 'the secret was shown').toBe(false)
        expect(text.includes(encodeURIComponent(password)), 'the secret was shown').toBe(false)
      }
    }),
    { numRuns: 25 },
  )
  for (const name of names) events.off(name, listen)
})
