import type { Fraction } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import type { Consumer, Plant } from './allocation-problem.js';
import { isSeries } from './note-vectors.js';

/** What the fields of a case's input mean. */
export const POOL_NAMES = [
  'g', 'pool', 'production', 'generation', 'injectedbyupac', 'injection', 'p', 'plant', 'eng',
  'netgeneration', 'surplusinjected', 'engh', 'prod', 'pv', 'solar', 'community',
]; // prettier-ignore
export const PLANT_NAMES = ['producers', 'plants', 'injected', 'generators', 'upac', 'injections'];
export const CONSUMER_NAMES = [
  'consumers', 'metered', 'withdrawn', 'claims', 'consumption', 'consumptions', 'loads', 'demand',
  'tenants', 'withdrawals',
]; // prettier-ignore
export const MIXED_NAMES = ['members', 'homes', 'participants', 'prosumers'];

const ENERGY_NAMES = [
  'c',
  'cons',
  'consumed',
  'econs',
  'withdrawal',
  'g01',
  'kwh',
  'energy',
  'claim',
  'consumption',
  'demand',
  'withdrawn',
  'metered',
  'e',
  'load',
];
const INJECTION_NAMES = [
  'g01',
  'kwh',
  'energy',
  'injection',
  'production',
  'generation',
  'injected',
  'export',
];
const COEFFICIENT_NAMES = ['k', 'beta', 'coefficient', 'coef', 'share', 'weight', 'key'];
const FACTOR_NAMES = ['tf', 'participationfactor', 'factor', 'percent'];
const RANK_NAMES = ['priority', 'rank', 'prio', 'order', 'level', 'tier', 'group'];
const ID_NAMES = ['id', 'plant', 'name', 'member', 'consumer', 'point'];
const SERVICE_NAMES = ['inservice', 'entryintoservice', 'commissioned'];
const POWER_NAMES = [
  'power',
  'installed',
  'installedpower',
  'installedkilowatts',
  'kwp',
  'kw',
  'p',
];

/** A field of a record by the names it may have. */
export function named(record: JsonRecord, names: readonly string[]): Json | undefined {
  return Object.entries(record).find(([key]) => names.includes(plainName(key)))?.[1];
}

/** One value, or one for each interval. */
export function series(value: Json | undefined, what: string): Fraction[] {
  return isSeries(value) ? value.map((one) => numberOf(one, what)) : [numberOf(value, what)];
}

/** A record or list of named things as `[id, fields]`; a bare value is a thing's energy. */
function things(value: Json, what: string): [string, Json][] {
  if (isRecord(value)) return Object.entries(value);
  if (isList(value) && value.every((one) => isRecord(one))) {
    return value.map((one, index) => {
      const id = isRecord(one) ? named(one, ID_NAMES) : undefined;
      return [id === undefined ? `${what}${index + 1}` : textOf(id), one];
    });
  }
  throw new NotUnderstood(`${what}: expected a record or a list of records`);
}

function refuseOthers(record: JsonRecord, what: string, ...known: readonly string[][]): void {
  for (const key of Object.keys(record)) {
    if (known.some((names) => names.includes(plainName(key)))) continue;
    throw new NotUnderstood(`${what}: the field ${key} means nothing here`);
  }
}

function percentOf(record: JsonRecord, what: string): { readonly percent?: number } {
  const value = named(record, FACTOR_NAMES);
  if (value === undefined) return {};
  const percent = numberOf(value, `${what} factor`);
  return { percent: Number(percent.numerator) / Number(percent.denominator) };
}

/** A date, or the first day of a year or month. */
function dateOf(value: Json): string {
  const text = textOf(value);
  return /^\d{4}$/.test(text) ? `${text}-01-01` : /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
}

/** Plants: `{ P1: "30" }`, `{ P1: { kWh, in_service } }` or a list of such records. */
export function plantsOf(value: Json, what: string): Plant[] {
  return things(value, what).map(([id, one]) => {
    if (!isRecord(one)) return { id, energies: series(one, id) };
    refuseOthers(one, id, INJECTION_NAMES, ID_NAMES, SERVICE_NAMES, POWER_NAMES, FACTOR_NAMES);
    const entryIntoService = named(one, SERVICE_NAMES);
    const power = named(one, POWER_NAMES);
    return {
      id,
      energies: series(named(one, INJECTION_NAMES), id),
      ...(entryIntoService !== undefined && { entryIntoService: dateOf(entryIntoService) }),
      ...(power !== undefined && { installedKilowatts: decimalText(numberOf(power, id)) }),
      ...percentOf(one, id),
    };
  });
}

/** Consumers: `{ T: "2" }`, `{ T: { c, k, tf, priority } }` or a list of such records. */
export function consumersOf(value: Json, what: string): Consumer[] {
  return things(value, what).map(([id, one]) => {
    if (!isRecord(one)) return { id, energies: series(one, id) };
    refuseOthers(one, id, ENERGY_NAMES, ID_NAMES, COEFFICIENT_NAMES, FACTOR_NAMES, RANK_NAMES);
    return {
      id,
      energies: series(named(one, ENERGY_NAMES), id),
      ...coefficientOf(one, id),
      ...rankOf(one, id),
      ...percentOf(one, id),
    };
  });
}

/** Members that may do both: `{ H1: { production, consumption, k } }`. */
export function membersOf(value: Json, what: string): Consumer[] {
  return things(value, what).map(([id, one]) => {
    if (!isRecord(one)) return { id, energies: series(one, id) };
    const injected = named(one, ['production', 'generation', 'injection', 'injected', 'export']);
    return {
      id,
      energies: series(named(one, ENERGY_NAMES) ?? '0', id),
      ...(injected !== undefined && { injected: series(injected, id) }),
      ...coefficientOf(one, id),
      ...rankOf(one, id),
      ...percentOf(one, id),
    };
  });
}

function coefficientOf(one: JsonRecord, id: string): { readonly coefficient?: string } {
  const value = named(one, COEFFICIENT_NAMES);
  return value === undefined
    ? {}
    : { coefficient: decimalText(numberOf(value, `${id} coefficient`)) };
}

function rankOf(one: JsonRecord, id: string): { readonly rank?: number } {
  const value = named(one, RANK_NAMES);
  if (value === undefined) return {};
  const rank = numberOf(value, `${id} rank`);
  return { rank: Number(rank.numerator) / Number(rank.denominator) };
}
