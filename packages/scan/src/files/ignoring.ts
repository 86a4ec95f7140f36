import type { Ignore } from 'ignore'
import { lazily } from '../lazily.js'

const library = lazily<typeof import('ignore')>('ignore')

/** Rules in the syntax of .gitignore. */
export const ignoring = (rules: string | readonly string[]): Ignore => library()().add(rules)
