import { numeratorAt, parseRatio } from '@microgrid/units';
import type { PointConnection, ProximityRule, ProximityTest } from '../contract-rules.js';
import { ELIGIBLE, validOn, type Verdict } from './verdict.js';

const SCALE = 12;

/**
 * Whether a point is near enough on a local day. A decision of an authority stands above the rules; of
 * the dated rules those that hold on the day count, each by the level of the connection: at least one
 * of its tests must hold. A level that a rule does not list is refused by it. Facts that are absent
 * make a test unknown, never false: a test that is only unknown leaves the verdict `not-evaluable`.
 * @param date `YYYY-MM-DD`.
 */
export function proximityVerdict(
  rules: readonly ProximityRule[],
  connection: PointConnection | undefined,
  date: string,
): Verdict {
  const decision = connection?.decision;
  if (decision !== undefined && validOn(decision, date)) {
    return {
      outcome: decision.eligible ? 'eligible' : 'refused',
      rule: 'proximity',
      reason: `decided case by case: ${decision.document}`,
    };
  }
  const held = rules.filter((rule) => validOn(rule, date));
  if (held.length === 0) return ELIGIBLE;
  if (connection === undefined) {
    return {
      outcome: 'not-evaluable',
      rule: 'proximity',
      reason: 'the point has no connection, so its voltage level and distance are not known',
    };
  }
  const verdicts = held.map((rule) => levelVerdict(rule, connection));
  return (
    verdicts.find(({ outcome }) => outcome === 'refused') ??
    verdicts.find(({ outcome }) => outcome === 'not-evaluable') ??
    verdicts[0] ??
    ELIGIBLE
  );
}

function levelVerdict(rule: ProximityRule, connection: PointConnection): Verdict {
  const tests = rule.levels[connection.voltageLevel];
  const since = rule.validFrom === undefined ? '' : ` (rule of ${rule.validFrom})`;
  const where = `${connection.voltageLevel} voltage${since}`;
  if (tests === undefined) {
    return {
      outcome: 'refused',
      rule: 'proximity',
      reason: `${where}: no connection at this level`,
    };
  }
  const results = tests.map((test) => holds(test, connection));
  const passed = tests[results.indexOf(true)];
  if (passed !== undefined) {
    return { outcome: 'eligible', rule: 'proximity', reason: `${where}: ${testText(passed)}` };
  }
  const asked = tests.map(testText).join(', or ');
  return results.includes(undefined)
    ? {
        outcome: 'not-evaluable',
        rule: 'proximity',
        reason: `${where}: facts are absent for ${asked}`,
      }
    : { outcome: 'refused', rule: 'proximity', reason: `${where}: expected ${asked}` };
}

/** Whether all conditions hold; undefined where none fails but one is not known. */
function holds(test: ProximityTest, connection: PointConnection): boolean | undefined {
  const results = [
    ...(test.withinKilometres === undefined
      ? []
      : [within(connection.kilometres, test.withinKilometres)]),
    ...(test.sameTransformerStation ? [connection.sameTransformerStation] : []),
    ...(test.sameSubstation ? [connection.sameSubstation] : []),
    ...(test.lowDensity ? [connection.lowDensity] : []),
  ];
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

function within(kilometres: string | undefined, most: string): boolean | undefined {
  if (kilometres === undefined) return undefined;
  return numeratorAt(parseRatio(kilometres), SCALE) <= numeratorAt(parseRatio(most), SCALE);
}

function testText(test: ProximityTest): string {
  const parts = [
    ...(test.lowDensity ? ['a territory of low density'] : []),
    ...(test.sameTransformerStation ? ['the same transformer station'] : []),
    ...(test.sameSubstation ? ['the same substation'] : []),
    ...(test.withinKilometres === undefined ? [] : [`at most ${test.withinKilometres} km`]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}
