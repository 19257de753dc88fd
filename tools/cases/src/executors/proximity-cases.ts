import {
  presets,
  proximityVerdict,
  type PointConnection,
  type ProximityRule,
  type VoltageLevel,
} from '@microgrid/community';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { decimalText, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';

const LEVELS: Readonly<Record<string, VoltageLevel>> = {
  BT: 'low', LV: 'low', LOW: 'low',
  MT: 'medium', MV: 'medium', MEDIUM: 'medium',
  AT: 'high', HV: 'high', HIGH: 'high',
  MAT: 'extraHigh', EHV: 'extraHigh', EXTRAHIGH: 'extraHigh',
}; // prettier-ignore

/** The dated proximity rules that a country's contract files hold. */
function rulesOf(country: string): readonly ProximityRule[] {
  for (const { country: of, policy } of presets()) {
    const rule = policy['exportEligibility'] as
      { proximity?: readonly ProximityRule[] } | undefined;
    if (of === country && rule?.proximity !== undefined) return rule.proximity;
  }
  throw new NotUnderstood(`no contract file of ${country} has a proximity rule`);
}

/** Where a point is; what a case does not say of it does not hold. */
function connection(one: JsonRecord): PointConnection {
  const fields = new Map(Object.entries(one).map(([key, value]) => [plainName(key), value]));
  const known = ['level', 'voltagelevel', 'voltage', 'km', 'distance', 'distancekm', 'sametransformer',
    'sametransformerstation', 'samesubstation', 'lowdensity', 'on', 'date', 'decision']; // prettier-ignore
  for (const name of fields.keys()) {
    if (!known.includes(name)) throw new NotUnderstood(`the field ${name} means nothing here`);
  }
  const first = (...names: string[]): Json | undefined =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined);
  const level = textOf(first('level', 'voltagelevel', 'voltage')).toUpperCase();
  const voltageLevel = LEVELS[level];
  if (voltageLevel === undefined) throw new NotUnderstood(`voltage level ${level}`);
  const distance = first('km', 'distance', 'distancekm');
  const decision = first('decision');
  return {
    voltageLevel,
    ...(distance !== undefined && { kilometres: decimalText(numberOf(distance, 'km')) }),
    sameTransformerStation: first('sametransformer', 'sametransformerstation') === true,
    sameSubstation: first('samesubstation') === true,
    lowDensity: first('lowdensity') === true,
    ...(typeof decision === 'boolean' && {
      decision: { eligible: decision, document: 'as the case says' },
    }),
  };
}

function eligible(one: Json, country: string): Actual {
  if (!isRecord(one)) throw new NotUnderstood('expected a record with a level and a day');
  const date = one['on'] ?? one['date'];
  if (typeof date !== 'string') throw new NotUnderstood('expected the day as on');
  return proximityVerdict(rulesOf(country), connection(one), date).outcome === 'eligible';
}

/** The verdict alone, or under the name it is expected by. */
function inShapeOf(expected: Json | undefined, verdict: Actual): Actual {
  if (!isRecord(expected)) return verdict;
  const names = Object.keys(expected).filter((name) =>
    ['eligible', 'allowed', 'ok', 'valid', 'near', 'proximity'].includes(plainName(name)),
  );
  return Object.fromEntries(names.map((name) => [name, verdict]));
}

/** Whether points at voltage levels and distances are near enough on a day. */
export const proximityCases: Executor = {
  kind: 'eligibility',
  run({ input, expected, country }) {
    const list = isList(input) ? input : [input];
    const asks = list.every(
      (one) =>
        isRecord(one) &&
        Object.keys(one).some((key) =>
          ['level', 'voltagelevel', 'voltage'].includes(plainName(key)),
        ),
    );
    if (!asks || list.length === 0) return undefined;
    const actual = list.map((one, at) =>
      inShapeOf(
        isList(input) && isList(expected) ? expected[at] : expected,
        eligible(one, country),
      ),
    );
    return [{ name: '', expected, actual: isList(input) ? actual : (actual[0] ?? null) }];
  },
};
