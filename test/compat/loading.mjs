/** The library that this process is told, and what it loads: guards from where this run has built them. */
const { COMPAT_LIBRARY, COMPAT_GUARDS, COMPAT_MODE, COMPAT_PART } = process.env

export const load = (name) =>
  import(name.startsWith('@verify-full/') ? JSON.parse(COMPAT_GUARDS)[name] : name)

export const library = await import(`./libraries/${COMPAT_LIBRARY}.mjs`)

/** Opens a database as COMPAT_MODE says, guarded by a policy. */
export function open({ config, policy }) {
  const { [COMPAT_MODE]: opens } = library.parts?.[COMPAT_PART] ?? library
  return opens(config, (name) => loadWith(name, policy))
}

/** The page of each library has its line without a policy, which is the last argument. */
async function loadWith(name, policy) {
  const module = await load(name)
  if (!name.startsWith('@verify-full/')) return module
  const { guard, guardClass } = module
  return {
    guard: (given) => guard(given, policy),
    guardClass: (Client) => guardClass(Client, policy),
  }
}
