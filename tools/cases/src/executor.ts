import type { Actual } from './compare.js';
import type { CaseFile } from './case-file.js';
import type { Json } from './json.js';

/** One thing that is expected of a case and what came out; notes may add more of them. */
export interface Vector {
  /** Empty, or what is special about it, as `notes: G=10`. */
  readonly name: string;
  readonly expected: Json;
  readonly actual: Actual;
}

/** Computes cases of one kind through the public API of the packages. */
export interface Executor {
  readonly kind: string;
  /**
   * The results, in the shape of what is expected; nothing for a case of another kind.
   * @throws NotUnderstood for one of its kind whose shape it does not know.
   */
  run(one: CaseFile): readonly Vector[] | undefined;
}
