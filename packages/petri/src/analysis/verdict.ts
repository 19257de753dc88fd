/** How a verdict was reached. */
export type Method =
  /** All reachable states were looked at. */
  | 'state space'
  /** A reduced set of states that is enough for the property. */
  | 'reduced state space'
  /** Part of the states, enough because one of them decides. */
  | 'partial state space'
  /** Weighted sums that no firing raises. */
  | 'P-semiflows'
  /** Karp-Miller graph. */
  | 'coverability'
  /** Every minimal siphon holds a marked trap. */
  | 'siphons and traps'
  /** A run that was found by chance and shows it. */
  | 'random walk'
  /** Nothing decided. */
  | 'none';

/** What shows a verdict: a run from the initial marking that the executor replays. */
export interface Witness {
  /** Transition names in firing order; empty where the initial marking itself shows it. */
  readonly firings: readonly string[];
  /** Of an unbounded net: this sequence, repeated after `firings`, adds tokens each time. */
  readonly pump?: readonly string[];
  /** The places it is about, by name. */
  readonly places?: readonly string[];
  /** The transitions it is about, by name: those that never fire, or cannot fire any more. */
  readonly transitions?: readonly string[];
}

/** An answer that may be missing. */
export interface Verdict {
  readonly verdict: 'true' | 'false' | 'unknown';
  readonly method: Method;
  readonly witness?: Witness;
  /** Why it is unknown, or on what the answer rests. */
  readonly reason?: string;
}

/** A verdict that is known. */
export function decided(holds: boolean, method: Method, witness?: Witness): Verdict {
  const verdict = holds ? 'true' : 'false';
  return witness === undefined ? { verdict, method } : { verdict, method, witness };
}

/** A verdict that is not. */
export function unknown(reason: string): Verdict {
  return { verdict: 'unknown', method: 'none', reason };
}

/** The opposite answer, with the same grounds. */
export function negated(verdict: Verdict): Verdict {
  if (verdict.verdict === 'unknown') return verdict;
  return { ...verdict, verdict: verdict.verdict === 'true' ? 'false' : 'true' };
}
