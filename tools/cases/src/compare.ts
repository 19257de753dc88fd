import { compareFractions, subtractFractions, type Fraction } from '@microgrid/tariff';
import { decimalText, exactNumber, isFraction } from './decimal.js';
import { isList, isRecord, type Json } from './json.js';

/** That the packages refused an input, and why. */
export class Refused {
  constructor(readonly message: string) {}
}

/** What the packages gave: exact numbers, texts, answers, refusals, in lists and records. */
export type Actual =
  | null
  | boolean
  | string
  | Fraction
  | Refused
  | readonly Actual[]
  | { readonly [key: string]: Actual | undefined };

/** Something expected that did not come out. */
export interface Difference {
  /** Where, as `alloc.T2` or `prices.3`. */
  readonly path: string;
  readonly expected: string;
  /** What came out instead; absent: nothing here computes it. */
  readonly actual?: string;
}

/** Fields of an expectation that explain it and are compared with nothing. */
export const EXPLANATIONS: ReadonlySet<string> = new Set([
  'why',
  'reason',
  'note',
  'notes',
  'comment',
  'explanation',
  'formula',
  'unit',
  'units',
]);

/** Says for a path what else is right there, where the notes dispute the expected value. */
export type Argued = (path: readonly string[], expected: Json) => Json | undefined;

/**
 * Everything in which the results are not what is expected. Every expected leaf must have come out;
 * results nobody expects do not matter. @param tolerance `exact`, or the most a number may differ.
 */
export function compare(
  expected: Json,
  actual: Actual | undefined,
  tolerance: string,
  argued: Argued = () => undefined,
  path: readonly string[] = [],
): Difference[] {
  const instead = argued(path, expected);
  if (instead !== undefined) return compare(instead, actual, tolerance, undefined, path);
  const differs = (): Difference[] => [
    {
      path: path.join('.'),
      expected: JSON.stringify(expected),
      ...(actual !== undefined && { actual: shown(actual) }),
    },
  ];
  if (actual === undefined) return differs();
  if (actual instanceof Refused) return expectsRefusal(expected) ? [] : differs();
  if (isList(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs();
    const items = actual as readonly Actual[];
    return expected.flatMap((one, index) =>
      compare(one, items[index], tolerance, argued, [...path, String(index)]),
    );
  }
  if (isRecord(expected)) {
    if (isLeaf(actual)) return differs();
    const fields = actual as Readonly<Record<string, Actual | undefined>>;
    return Object.entries(expected).flatMap(([key, one]) =>
      compare(one, fields[key], tolerance, argued, [...path, key]),
    );
  }
  return sameLeaf(expected, actual, tolerance) ? [] : differs();
}

function isLeaf(actual: Actual): boolean {
  return (
    actual === null || typeof actual !== 'object' || isFraction(actual) || Array.isArray(actual)
  );
}

/** Whether an expectation wants the input refused: `"error: sum > 1"`, `"refused"` or `{ "error": … }`. */
export function expectsRefusal(expected: Json): boolean {
  if (isRecord(expected)) {
    return 'error' in expected || expected['valid'] === false || expected['ok'] === false;
  }
  return typeof expected === 'string' && /^(?:error|refus|reject|invalid)/i.test(expected);
}

function sameLeaf(expected: Json, actual: Actual, tolerance: string): boolean {
  if (isFraction(actual)) {
    const number = exactNumber(expected);
    return number !== undefined && near(number, actual, tolerance);
  }
  if (typeof expected === 'string' && typeof actual === 'string') {
    return expected.toLowerCase() === actual.toLowerCase();
  }
  return expected === actual;
}

function near(expected: Fraction, actual: Fraction, tolerance: string): boolean {
  const most = exactNumber(tolerance);
  const difference = subtractFractions(expected, actual);
  if (difference.numerator === 0n) return true;
  if (most === undefined) return false;
  const size =
    difference.numerator < 0n ? { ...difference, numerator: -difference.numerator } : difference;
  return compareFractions(size, most) <= 0;
}

function shown(actual: Actual): string {
  if (actual instanceof Refused) return `refused: ${actual.message}`;
  if (isFraction(actual)) return decimalText(actual);
  if (Array.isArray(actual)) return `[${(actual as readonly Actual[]).map(shown).join(', ')}]`;
  if (typeof actual === 'object' && actual !== null) {
    const fields = Object.entries(actual).filter(([, value]) => value !== undefined);
    return `{ ${fields.map(([key, value]) => `${key}: ${shown(value as Actual)}`).join(', ')} }`;
  }
  return JSON.stringify(actual);
}
