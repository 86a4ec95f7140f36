import type { Declaration, SettingPlace, SourceFile } from '../model.js'
import { STAND_IN } from '../model.js'
import { type Mapped, place } from '../text/mapped.js'
import { variablesIn, withStandIns } from '../text/variables.js'
import { parameters } from './parameters.js'

export const JDBC_SCHEME: RegExp = /jdbc:postgresql:/i

/**
 * A pgjdbc URL as the libpq string that protects the same way: pgjdbc has libpq's sslmodes and its default
 * (`prefer`), but reads `ssl=true` as `verify-full`, and a NonValidatingFactory as no verification.
 *
 * @see https://jdbc.postgresql.org/documentation/ssl/
 */
export function declareJdbc(value: Mapped, file: SourceFile): Declaration | undefined {
  const text = value.text
  const body = /^jdbc:postgresql:(?:\/\/([^/?]*))?([^?]*)/i.exec(text)
  if (!body) return undefined
  const hosts = body[1] === undefined ? 'localhost' : withStandIns(body[1])
  if (body[1] === undefined && !/^jdbc:postgresql:\w/i.test(text)) return undefined
  const written = new Map<string, { raw: string; place: SettingPlace }>()
  const undetermined: string[] = []
  const secrets = []
  for (const it of parameters(text, body[0].length + 1, () => false)) {
    const raw = text.slice(it.valueAt, it.valueAt + it.valueLength)
    const open = variablesIn(raw).filter(({ fallback }) => fallback === undefined)
    if (it.key === undefined) undetermined.push(...variablesIn(it.written).map(({ name }) => name))
    else if (/^ssl(?:mode|factory)?$/.test(it.key) && open.length > 0)
      undetermined.push(...open.map(({ name }) => name))
    else {
      const exact = place(value, it.valueAt, it.valueLength, file)
      const removal = place(value, it.at, it.length, file)
      if (/^(?:user|password|sslpassword)$/.test(it.key)) secrets.push(exact ?? value.at)
      written.set(it.key, {
        raw: withStandIns(raw),
        place: {
          value: exact ?? value.at,
          replaceable: exact !== undefined,
          ...(removal ? { removal } : {}),
        },
      })
    }
  }
  const [key, mode] = decidingMode(written)
  const settings = new Map<string, SettingPlace>()
  const decided = key === undefined ? undefined : written.get(key)?.place
  // Only a value that is itself an sslmode can be replaced by one.
  if (decided)
    settings.set('sslmode', { ...decided, replaceable: decided.replaceable && key === 'sslmode' })
  const query = mode === undefined ? '' : `?sslmode=${mode}&sslrootcert=${STAND_IN}`
  return {
    readers: ['libpq'],
    config: `postgresql://${hosts.replaceAll(' ', '')}/app${mode === 'verify-full' || mode === 'verify-ca' ? query : query.replace(/&.*/, '')}`,
    env: {},
    at: value.at,
    settings,
    undetermined,
    secrets,
  }
}

function decidingMode(
  written: ReadonlyMap<string, { raw: string }>,
): readonly [string | undefined, string | undefined] {
  const factory = written.get('sslfactory')?.raw
  if (factory && /NonValidatingFactory$/.test(factory)) return ['sslfactory', 'require']
  const mode = written.get('sslmode')?.raw
  if (mode !== undefined) return ['sslmode', mode]
  const ssl = written.get('ssl')?.raw
  if (ssl !== undefined) return ['ssl', ssl === 'true' || ssl === '' ? 'verify-full' : 'prefer']
  return [undefined, undefined]
}
