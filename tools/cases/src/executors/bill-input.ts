import {
  parseCharges,
  parseRounding,
  parseVat,
  type Charge,
  type RegisterUsage,
  type Rounding,
  type Vat,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { decimalText, numberOf } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { named } from './allocation-input.js';

/** What a bill is made of, as the tariff package takes it. */
export interface BillInput {
  readonly charges: readonly Charge[];
  readonly vat: readonly Vat[];
  readonly rounding: Rounding;
  readonly usage: RegisterUsage;
}

const ENERGY = ['kwh', 'energy', 'energykwh', 'consumption', 'consumptionkwh'];
const DAYS = ['days', 'billingdays', 'perioddays'];
const POWER = ['kva', 'contractedkva', 'contractedpower', 'contracted', 'contractedpowerkva'];
const FAMILY = ['largefamily'];
const VAT = ['vat', 'vatpercent', 'vatrate', 'iva', 'tax', 'taxpercent'];
const ROUNDING = ['rounding', 'round'];
const LINES = ['lines', 'positions', 'items'];
const PRICES = ['prices', 'charges', 'tariff', 'rates'];
const NORMAL_VAT = [
  'vatnormal',
  'normalvat',
  'vatstandard',
  'vatnormalpercent',
  'vatstandardpercent',
];
const REDUCED_VAT = ['vatreduced', 'reducedvat', 'vatreducedpercent'];
const REDUCED_LIMIT = [
  'reducedlimitkwh',
  'reducedlimitkwhper30days',
  'reducedfirstkwh',
  'firstkwhper30days',
  'reducedkwhper30days',
];
const UP_TO = ['uptokva', 'reduceduptokva', 'maxkva', 'vatblocks', 'ivablocks'];
const STACK = [
  ENERGY, DAYS, POWER, FAMILY, VAT, ROUNDING, PRICES, NORMAL_VAT, REDUCED_VAT, REDUCED_LIMIT, UP_TO,
].flat(); // prettier-ignore
const NO_ROUNDING: Rounding = { point: 'total', decimals: 12, mode: 'half-away' };

const decimal = (value: Json | undefined, what: string): string =>
  decimalText(numberOf(value, what));

/** A percentage: `23`, `"23"` or `"23 %"`; a rate below 1 whose field is no percentage is a fraction of 1. */
function percent(value: Json, field: string): string {
  const exact = numberOf(textOf(value).replace(/\s*%$/, ''), field);
  const share =
    exact.numerator < exact.denominator && exact.numerator > 0n && !/percent/i.test(field);
  return share ? decimalText({ ...exact, numerator: exact.numerator * 100n }) : decimalText(exact);
}

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

const letters = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A field by its whole name, units included. */
function entryOf(record: JsonRecord, names: readonly string[]): [string, Json] | undefined {
  return Object.entries(record).find(([key]) => names.includes(letters(key)));
}

function percentIn(record: JsonRecord, names: readonly string[]): string {
  const [key, value] = entryOf(record, names) ?? [];
  if (key === undefined || value === undefined)
    throw new NotUnderstood('vat: expected a percentage');
  return percent(value, key);
}

const NORMAL = ['percent', 'normal', 'normalpercent', 'standard', 'rate', 'vat', 'vatpercent'];
const REDUCED = ['percent', 'rate', 'vat', 'vatpercent', 'reduced', 'reducedpercent'];
const LIMIT = [
  'firstkilowatthoursper30days', 'firstkwhper30days', 'firstkwh', 'kwhper30days', 'first', 'limit',
  'limitkwh', 'uptokwh', 'limitkwhper30days',
]; // prettier-ignore
const FAMILY_LIMIT = [
  'largefamilykilowatthoursper30days',
  'largefamilykwhper30days',
  'largefamilykwh',
];
const POWER_LIMIT = ['uptokilovoltamperes', 'uptokva', 'upto', 'maxkva'];

/** `vat: 23`, `vat_percent`, or `{ percent, block: { percent, first_kWh_per_30_days, up_to_kVA } }`. */
function vatOf(value: Json | undefined, field: string): Vat[] {
  if (value === undefined) return [];
  const rates = isRecord(value)
    ? { percent: percentIn(value, NORMAL), ...blockOf(value) }
    : { percent: percent(value, field) };
  return [parseVat({ id: 'vat', rates: [{ validFrom: '2000-01-01', ...rates }] })];
}

function blockOf(value: JsonRecord): JsonRecord {
  const [, inner] = entryOf(value, ['block', 'reduced', 'reducedblock']) ?? [];
  if (inner === undefined) return {};
  // A reduced rate may stand beside its limits instead of in a record with them.
  const block = isRecord(inner) ? inner : { ...value, percent: percent(inner, 'reduced') };
  const limit = (names: readonly string[], name: string): JsonRecord => {
    const [key, found] = entryOf(block, names) ?? [];
    return key === undefined ? {} : { [name]: decimal(found, key) };
  };
  return {
    block: {
      percent: percentIn(block, REDUCED),
      ...limit(LIMIT, 'firstKilowattHoursPer30Days'),
      ...limit(FAMILY_LIMIT, 'largeFamilyKilowattHoursPer30Days'),
      ...limit(POWER_LIMIT, 'upToKilovoltAmperes'),
    },
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

/** What a field's name says its rate is per. */
function unitOf(name: string): Pick<Charge, 'on' | 'per'> | undefined {
  const plain = letters(name);
  if (/(?:per)?kwh$/.test(plain) || /^energy(?:price)?$/.test(plain))
    return { on: 'import', per: 'kWh' };
  if (/kvaday$|kvaperday$/.test(plain)) return { on: 'point', per: 'kVA-day' };
  if (/perday$|daily$/.test(plain)) return { on: 'point', per: 'day' };
  if (/permonth$|monthly$/.test(plain)) return { on: 'point', per: 'month' };
  return undefined;
}

/** Rates by name, where the name ends in what the rate is per: `energy_per_kWh`, `power_per_kVA_day`. */
function stackOf(prices: JsonRecord, vat: readonly Vat[]): Charge[] {
  return parseCharges(
    Object.entries(prices).map(([name, value]) => {
      const unit = unitOf(name);
      if (unit === undefined)
        throw new NotUnderstood(`${name}: expected a rate per kWh, kVA_day, day or month`);
      const id = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      return {
        id,
        ...unit,
        rate: decimal(value, name),
        payTo: 'supplier',
        ...(vat.length > 0 && { vat: 'vat' }),
      };
    }),
  );
}

/** The days of a case as dates: they begin on a first of January, and change no price. */
function datesOf(days: number): { readonly from: string; readonly to: string } {
  const start = Date.UTC(2026, 0, 1);
  const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return { from: date(start), to: date(start + days * 86_400_000) };
}

/** Amounts with VAT rates: `lines: [{ net, vat_percent }]` or `[{ kWh, price, vat }]`. */
function linesForm(lines: readonly Json[], input: JsonRecord): BillInput {
  const shared = Object.entries(input).find(([key]) => VAT.includes(plainName(key)));
  const vats = new Map<string, Vat>();
  const charges = lines.map((line, index) => {
    if (!isRecord(line)) throw new NotUnderstood(`line ${index}: expected a record`);
    const own = Object.entries(line).find(([key]) => VAT.includes(plainName(key))) ?? shared;
    const rate = own === undefined ? undefined : percent(own[1], own[0]);
    if (rate !== undefined && !vats.has(rate)) {
      vats.set(
        rate,
        parseVat({ id: `vat-${rate}`, rates: [{ validFrom: '2000-01-01', percent: rate }] }),
      );
    }
    return {
      id: `line-${String(index).padStart(4, '0')}`,
      on: 'point',
      per: 'month',
      rate: decimalText(netOf(line, index)),
      payTo: 'supplier',
      ...(rate !== undefined && { vat: `vat-${rate}` }),
    };
  });
  return {
    charges: parseCharges(charges),
    vat: [...vats.values()],
    rounding: roundingOf(named(input, ROUNDING)),
    usage: { ...datesOf(31), timeZone: 'Etc/UTC', registers: [], months: '1' },
  };
}

function netOf(line: JsonRecord, index: number): ReturnType<typeof numberOf> {
  const net = named(line, ['net', 'amount', 'base', 'value']);
  if (net !== undefined) return numberOf(net, `line ${index}`);
  const quantity = numberOf(named(line, [...ENERGY, 'quantity', 'qty']), `line ${index} quantity`);
  const price = numberOf(
    named(line, ['price', 'rate', 'unitprice', 'priceperkwh']),
    `line ${index} price`,
  );
  return {
    numerator: quantity.numerator * price.numerator,
    denominator: quantity.denominator * price.denominator,
  };
}

/** Rates among the other fields of an input, where it has no record of them. */
function pricesIn(input: JsonRecord): JsonRecord {
  const own = named(input, PRICES);
  if (isRecord(own)) return own;
  return Object.fromEntries(Object.entries(input).filter(([name]) => isRate(name)));
}

const isRate = (name: string): boolean =>
  /price|rate|fee|charge|term/i.test(name) &&
  !/vat|iva|tax/i.test(name) &&
  unitOf(name) !== undefined;

/** A VAT of blocks by energy: the first up to its limit in 30 days, the last for the rest. */
function blocksVat(blocks: readonly Json[], power: Json | undefined): JsonRecord {
  const [first, last, ...more] = blocks;
  if (!isRecord(first) || !isRecord(last) || more.length > 0) {
    throw new NotUnderstood('VAT blocks: expected one with a limit and one for the rest');
  }
  return {
    percent: percentIn(last, NORMAL),
    block: { ...first, ...(power !== undefined && { upToKilovoltAmperes: power }) },
  };
}

/** The VAT of an input: one field, blocks, or a reduced and a normal rate in fields of their own. */
function statedVat(input: JsonRecord): Vat[] {
  const upTo = entryOf(input, ['uptokva', 'reduceduptokva', 'maxkva'])?.[1];
  const blocks = named(input, ['vatblocks', 'ivablocks']);
  if (isList(blocks)) return vatOf(blocksVat(blocks, upTo), 'vat');
  if (entryOf(input, NORMAL_VAT) !== undefined && entryOf(input, REDUCED_VAT) !== undefined) {
    const limit = entryOf(input, REDUCED_LIMIT)?.[1];
    const block = {
      percent: percentIn(input, REDUCED_VAT),
      ...(limit !== undefined && { firstKilowattHoursPer30Days: limit }),
      ...(upTo !== undefined && { upToKilovoltAmperes: upTo }),
    };
    return vatOf({ percent: percentIn(input, NORMAL_VAT), block }, 'vat');
  }
  const [field = '', value] =
    Object.entries(input).find(([key]) => VAT.includes(plainName(key))) ?? [];
  return vatOf(value, field);
}

/** `{ kWh, days, contracted_kVA, prices: { energy_per_kWh, … }, vat, rounding }`. */
function stackForm(input: JsonRecord): BillInput | undefined {
  const prices = pricesIn(input);
  const energy = named(input, ENERGY);
  if (Object.keys(prices).length === 0 || energy === undefined) return undefined;
  for (const key of Object.keys(input)) {
    if (STACK.includes(plainName(key)) || STACK.includes(letters(key)) || key in prices) continue;
    throw new NotUnderstood(`input.${key} means nothing here`);
  }
  const vat = statedVat(input);
  const power = named(input, POWER);
  const days = numberOf(named(input, DAYS) ?? 30, 'days');
  return {
    charges: stackOf(prices, vat),
    vat,
    rounding: roundingOf(named(input, ROUNDING)),
    usage: {
      ...datesOf(Number(days.numerator / days.denominator)),
      timeZone: 'Etc/UTC',
      registers: [{ on: 'import', kilowattHours: decimal(energy, 'kWh') }],
      ...(power !== undefined && { contractedKilovoltAmperes: decimal(power, 'kVA') }),
      ...(named(input, FAMILY) === true && { largeFamily: true }),
    },
  };
}

/** The bill an input states, or nothing where it states none. */
export function billInput(input: JsonRecord): BillInput | undefined {
  const lines = named(input, LINES);
  if (isList(lines)) return linesForm(lines, input);
  return ownForm(input) ?? stackForm(input);
}
