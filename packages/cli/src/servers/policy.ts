import { resolve } from 'node:path'
import { definePolicy, findConfigFile, loadConfigFile, type Policy } from '@verify-full/core'
import type { Io } from '../command.js'

/** The policy of a command: the file it names, the nearest policy file, or the default. */
export function policyOf(config: string | undefined, { cwd }: Io): Policy {
  const path = config === undefined ? findConfigFile(cwd) : resolve(cwd, config)
  return definePolicy(path === undefined ? {} : loadConfigFile(path).options)
}
