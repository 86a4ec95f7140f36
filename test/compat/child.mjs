// The application, as a module.
import { runCases } from './cases.mjs'
import { library, load } from './loading.mjs'

await runCases(library, load)
