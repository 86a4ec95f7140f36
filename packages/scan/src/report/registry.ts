import type { Reporter } from '../model.js'
import { json } from './json.js'
import { stylish } from './stylish.js'

/** One row per `--format`. */
export const REPORTERS: Readonly<Record<string, Reporter>> = { stylish, json }
