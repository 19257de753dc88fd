/** One thing wrong with a statement. */
export interface StatementFault {
  /** Where, as in `days[3]` or `lines[2].amountPico`. */
  readonly path: string;
  readonly reason: string;
  /** Whether it was computed from other lines too: one of them may be what is wrong. Default false. */
  readonly acrossLines?: boolean;
}
