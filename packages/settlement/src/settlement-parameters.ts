import { SettlementError } from './settlement-error.js';

/** How often what may happen in a settlement, and by when. All of it is data of the net. */
export interface SettlementParameters {
  /** R: how often a settlement may be corrected before a person has to close it. Integer from 0. */
  readonly corrections: number;
  /** A: how often a failed payment is tried again before it goes to arrears. Integer from 0. */
  readonly retries: number;
  /** D: how many disputes a member may raise. Integer from 0. */
  readonly disputes: number;
  /** Whether a point's import and export of one interval cancel. */
  readonly netting: 'none' | 'interval';
  /**
   * Whether what neither the payer nor the fund can pay is recorded as deferred on both sides. Without
   * it a failed payment may have no way out: the net is then not sound, which the proofs show.
   */
  readonly deferral: boolean;
  /** T1: how long readings are waited for before a substitute is taken, ms. */
  readonly substituteAfterMs: number;
  /** T2: how long a payment is waited for, ms. */
  readonly paymentTimeoutMs: number;
  /** T3: how long after its issue a settlement can still be corrected or disputed, ms. */
  readonly correctionWindowMs: number;
}

const DAY_MS = 86_400_000;

/**
 * Two corrections, two retries, one dispute; readings are waited for 5 days, a payment 14 days, and a
 * settlement stays open for 60 days. Netting is the community's.
 */
export const DEFAULT_PARAMETERS: SettlementParameters = Object.freeze({
  corrections: 2,
  retries: 2,
  disputes: 1,
  netting: 'none',
  deferral: true,
  substituteAfterMs: 5 * DAY_MS,
  paymentTimeoutMs: 14 * DAY_MS,
  correctionWindowMs: 60 * DAY_MS,
});

const COUNTS = ['corrections', 'retries', 'disputes'] as const;
const DURATIONS = ['substituteAfterMs', 'paymentTimeoutMs', 'correctionWindowMs'] as const;

/**
 * The defaults with what is given in their place.
 * @throws SettlementError `bad-parameter` for what is no integer from 0.
 */
export function settlementParameters(
  given: Partial<SettlementParameters> = {},
): SettlementParameters {
  const parameters = { ...DEFAULT_PARAMETERS, ...given };
  for (const name of [...COUNTS, ...DURATIONS]) {
    const value = parameters[name];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new SettlementError(
        'bad-parameter',
        `settlement parameter ${name}: got ${value}, expected a whole number from 0`,
      );
    }
  }
  return Object.freeze(parameters);
}
