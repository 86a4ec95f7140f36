import type { Extractor } from '../model.js'
import { dockerfile } from './dockerfile.js'
import { dotenv } from './dotenv.js'
import { shell } from './shell.js'
import { systemd } from './systemd.js'
import { text } from './text.js'

/** One row per kind of file; the first row that matches a path reads it. */
export const EXTRACTORS: readonly Extractor[] = [dotenv, shell, dockerfile, systemd, text]
