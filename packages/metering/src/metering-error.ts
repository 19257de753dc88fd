/** What is wrong with readings or intervals. */
export type MeteringErrorCode =
  | 'bad-header'
  | 'malformed-row'
  | 'negative-energy'
  | 'unknown-point'
  | 'duplicate-interval'
  | 'overlapping-interval'
  | 'missing-interval'
  | 'wrong-resolution'
  | 'misaligned-interval'
  | 'outside-data'
  | 'bad-period'
  | 'too-large'
  | 'bad-option'
  | 'conflicting-interval';

/** Where a problem lies and what was expected there. */
export interface MeteringProblem {
  /** File as the caller named it. */
  readonly file?: string;
  /** Line, counted from 1 (the header). */
  readonly line?: number;
  /** The other line of a pair: the first of two rows that collide. */
  readonly otherLine?: number;
  /** Name of the column. */
  readonly column?: string;
  /** What was found. */
  readonly value: string;
  /** What should be there, and what to do. */
  readonly expected: string;
}

function place({ file, line, column }: MeteringProblem): string {
  const where = [file, line].filter((part) => part !== undefined).join(':');
  return [where, column].filter((part) => part !== undefined && part !== '').join(': ');
}

/** The one error of this package: `file:line: column: got value, expected …`. */
export class MeteringError extends Error {
  override readonly name = 'MeteringError';

  constructor(
    readonly code: MeteringErrorCode,
    readonly problem: MeteringProblem,
  ) {
    const where = place(problem);
    super(`${where === '' ? '' : `${where}: `}got ${problem.value}, expected ${problem.expected}`);
  }
}

/** Whether an unknown thrown value is a {@link MeteringError}. */
export function isMeteringError(error: unknown): error is MeteringError {
  return error instanceof MeteringError;
}
