/**
 * One package as one file, dist/bundle.js, with what its entry points share in chunks: loading some fifty small
 * modules costs three times what loading pg does. Other packages stay external, so that there is one copy of
 * core. The published packages and those of the register tests are made here.
 */
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url))

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

/** Bundles the files of a folder, its sources or what tsc has made of them, into another one. */
export async function bundlePackage(name, { from = 'dist', to = `${PACKAGES}${name}/dist` } = {}) {
  const folder = `${PACKAGES}${name}/${from}/`
  const extension = from === 'src' ? 'ts' : 'js'
  const more = (ENTRIES[name] ?? []).map((it) => [`bundle-${it}`, `${folder}${it}.${extension}`])
  const bundle = await rolldown({
    input: { bundle: `${folder}index.${extension}`, ...Object.fromEntries(more) },
    platform: 'node',
    external: (id) => !/^[./]|^[A-Z]:/i.test(id),
    plugins: [withoutNamespaces, packagesFirst],
  })
  await bundle.write({
    dir: to,
    entryFileNames: '[name].js',
    chunkFileNames: 'bundle-[name].js',
    format: 'esm',
    comments: false,
  })
  await bundle.close()
}
