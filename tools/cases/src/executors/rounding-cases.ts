import {
  compareFractions,
  divideFractions,
  ONE,
  subtractFractions,
  sumFractions,
  type Fraction,
} from '@microgrid/tariff';
import { allocate, compareIds } from '@microgrid/units';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import { ofMillionths, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, type Json } from '../json.js';

/** Weights in proportion to fractions of one: their numerators over a common denominator. */
function weights(parts: readonly Fraction[]): number[] {
  const common = parts.reduce((product, { denominator }) => product * denominator, 1n);
  const whole = parts.map(({ numerator, denominator }) => (numerator * common) / denominator);
  const divisor = whole.reduce((a, b) => {
    let [x, y] = [a, b];
    while (y !== 0n) [x, y] = [y, x % y];
    return x;
  }, 0n);
  return whole.map((weight) => Number(divisor === 0n ? 0n : weight / divisor));
}

/** An amount over parts that are fractions of one; one of them may be what remains. */
function allot(amount: Json, parts: readonly Json[]): Actual {
  const whole = numberOf(amount, 'amount');
  if (whole.denominator !== 1n) throw new NotUnderstood('amount: expected a whole number');
  const remaining = parts.map((part) => part === 'remaining' || part === 'rest');
  if (remaining.filter(Boolean).length > 1) return new Refused('two parts are what remains');
  const named = parts.map((part, index) =>
    remaining[index] === true ? undefined : numberOf(part, 'part'),
  );
  const sum = sumFractions(named.filter((part) => part !== undefined));
  if (compareFractions(sum, ONE) > 0) return new Refused('the parts are more than 1');
  const rest = subtractFractions(ONE, sum);
  if (rest.numerator > 0n && !remaining.includes(true)) {
    return new Refused('the parts are less than 1 and none is what remains');
  }
  if (whole.numerator < 0n || whole.numerator > BigInt(Number.MAX_SAFE_INTEGER))
    throw new NotUnderstood('amount: expected a whole number from 0 to 2^53 - 1');
  const shares = allocate(Number(whole.numerator), weights(named.map((part) => part ?? rest)));
  return shares.map((share) => ofMillionths(BigInt(share) * 1_000_000n));
}

/** An amount by whole weights, ties by position. */
function byWeights(amount: Json, given: readonly Json[]): Actual {
  const sum = sumFractions(given.map((weight) => numberOf(weight, 'weight')));
  if (sum.numerator <= 0n) return new Refused('the weights add up to nothing');
  const parts = given.map((weight) => divideFractions(numberOf(weight, 'weight'), sum));
  return allot(
    amount,
    parts.map(({ numerator, denominator }) => `${numerator}/${denominator}`),
  );
}

/** The parts alone, or in the one list that a record of results has. */
function inShapeOf(expected: Json | undefined, parts: Actual): Actual {
  if (!isRecord(expected) || !Array.isArray(parts)) return parts;
  const [name, ...more] = Object.keys(expected);
  return name === undefined || more.length > 0 ? parts : { [name]: parts as readonly Actual[] };
}

const AMOUNTS = ['amount', 'total', 'sum'];
const PARTS = ['parts', 'shares', 'fractions', 'portions', 'allotment'];

/** `{ amount, parts }` or `{ amount, weights }`, each part in a list or under a name. */
function allotted(one: Json): Actual | undefined {
  if (!isRecord(one)) return undefined;
  const field = (names: readonly string[]): Json | undefined =>
    names.map((name) => one[name]).find((value) => value !== undefined);
  const amount = field(AMOUNTS);
  const parts = field(PARTS);
  const given = parts ?? field(['weights']);
  if (amount === undefined || given === undefined) return undefined;
  // Parts under names are in the order of their names, by which ties go.
  const names = isRecord(given) ? Object.keys(given).sort(compareIds) : [];
  const values = isRecord(given) ? names.map((name) => given[name] ?? null) : given;
  if (!isList(values)) return undefined;
  const result = parts === undefined ? byWeights(amount, values) : allot(amount, values);
  if (!isRecord(given) || !Array.isArray(result)) return result;
  const shares = result as readonly Actual[];
  return Object.fromEntries(names.map((name, at) => [name, shares[at] ?? null]));
}

/** Whole amounts shared out by fractions: `{ amount, parts: ["1/2", "remaining"] }`, one or a list. */
export const roundingCases: Executor = {
  kind: 'rounding',
  run({ input, expected }) {
    const list = isList(input) ? input : [input];
    const allotments = list.map(allotted);
    if (allotments.length === 0 || allotments.includes(undefined)) return undefined;
    const actual = allotments.map((one, at) =>
      inShapeOf(isList(input) && isList(expected) ? expected[at] : expected, one ?? null),
    );
    return [{ name: '', expected, actual: isList(input) ? actual : (actual[0] ?? null) }];
  },
};
