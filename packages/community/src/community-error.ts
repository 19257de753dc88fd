/**
 * What is wrong with a community file:
 * - `not-yaml`: the text is no YAML 1.2 document, or says a key twice
 * - `invalid-community`: a field is missing, unknown or wrong, or two fields contradict each other
 * - `unknown-id`: a name was asked for that the community does not have
 * - `invalid-file`: a file that operators exchange cannot be used
 */
export type CommunityErrorCode = 'not-yaml' | 'invalid-community' | 'unknown-id' | 'invalid-file';

/** One place where a community file is not as expected. */
export interface CommunityProblem {
  /** Where, as in `members[2].meteringPoints[0].id`; empty for the document itself. */
  readonly path: string;
  /** Line in the file, from 1; absent when the value did not come from a text. */
  readonly line?: number;
  /** The value found there, as JSON cut to a readable length. */
  readonly found: string;
  /** What was expected. */
  readonly expected: string;
}

/** The one error of this package: the message names file, line, path, value and expectation of every problem. */
export class CommunityError extends Error {
  override readonly name = 'CommunityError';

  constructor(
    readonly code: CommunityErrorCode,
    message: string,
    readonly problems: readonly CommunityProblem[] = [],
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link CommunityError}. */
export function isCommunityError(error: unknown): error is CommunityError {
  return error instanceof CommunityError;
}
