/** Where a bench puts what it measured. */
export interface Rows {
  /** A measure that has a limit; one that `counts` and is not met makes the run fail. */
  row(what: string, measured: string, wanted: string, met: boolean, counts: boolean): void
  /** A measure that is only shown. */
  note(what: string, measured: string): void
}
