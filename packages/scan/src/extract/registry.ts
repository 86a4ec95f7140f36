import type { Extractor } from '../model.js'

/** One row per kind of file; the first row that matches a path reads it. */
export const EXTRACTORS: readonly Extractor[] = []
