import type { Extractor } from '../model.js'
import { dockerfile } from './dockerfile.js'
import { dotenv } from './dotenv.js'
import { javascript } from './javascript/index.js'
import { shell } from './shell.js'
import { systemd } from './systemd.js'
import { text } from './text.js'

/** One row per kind of file; the first row that matches a path reads it. */
export const EXTRACTORS: readonly Extractor[] = [
  dotenv,
  javascript,
  shell,
  dockerfile,
  systemd,
  text,
]
