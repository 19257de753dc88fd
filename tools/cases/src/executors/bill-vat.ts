import { parseVat, type Vat } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf } from '../decimal.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';
import { letters } from './price-unit.js';

/** What a case says of its VAT: percentages, and up to where the reduced one holds. */
interface VatFacts {
  normal?: string;
  reduced?: string;
  firstKilowattHoursPer30Days?: string;
  largeFamilyKilowattHoursPer30Days?: string;
  upToKilovoltAmperes?: string;
}

/** A percentage: `23`, `"23"` or `"23 %"`; a rate below 1 whose field is no percentage is a part of 1. */
export function percent(value: Json, field: string): string {
  const exact = numberOf(textOf(value).replace(/\s*%$/, ''), field);
  const share =
    exact.numerator < exact.denominator &&
    exact.numerator > 0n &&
    !/percent|pct/i.test(field) &&
    !textOf(value).includes('%');
  return share ? decimalText({ ...exact, numerator: exact.numerator * 100n }) : decimalText(exact);
}

const decimal = (value: Json, what: string): string => decimalText(numberOf(value, what));

/** Reads one field into the facts. @param inner the percentage a bare name means. */
function readField(facts: VatFacts, field: string, value: Json, inner: 'normal' | 'reduced'): void {
  const name = letters(field).replace(/^(?:vat|iva|tax|mwst)|(?:vat|iva|tax|mwst)$/g, '');
  if (isRecord(value)) {
    if (!/^(?:block|reduced|low|)$/.test(name)) {
      throw new NotUnderstood(`vat: the field ${field} means nothing here`);
    }
    readFields(facts, value, name === '' ? inner : 'reduced');
  } else if (/famil/.test(name)) facts.largeFamilyKilowattHoursPer30Days = decimal(value, field);
  else if (/kva|kilovolt/.test(name) || name === 'upto') {
    facts.upToKilovoltAmperes = decimal(value, field);
  } else if (/kwh|kilowatt|limit|threshold|first/.test(name)) {
    facts.firstKilowattHoursPer30Days = decimal(value, field);
  } else if (/reduc|low|inter/.test(name)) facts.reduced = percent(value, field);
  else if (/normal|standard|high|full|general|rest|other/.test(name)) {
    facts.normal = percent(value, field);
  } else if (/^(?:percent|pct|rate|percentage|)$/.test(name)) facts[inner] = percent(value, field);
  else throw new NotUnderstood(`vat: the field ${field} means nothing here`);
}

function readFields(facts: VatFacts, record: JsonRecord, inner: 'normal' | 'reduced'): void {
  for (const [field, value] of Object.entries(record)) {
    if (field !== 'id' && field !== 'name') readField(facts, field, value, inner);
  }
}

/** Blocks of energy, the first up to its limit in 30 days, the last for the rest. */
function readBlocks(facts: VatFacts, blocks: readonly Json[]): void {
  const [first, last, ...more] = blocks;
  if (!isRecord(first) || !isRecord(last) || more.length > 0) {
    throw new NotUnderstood('VAT blocks: expected one with a limit and one for the rest');
  }
  readFields(facts, first, 'reduced');
  readFields(facts, last, 'normal');
}

/** Whether a field of an input is about its VAT. */
export function isVatField(field: string, value: Json): boolean {
  if (typeof value === 'boolean') return false;
  const name = letters(field);
  if (/^(?:vat|iva|tax|mwst)|(?:vat|iva|tax|mwst)$/.test(name)) return true;
  return /^(?:reduced|block|first|limit|threshold|upto|max)(?!.*(?:price|rate$))|kwhlimit$/.test(
    name,
  );
}

/**
 * The VAT of an input from all its fields about it: one percentage, a record with a block, a list of
 * blocks, or a reduced and a normal percentage with their limits beside each other.
 */
export function vatIn(input: JsonRecord): Vat[] {
  const facts: VatFacts = {};
  for (const [field, value] of Object.entries(input)) {
    if (!isVatField(field, value)) continue;
    if (isList(value)) readBlocks(facts, value);
    else readField(facts, field, value, 'normal');
  }
  const { normal, reduced, ...limits } = facts;
  if (normal === undefined && reduced === undefined) {
    if (Object.keys(limits).length > 0) throw new NotUnderstood('vat: expected a percentage');
    return [];
  }
  if (reduced === undefined && Object.keys(limits).length > 0) {
    throw new NotUnderstood('vat: limits of a reduced rate that is not said');
  }
  const rate = {
    validFrom: '2000-01-01',
    percent: normal ?? reduced,
    ...(normal !== undefined &&
      reduced !== undefined && { block: { percent: reduced, ...limits } }),
  };
  return [parseVat({ id: 'vat', rates: [rate] })];
}
