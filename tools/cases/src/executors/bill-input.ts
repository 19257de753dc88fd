import {
  parseCharges,
  parseRounding,
  parseVat,
  subtractFractions,
  ZERO,
  type Charge,
  type Fraction,
  type Register,
  type RegisterUsage,
  type Rounding,
  type Vat,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { named } from './allocation-input.js';
import { linesForm } from './bill-lines.js';
import { isVatField, vatIn } from './bill-vat.js';
import { kilowattHoursOf } from './energy-units.js';
import { letters, priceUnit, rateOf, withoutPriceUnit } from './price-unit.js';

/** What a bill is made of, as the tariff package takes it. */
export interface BillInput {
  readonly charges: readonly Charge[];
  readonly vat: readonly Vat[];
  readonly rounding: Rounding;
  readonly usage: RegisterUsage;
}

const ENERGY = [
  'kwh', 'energy', 'energykwh', 'consumption', 'consumptionkwh', 'imported', 'supply', 'supplied',
  'residual', 'grid', 'fromgrid',
]; // prettier-ignore
const FREE_ENERGY = ['free', 'freekwh', 'freeenergy'];
const DISCOUNT = ['discount', 'discountpercent'];
const DAYS = ['days', 'billingdays', 'perioddays'];
const POWER = ['kva', 'contractedkva', 'contractedpower', 'contracted', 'contractedpowerkva'];
const FAMILY = ['largefamily'];
const ROUNDING = ['rounding', 'round'];
const LINES = [
  'lines', 'positions', 'items', 'linesnet', 'netlines', 'linenet', 'linenets', 'nets', 'netamounts',
  'lineamounts', 'netbyline',
]; // prettier-ignore
const PRICES = ['prices', 'charges', 'tariff', 'rates'];
const STACK = [ENERGY, FREE_ENERGY, DISCOUNT, DAYS, POWER, FAMILY, ROUNDING, PRICES].flat();
const NO_ROUNDING: Rounding = { point: 'total', decimals: 12, mode: 'half-away' };

const decimal = (value: Json | undefined, what: string): string =>
  decimalText(numberOf(value, what));

/** Numbers as decimal texts, as the tariff package's data has them. */
function asTexts(value: Json, key = ''): Json {
  if (typeof value === 'number' && key !== 'decimals') return decimal(value, key);
  if (isList(value)) return value.map((one) => asTexts(one));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asTexts(one, name)]));
}

/** `{ charges, vat, rounding, usage }` in the tariff package's own form. */
function ownForm(input: JsonRecord): BillInput | undefined {
  const { charges, usage } = input;
  if (!isList(charges) || !isRecord(usage)) return undefined;
  const vat =
    input['vat'] === undefined ? [] : isList(input['vat']) ? input['vat'] : [input['vat']];
  return {
    charges: parseCharges(asTexts(charges)),
    vat: vat.map((one) => parseVat(asTexts(one))),
    rounding:
      input['rounding'] === undefined ? NO_ROUNDING : parseRounding(asTexts(input['rounding'])),
    usage: asTexts(usage) as unknown as RegisterUsage,
  };
}

/** `per_line`, `per_category`, `per_total`, or `{ point, decimals, mode }`. */
export function roundingOf(value: Json | undefined): Rounding {
  if (value === undefined) return NO_ROUNDING;
  if (isRecord(value)) return parseRounding(asTexts(value));
  const point = /category|rate/i.test(textOf(value))
    ? 'category'
    : /line|position/i.test(textOf(value))
      ? 'line'
      : 'total';
  const even = /even|bank/i.test(textOf(value));
  return { point, decimals: 2, mode: even ? 'half-even' : 'half-away' };
}

/** Energy that a bill has beside what is supplied, by the name of a field. */
function flowOf(name: string): 'sharedIn' | 'surplus' | undefined {
  const plain = plainName(name);
  if (/^(?:shared|internal|community|local|fromcommunity)/.test(plain)) return 'sharedIn';
  return /^(?:surplus|sold|feedin|togrid|export)/.test(plain) ? 'surplus' : undefined;
}

/** What is supplied, said so: not all that is consumed, of which something may be shared. */
const SUPPLIED = /^(?:supply|supplied|residual|grid|fromgrid|imported)/;

/** What a field's name says its rate is per. */
function unitOf(name: string): Pick<Charge, 'on' | 'per'> | undefined {
  const { per } = priceUnit(name);
  const bare = withoutPriceUnit(name);
  const on = flowOf(bare) ?? 'import';
  if (per !== undefined) return { on: per === 'kWh' ? on : 'point', per };
  const isEnergy =
    on === 'import'
      ? /^(?:energy|price|unitprice|energyprice|workingprice|energyrate|supplyprice)$/.test(bare)
      : /(?:price|rate|tariff)$/.test(bare);
  return isEnergy ? { on, per: 'kWh' } : undefined;
}

/** Rates by name, where the name ends in what the rate is per: `energy_per_kWh`, `power_per_kVA_day`. */
function stackOf(prices: JsonRecord, vat: readonly Vat[], discount: Json | undefined): Charge[] {
  const vatId = vat.length > 0 && { vat: 'vat' };
  const charges = Object.entries(prices).map(([name, value]) => {
    const unit = unitOf(name);
    if (unit === undefined)
      throw new NotUnderstood(`${name}: expected a rate per kWh, kVA_day, day or month`);
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    return { id, ...unit, rate: decimalText(rateOf(name, value)), payTo: 'supplier', ...vatId };
  });
  const off = {
    id: 'discount', on: 'point', per: 'percent', rate: discount && decimal(discount, 'discount'),
    of: charges.map(({ id }) => id), direction: 'credit', payTo: 'supplier', ...vatId,
  }; // prettier-ignore
  return parseCharges(discount === undefined ? charges : [...charges, off]);
}

/** The days of a case as dates: they begin on a first of January, and change no price. */
function datesOf(days: number): { readonly from: string; readonly to: string } {
  const start = Date.UTC(2026, 0, 1);
  const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return { from: date(start), to: date(start + days * 86_400_000) };
}

/** Rates among the other fields of an input, where it has no record of them. */
function pricesIn(input: JsonRecord): JsonRecord {
  const own = named(input, PRICES);
  if (isRecord(own)) return own;
  return Object.fromEntries(Object.entries(input).filter((field) => isRate(...field)));
}

const isRate = (name: string, value: Json): boolean =>
  /price|rate|fee|charge|term|eur|(?:^|_)ct|cent/i.test(name) &&
  !isVatField(name, value) &&
  unitOf(name) !== undefined;

const isEnergy = (name: string): boolean =>
  ENERGY.includes(plainName(name)) || ENERGY.includes(letters(name));

/** `shared_kWh`, `surplus_kWh`: an energy and no price. */
const isOtherFlow = (name: string, value: Json): boolean =>
  flowOf(name) !== undefined && /_[kM]?Wh$/.test(name) && !isRate(name, value);

/** What shared energy and surplus a bill has beside what is supplied. */
function otherFlows(input: JsonRecord, supplied: string, vat: readonly Vat[]): Register[] {
  const others = Object.entries(input).filter((field) => isOtherFlow(...field));
  if (others.length === 0) return [];
  if (!SUPPLIED.test(plainName(supplied)))
    throw new NotUnderstood(`${supplied}: expected what is supplied beside what is shared`);
  if (vat.some(({ rates }) => rates.some(({ block }) => block !== undefined)))
    throw new NotUnderstood('a VAT block and several flows: which of them fills it');
  return others.map(([name, value]) => {
    const on = flowOf(name) ?? 'sharedIn';
    if (on === 'surplus' && vat.length > 0)
      throw new NotUnderstood(`${name}: whether VAT is due on what is sold`);
    const energy = kilowattHoursOf(name, numberOf(value, name));
    return { on, kilowattHours: decimalText(energy) };
  });
}

/** `{ kWh, days, contracted_kVA, prices: { energy_per_kWh, … }, vat, rounding }`. */
function stackForm(input: JsonRecord): BillInput | undefined {
  const prices = pricesIn(input);
  const energy = Object.entries(input).find(([name]) => isEnergy(name));
  if (Object.keys(prices).length === 0 || energy === undefined) return undefined;
  for (const [key, value] of Object.entries(input)) {
    if (STACK.includes(plainName(key)) || STACK.includes(letters(key)) || key in prices) continue;
    if (isOtherFlow(key, value)) continue;
    if (!isVatField(key, value)) throw new NotUnderstood(`input.${key} means nothing here`);
  }
  const vat = vatIn(input);
  const power = named(input, POWER);
  const days = numberOf(named(input, DAYS) ?? 30, 'days');
  if (days.denominator !== 1n) throw new NotUnderstood('days: expected a whole number');
  return {
    charges: stackOf(prices, vat, named(input, DISCOUNT)),
    vat,
    rounding: roundingOf(named(input, ROUNDING)),
    usage: {
      ...datesOf(Number(days.numerator)),
      timeZone: 'Etc/UTC',
      registers: [
        { on: 'import', kilowattHours: decimalText(billed(input, energy)) },
        ...otherFlows(input, energy[0], vat),
      ],
      ...(power !== undefined && { contractedKilovoltAmperes: decimal(power, 'kVA') }),
      ...(named(input, FAMILY) === true && { largeFamily: true }),
    },
  };
}

/** kWh that are paid for. */
function billed(input: JsonRecord, [name, value]: readonly [string, Json]): Fraction {
  const all = kilowattHoursOf(name, numberOf(value, name));
  const free = Object.entries(input).find(([key]) => FREE_ENERGY.includes(letters(key)));
  if (free === undefined) return all;
  const rest = subtractFractions(all, kilowattHoursOf(free[0], numberOf(free[1], free[0])));
  return rest.numerator > 0n ? rest : ZERO;
}

/** Energies by period, with a price each: a list of records, or registers and prices by name. */
function periodLines(input: JsonRecord): readonly Json[] | undefined {
  const energy = Object.entries(input).find(
    ([name]) => isEnergy(name) || REGISTERS.test(name),
  )?.[1];
  if (isList(energy) && energy.every((one) => isRecord(one))) return energy;
  const prices = named(input, PRICES);
  if (!isRecord(energy) || !isRecord(prices)) return undefined;
  const periods = Object.keys(energy);
  if (periods.some((name) => !(name in prices)) || Object.keys(prices).length > periods.length)
    throw new NotUnderstood('registers: expected one price for each of them');
  return periods.map((name) => ({ kWh: energy[name] ?? 0, price: prices[name] ?? 0 }));
}

const REGISTERS = /^registers?(?:_kwh)?$/i;

/** The bill an input states, or nothing where it states none. */
export function billInput(input: JsonRecord): BillInput | undefined {
  const lines = named(input, LINES) ?? periodLines(input);
  if (!isList(lines)) return ownForm(input) ?? stackForm(input);
  return {
    ...linesForm(lines, input),
    rounding: roundingOf(named(input, ROUNDING)),
    usage: { ...datesOf(31), timeZone: 'Etc/UTC', registers: [], months: '1' },
  };
}
