import { fraction } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import { decimalText, isFraction, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isRecord, type Json, type JsonRecord } from '../json.js';
import { AllocationAnswers } from './allocation-answers.js';

/** A pool large enough that the quotient of shared and pool shows a quota to 15 decimals. */
const POOL_KILOWATT_HOURS = fraction(1_000_000_000n);

/** Quotas divided by their sum: what each takes of a pool that everybody could use up. */
function renormalised(table: JsonRecord, expected: JsonRecord): Actual {
  const coefficients = Object.fromEntries(
    Object.entries(table).map(([id, value]) => [id, decimalText(numberOf(value, id))]),
  );
  const answers = new AllocationAnswers({
    minutes: 15,
    plants: [{ id: 'plant', energies: [POOL_KILOWATT_HOURS] }],
    consumers: Object.keys(table).map((id) => ({ id, energies: [POOL_KILOWATT_HOURS] })),
    key: { type: 'fixed', coefficients, sum: 'renormalise' },
    netting: 'none',
    country: 'AT',
    listed: false,
    size: fraction(1),
  });
  const shares = answers.answer('alloc', expected);
  if (shares instanceof Refused || !isShares(shares)) return shares;
  return Object.fromEntries(
    Object.entries(shares).map(([id, share]) => [
      id,
      isFraction(share)
        ? fraction(share.numerator, share.denominator * POOL_KILOWATT_HOURS.numerator)
        : share,
    ]),
  );
}

function isShares(value: Actual): value is Readonly<Record<string, Actual | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isFraction(value);
}

/** The one table there is, or several by what their names have after `quota_`. */
function ofTables(tables: readonly [string, Json][], name: string, expected: JsonRecord): Actual {
  const ending = (one: string): string => one.replace(/^.*?(?:quotas?|alloc)_?/i, '');
  const [only, ...others] = tables;
  const meant = others.length === 0 ? only : tables.find(([key]) => ending(key) === ending(name));
  if (meant !== undefined) {
    if (!isRecord(meant[1])) throw new NotUnderstood(`${meant[0]}: expected quotas by name`);
    return renormalised(meant[1], expected);
  }
  const byTable = Object.entries(expected).map(([id, value]): [string, Actual] => {
    const table = tables.find(([key]) => key === id || ending(key) === id)?.[1];
    if (!isRecord(table) || !isRecord(value))
      throw new NotUnderstood(`expected.${name}.${id}: no table of quotas has this name`);
    return [id, renormalised(table, value)];
  });
  return Object.fromEntries(byTable);
}

/** A column of quotas, `{ quota_P3: { ZP1: 0.1, … } }`, and what they are as parts of their sum. */
export const quotaCases: Executor = {
  kind: 'allocation',
  run({ input, expected }) {
    if (!isRecord(input) || !isRecord(expected)) return undefined;
    const tables = Object.entries(input).filter(([key]) => /^quota/i.test(key));
    if (tables.length === 0) return undefined;
    if (tables.length < Object.keys(input).length) {
      throw new NotUnderstood('quotas: expected tables of them and nothing else');
    }
    const actual = Object.entries(expected).map(([name, value]): [string, Actual] => {
      if (!/quota|coefficient|share|alloc/i.test(name) || !isRecord(value)) {
        throw new NotUnderstood(`expected.${name}: expected quotas by name`);
      }
      return [name, ofTables(tables, name, value)];
    });
    return [{ name: '', expected, actual: Object.fromEntries(actual) }];
  },
};
