import type { StateOfCharge } from '@microgrid/community';
import { canonicalJson } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import type { StatesOfCharge } from '../sharing/export-bounds.js';

/** A storage point's states of charge that became known at one instant, for reserve levels. */
export interface KnownStatesOfCharge {
  readonly knownMs: EpochMs;
  readonly meteringPoint: string;
  readonly states: readonly {
    /** End of the interval that it is the state at. */
    readonly endMs: EpochMs;
    readonly state: StateOfCharge;
  }[];
}

/** Positions of a period's intervals. */
interface IntervalSpan {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
}

/**
 * The states of a period's interval ends as they are known, the newest of each.
 * @throws SettlementError `conflicting-inputs` where one instant brought two different ones.
 */
export function statesAsKnown(
  known: readonly KnownStatesOfCharge[],
  { startMs, endMs, resolutionMs }: IntervalSpan,
): StatesOfCharge {
  const byPoint = new Map<string, (StateOfCharge | undefined)[]>();
  const knownAt = new Map<string, EpochMs>();
  const length = (endMs - startMs) / resolutionMs;
  for (const { knownMs, meteringPoint, states } of [...known].sort(
    (a, b) => a.knownMs - b.knownMs,
  )) {
    const own = byPoint.get(meteringPoint) ?? new Array<StateOfCharge | undefined>(length);
    byPoint.set(meteringPoint, own);
    for (const { endMs: atMs, state } of states) {
      const interval = (atMs - startMs) / resolutionMs - 1;
      if (!Number.isInteger(interval) || interval < 0 || interval >= length) continue;
      const key = `${meteringPoint} ${interval}`;
      const before = own[interval];
      if (knownAt.get(key) === knownMs && canonicalJson(before) !== canonicalJson(state)) {
        throw new SettlementError(
          'conflicting-inputs',
          `${meteringPoint}, state of charge at ${formatInstant(atMs)}: two different ones became known at ${formatInstant(knownMs)}, expected one; say which came later`,
        );
      }
      own[interval] = state;
      knownAt.set(key, knownMs);
    }
  }
  return byPoint;
}

/** Whether a point's states at the end of an interval are the same. */
export function sameStates(
  a: StatesOfCharge | undefined,
  b: StatesOfCharge | undefined,
  interval: number,
): boolean {
  const points = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...points].every((point) => {
    const [one, other] = [a?.get(point)?.[interval], b?.get(point)?.[interval]];
    return canonicalJson(one ?? null) === canonicalJson(other ?? null);
  });
}
