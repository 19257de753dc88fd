import { numeratorAt, parseRatio } from '@microgrid/units';
import type { ReserveLevel } from '../contract-rules.js';
import { ELIGIBLE, takesPart, validOn, type Verdict } from './verdict.js';

/** A storage's state of charge at the end of an interval, as its gateway stated it. */
export interface StateOfCharge {
  /** Percent of its usable capacity, decimal text from 0 to 100. */
  readonly percent: string;
  /** Whether the statement was signed and the signature verified. */
  readonly signed: boolean;
}

/** What the reserve levels of a point say of one interval. */
export interface ReserveVerdict {
  readonly verdict: Verdict;
  /** Whether its export is offered; `stop`: the run stops. */
  readonly offers: 'yes' | 'no' | 'stop';
}

const SCALE = 12;

/**
 * Whether a storage point kept its reserve at the end of an interval, so that its export may be
 * offered. A state of charge that is absent or not signed is not evaluable, and the level's own policy
 * decides.
 * @param date local day on which the interval begins.
 */
export function reserveVerdict(
  levels: readonly ReserveLevel[] | undefined,
  point: string,
  date: string,
  state: StateOfCharge | undefined,
): ReserveVerdict {
  const held = (levels ?? []).filter((level) => level.point === point && validOn(level, date));
  return held.reduce<ReserveVerdict>(
    (worst, level) => {
      const verdict = levelVerdict(level, state);
      const offers = takesPart(verdict, level.whenNotEvaluable);
      return ORDER[offers] > ORDER[worst.offers] ? { verdict, offers } : worst;
    },
    {
      verdict: held.length === 0 ? ELIGIBLE : levelVerdict(held[0] as ReserveLevel, state),
      offers: 'yes',
    },
  );
}

const ORDER: Readonly<Record<'yes' | 'no' | 'stop', number>> = { yes: 0, no: 1, stop: 2 };

function levelVerdict(level: ReserveLevel, state: StateOfCharge | undefined): Verdict {
  const { minimumPercent } = level;
  if (state === undefined) {
    return notEvaluable('no state of charge at the end of the interval');
  }
  if (!state.signed) return notEvaluable('the state of charge is not signed');
  const kept =
    numeratorAt(parseRatio(state.percent), SCALE) >= numeratorAt(parseRatio(minimumPercent), SCALE);
  return {
    outcome: kept ? 'eligible' : 'refused',
    rule: 'reserveLevel',
    reason: `state of charge ${state.percent} %, reserve ${minimumPercent} %`,
  };
}

function notEvaluable(reason: string): Verdict {
  return { outcome: 'not-evaluable', rule: 'reserveLevel', reason };
}
