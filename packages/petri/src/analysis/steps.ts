/**
 * Work in pieces of some milliseconds: each `next()` does one. Whoever drives it may let other things
 * happen in between, for instance `await setImmediate()` now and then, so that a page stays alive and
 * an `AbortSignal` can be aborted from outside.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all pieces at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
