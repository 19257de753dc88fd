import type { Phase } from './site-sample.js';

/**
 * What can be wrong with an installation.
 *
 * - `ctReversed`: a current transformer is mounted the wrong way round.
 * - `phasesSwapped`: transformers of two or three phases are exchanged.
 * - `loadPhase`: a load hangs on another phase than declared.
 * - `scale`: a meter counts too much or too little by a factor.
 * - `balance`: devices together draw more than the grid meter can explain.
 * - `stuck`: a meter shows the same values for ever.
 * - `fallbackAboveCircuit`: on loss of communication a device may draw more than its circuit bears.
 */
export type FindingKind =
  | 'ctReversed'
  | 'phasesSwapped'
  | 'loadPhase'
  | 'scale'
  | 'balance'
  | 'stuck'
  | 'fallbackAboveCircuit';

/** One thing that is wrong, or may be. */
export interface Finding {
  readonly kind: FindingKind;
  /** The device or load it is about. */
  readonly device: string;
  readonly phases?: readonly Phase[];
  /** Of `scale`: what is shown, divided by what is. */
  readonly factor?: number;
  /** `unsure`: something is wrong, but this may not be it. */
  readonly certainty: 'sure' | 'unsure';
  /** A sentence for people: what is wrong, by what it shows, and what to do. */
  readonly text: string;
}

/** Phases as people write them: `L1`, `L1 and L2`, `L1, L2 and L3`. */
export function phaseText(phases: readonly Phase[]): string {
  const names = phases.map((phase) => `L${phase}`);
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
