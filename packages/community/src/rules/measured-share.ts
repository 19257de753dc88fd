import { numeratorAt, parseRatio } from '@microgrid/units';
import type { IntervalQuality } from '@microgrid/events';
import type { Verdict } from './verdict.js';

const SCALE = 12;

/** Qualities that count as measured: a corrected value is a measured one whose error was put right. */
const MEASURED: readonly IntervalQuality[] = ['measured', 'corrected'];

/**
 * Whether enough of an energy was measured: by share of energy, not of intervals, so that a gap at
 * night costs little. Without any energy there is nothing to measure and the rule holds; missing
 * intervals have no energy and are the completeness of a run, not this rule.
 * @param minimum decimal text, 0 to 1; absent: no rule.
 * @param energy mWh by quality.
 */
export function measuredShareVerdict(
  minimum: string | undefined,
  energy: Readonly<Partial<Record<IntervalQuality, bigint>>>,
): Verdict {
  if (minimum === undefined) return { outcome: 'eligible', reason: '' };
  const sum = (qualities: readonly string[]): bigint =>
    Object.entries(energy).reduce(
      (total, [quality, part]) => (qualities.includes(quality) ? total + part : total),
      0n,
    );
  const total = sum(Object.keys(energy));
  const measured = sum(MEASURED);
  const enough = measured * 10n ** BigInt(SCALE) >= numeratorAt(parseRatio(minimum), SCALE) * total;
  return {
    outcome: enough ? 'eligible' : 'refused',
    rule: 'measuredEnergyShare',
    reason: `${measured} of ${total} mWh are measured or corrected, expected a share of at least ${minimum}`,
  };
}
