import type { Reporter } from '../model.js'

/** The report as it is (its shape is documented in docs/scan.md), beside the tool's name and version. */
export const json: Reporter = (report, { version }) =>
  `${JSON.stringify({ tool: { name: 'verify-full', version }, ...report }, null, 2)}\n`
