import type { Reporter } from '../model.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'
import { html } from './html.js'
import { json } from './json.js'
import { junit } from './junit.js'
import { sarif } from './sarif.js'
import { stylish } from './stylish.js'

/** One row per `--format`. */
export const REPORTERS: Readonly<Record<string, Reporter>> = {
  stylish,
  json,
  sarif,
  github,
  gitlab,
  junit,
  html,
}
