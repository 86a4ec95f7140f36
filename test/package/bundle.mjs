/**
 * Bundles each package that is loaded at the start of an application or of the command; declarations stay as tsc
 * emits them. `pnpm bench` measures the import. Arguments name packages; without any it is all of them.
 */
import { bundlePackage } from './bundling.mjs'

const BUNDLED = ['core', 'pg', 'knex', 'typeorm', 'postgres', 'register', 'scan', 'server', 'cli']
const given = process.argv.slice(2)

for (const name of given.length > 0 ? given : BUNDLED) await bundlePackage(name)
