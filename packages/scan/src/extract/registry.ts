import type { Extractor } from '../model.js'
import { dockerfile } from './dockerfile.js'
import { dotenv } from './dotenv.js'
import { ini } from './ini.js'
import { javascript } from './javascript/index.js'
import { json } from './json.js'
import { lockfile } from './lockfile.js'
import { packageJson } from './package-json.js'
import { pgbouncer } from './pgbouncer.js'
import { pgpass } from './pgpass.js'
import { pgService } from './pgservice.js'
import { prisma } from './prisma.js'
import { pgHba, postgresqlConf } from './server-files.js'
import { shell } from './shell.js'
import { systemd } from './systemd.js'
import { terraform } from './terraform.js'
import { text } from './text.js'
import { toml } from './toml.js'
import { yaml } from './yaml.js'

/** One row per kind of file; the first row that matches a path reads it. */
export const EXTRACTORS: readonly Extractor[] = [
  lockfile,
  packageJson,
  pgService,
  pgbouncer,
  pgpass,
  pgHba,
  postgresqlConf,
  dotenv,
  javascript,
  shell,
  dockerfile,
  systemd,
  yaml,
  json,
  toml,
  terraform,
  prisma,
  ini,
  text,
]

/** Who reads a path. */
export const extractorOf = (path: string): Extractor =>
  EXTRACTORS.find((row) => row.files.test(path)) ?? text

const NAMED = new RegExp(
  EXTRACTORS.filter(({ always, last }) => always || last)
    .map(({ files }) => files.source)
    .join('|'),
)

/** Who reads a path, where that is one who is `always` or `last`: one question instead of twenty. */
export const namedExtractorOf = (path: string): Extractor | undefined =>
  NAMED.test(path) ? extractorOf(path) : undefined
