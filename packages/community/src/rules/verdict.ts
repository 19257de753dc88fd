import type { NotEvaluablePolicy, ValidDays } from '../contract-rules.js';

/** The rules of a contract that give verdicts. */
export type ContractRule =
  | 'validity'
  | 'participation'
  | 'role'
  | 'productionMeter'
  | 'proximity'
  | 'installedPower'
  | 'exportConstraint'
  | 'reserveLevel'
  | 'priceLimit'
  | 'measuredEnergyShare'
  | 'decidedBy';

/**
 * What a rule says of a point, a price or a run:
 * - `eligible`: the rule holds, or does not ask
 * - `refused`: it does not hold
 * - `not-evaluable`: facts are absent that it needs
 */
export interface Verdict {
  readonly outcome: 'eligible' | 'refused' | 'not-evaluable';
  /** The rule that decided; absent where no rule asked. */
  readonly rule?: ContractRule;
  /** One sentence for a person; empty where no rule asked. */
  readonly reason: string;
}

/** The verdict where no rule asks. */
export const ELIGIBLE: Verdict = { outcome: 'eligible', reason: '' };

const SEVERITY = { eligible: 0, 'not-evaluable': 1, refused: 2 } as const;

/** The first of the most severe verdicts; refused before not evaluable before eligible. */
export function mostSevere(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(
    (worst, verdict) => (SEVERITY[verdict.outcome] > SEVERITY[worst.outcome] ? verdict : worst),
    verdicts[0] ?? ELIGIBLE,
  );
}

/**
 * What follows from a verdict: `yes`, `no`, or `stop` where the contract wants a run to stop.
 * @param whenNotEvaluable the policy of the rule that gave it.
 */
export function takesPart(
  verdict: Verdict,
  whenNotEvaluable: NotEvaluablePolicy,
): 'yes' | 'no' | 'stop' {
  if (verdict.outcome === 'eligible') return 'yes';
  if (verdict.outcome === 'refused' || whenNotEvaluable === 'refuse') return 'no';
  return whenNotEvaluable === 'accept' ? 'yes' : 'stop';
}

/** Whether a local day (`YYYY-MM-DD`) lies in a validity. */
export function validOn({ validFrom, validTo }: ValidDays, date: string): boolean {
  return (
    (validFrom === undefined || validFrom <= date) && (validTo === undefined || date < validTo)
  );
}
