import type { Declaration, Range, SettingPlace, SourceFile } from '../model.js'
import { type Mapped, place } from '../text/mapped.js'
import { variablesIn, withStandInPort, withStandIns } from '../text/variables.js'
import { addToUrl, type Surroundings } from './addition.js'
import { parameters } from './parameters.js'

export const JDBC_SCHEME: RegExp = /jdbc:postgresql:/i

const DECIDING = /^(?:ssl|sslmode|sslfactory)$/

/**
 * A pgjdbc URL as a declaration; undefined where nothing but a scheme is written. User and password, which
 * pgjdbc takes as parameters, are left out.
 *
 * @see https://jdbc.postgresql.org/documentation/use/#connection-parameters
 */
export function declareJdbc(
  value: Mapped,
  file: SourceFile,
  { extent }: Pick<Surroundings, 'extent'> = {},
): Declaration | undefined {
  const { text } = value
  const base = /^jdbc:postgresql:(?:\/\/[^/?]*)?[^?]*/i.exec(text)?.[0] ?? ''
  if (!/^jdbc:postgresql:(?:\/\/)?[\w[/$%{<@]/i.test(text)) return undefined
  const settings = new Map<string, SettingPlace>()
  const undetermined: string[] = []
  const secrets: Range[] = []
  const query: string[] = []
  for (const it of parameters(text, base.length + 1, () => false)) {
    const raw = text.slice(it.valueAt, it.valueAt + it.valueLength)
    const exact = place(value, it.valueAt, it.valueLength, file)
    const open = variablesIn(raw).filter(({ fallback }) => fallback === undefined)
    if (it.key === undefined) undetermined.push(...variablesIn(it.written).map(({ name }) => name))
    else if (/^(?:user|password|sslpassword)$/i.test(it.key)) secrets.push(exact ?? value.at)
    else if (DECIDING.test(it.key) && open.length > 0)
      undetermined.push(...open.map(({ name }) => name))
    else {
      const removal = place(value, it.at, it.length, file)
      settings.set(it.key, {
        value: exact ?? value.at,
        replaceable: exact !== undefined,
        ...(removal ? { removal } : {}),
      })
      query.push(`${it.key}=${withStandIns(raw)}`)
    }
  }
  const head = withStandInPort(base)
  const addition = addToUrl(value, file, { env: {}, extent })
  return {
    readers: ['jdbc'],
    config: head + (query.length > 0 ? `?${query.join('&')}` : ''),
    env: {},
    at: value.at,
    settings,
    undetermined,
    ...(addition ? { addition } : {}),
    secrets,
  }
}
