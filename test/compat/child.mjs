// The application, as a module. Guards are loaded from where this run has built them.
import { runCases } from './cases.mjs'
import { serve } from './serve.mjs'

const { COMPAT_LIBRARY, COMPAT_GUARDS } = process.env
const load = (name) =>
  import(name.startsWith('@verify-full/') ? JSON.parse(COMPAT_GUARDS)[name] : name)
const library = await import(`./libraries/${COMPAT_LIBRARY}.mjs`)
if (process.send) serve(library, load)
else await runCases(library, load)
