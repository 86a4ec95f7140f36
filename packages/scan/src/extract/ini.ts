import { declareTree } from '../declare/tree.js'
import type { Extractor } from '../model.js'
import { iniTree } from '../text/ini-tree.js'

/** INI: alembic.ini, setup.cfg, grafana.ini, and Java's .properties. */
export const ini: Extractor = {
  name: 'ini',
  files: /\.(?:ini|cfg|cnf|conf|properties|editorconfig)$/,
  extract(file) {
    const properties = file.path.endsWith('.properties')
    const dialect = properties
      ? { separators: '=:', comments: '#!' }
      : { separators: '=', comments: '#;' }
    return { declarations: declareTree(iniTree(file, dialect), file) }
  },
}
