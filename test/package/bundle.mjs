/**
 * Bundles each package that is loaded at the start of an application or of the command into one file, dist/bundle.js: loading
 * some fifty small modules costs three times what loading pg does. Other packages stay external, so there
 * is one copy of core; declarations stay as tsc emits them. `pnpm bench` measures the import. Arguments
 * name packages; without any it is all of them.
 */
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const BUNDLED = ['core', 'pg', 'knex', 'typeorm', 'postgres', 'register', 'scan', 'server', 'cli']
const given = process.argv.slice(2)

/** Entry points besides index.js; what they share with it is a chunk, so that there is one copy of it. */
const ENTRIES = {
  core: ['offline', 'start'],
  pg: ['ambient'],
  server: ['opentelemetry'],
  cli: ['bin'],
}

/**
 * Node makes a namespace of a built-in module that is imported, reads every export for it, and so runs
 * every getter: the root certificates, modules that nobody asked for. It took a third of the time.
 */
const withoutNamespaces = {
  name: 'without-namespaces',
  renderChunk: (code) =>
    code.replace(/^import (?:(\w+)(?:, )?)?({.+?})? from ("node:.+?");$/gm, (_, whole, names, id) =>
      [whole, names?.replaceAll(' as ', ': ')]
        .filter(Boolean)
        .map((binding) => `const ${binding} = process.getBuiltinModule(${id});`)
        .join(' '),
    ),
}

/** As the sources have it: pg before the guard. In the other order Node 22 takes far longer for both. */
const packagesFirst = {
  name: 'packages-first',
  renderChunk: (code) =>
    code.replace(/^((?:import .+ from "\.\/.+";\n)+)((?:import .+;\n)+)/, '$2$1'),
}

for (const name of given.length > 0 ? given : BUNDLED) {
  const dist = fileURLToPath(new URL(`../../packages/${name}/dist/`, import.meta.url))
  const more = (ENTRIES[name] ?? []).map((entry) => [`bundle-${entry}`, `${dist}${entry}.js`])
  const bundle = await rolldown({
    input: { bundle: `${dist}index.js`, ...Object.fromEntries(more) },
    platform: 'node',
    external: (id) => !/^[./]|^[A-Z]:/i.test(id),
    plugins: [withoutNamespaces, packagesFirst],
  })
  await bundle.write({
    dir: dist,
    entryFileNames: '[name].js',
    chunkFileNames: 'bundle-[name].js',
    format: 'esm',
    comments: false,
  })
  await bundle.close()
}
