/**
 * What went wrong, as a closed set:
 * - `bad-net`: the declaration contradicts itself (duplicate name, arc to an unknown place, weight below 1 …)
 * - `missing-function`: a transition that makes data tokens was bound without its `out` function
 * - `unknown-place`, `unknown-transition`: a name the net does not have
 * - `bad-marking`: a marking of another net, or one that was taken apart by hand
 * - `not-enabled`: the binding given to `fire` cannot fire in this marking
 * - `bad-output`: an `out` function returned something else than its output arcs say
 * - `bad-token`: a token that its place's schema refuses, that lacks a key its arcs match by, or that has
 *   no canonical encoding (function, class instance, cycle …)
 * - `law-broken`: a firing changed, or by its declaration would change, a quantity that a law conserves
 * - `firing-limit`: no quiescence within the limit
 * - `clock-backwards`: an instant that is no integer or lies before the marking's
 * - `bad-json`: a net, snapshot or journal in JSON that does not have the documented form
 * - `bad-formula`: a query that cannot be read
 * - `not-supported`: a question that cannot be asked of this net (for instance semantics of an arc kind)
 * - `bad-xml`: text that is not well-formed XML (line and column in the message)
 * - `bad-pnml`: well-formed XML that is not PNML this package reads (line and column in the message)
 * - `too-large`: an unfolding beyond the given limit
 */
export type PetriErrorCode =
  | 'bad-net'
  | 'missing-function'
  | 'unknown-place'
  | 'unknown-transition'
  | 'bad-marking'
  | 'not-enabled'
  | 'bad-output'
  | 'bad-token'
  | 'law-broken'
  | 'firing-limit'
  | 'bad-json'
  | 'bad-formula'
  | 'not-supported'
  | 'clock-backwards'
  | 'bad-xml'
  | 'bad-pnml'
  | 'too-large';

/** The only error this package throws by itself; errors of guards and `out` functions pass through. */
export class PetriError extends Error {
  override readonly name = 'PetriError';

  constructor(
    /** Closed set, for programs; the message is for people. */
    readonly code: PetriErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** True for an error of this package, also across two copies of the package in one program. */
export function isPetriError(error: unknown): error is PetriError {
  return error instanceof Error && error.name === 'PetriError' && 'code' in error;
}
