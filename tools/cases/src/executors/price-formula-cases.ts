import {
  chargeLines,
  compareFractions,
  divideFractions,
  fraction,
  isTariffError,
  marketSeries,
  multiplyFractions,
  parseCharges,
  subtractFractions,
  sumFractions,
  ZERO,
  type Fraction,
  type MarketSeries,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import { decimalText, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';
import { series } from './allocation-input.js';
import { percent } from './bill-vat.js';
import { kilowattHoursOf } from './energy-units.js';
import { letters, priceUnit, rateOf, withoutPriceUnit } from './price-unit.js';

const MARKET = [
  'omie',
  'marketprice',
  'marketprices',
  'dayahead',
  'dayaheadprice',
  'spot',
  'spotprice',
];
const FACTOR = ['factor', 'multiplier', 'k'];
const ADDER = ['adder', 'margin', 'premium', 'surcharge', 'constant'];
const DEDUCTION = ['fee', 'discount', 'deduction'];
const FLOOR = ['floor', 'minimum', 'min'];
const CAP = ['cap', 'maximum', 'max'];
const RESOLUTION = ['resolution', 'resolutionmin', 'interval', 'intervalmin', 'marketresolution'];
const NETWORK = ['network', 'networkpart'];
const TAR = ['tar', 'accesstariff', 'accesstar'];
const CIEG = ['cieg', 'policycosts'];
const EXEMPTION = [
  'exemptionpercent',
  'ciegexemptionpercent',
  'exemption',
  'ciegexemption',
  'ciegexempt',
];
const ENERGY = ['kwh', 'mwh', 'wh', 'energykwh', 'energy', 'sharedkwh', 'sharedmwh', 'energymwh', 'surpluskwh']; // prettier-ignore
const PRICED = [MARKET, ADDER, DEDUCTION, FLOOR, CAP, NETWORK, TAR, CIEG].flat();
const OTHERS = [FACTOR, RESOLUTION, EXEMPTION, ENERGY].flat();

const START_MS = Date.UTC(2026, 5, 21, 10);
const QUARTER_MS = 900_000;

function refuseOthers(input: JsonRecord): void {
  for (const key of Object.keys(input)) {
    if (PRICED.includes(withoutPriceUnit(key)) || OTHERS.includes(letters(key))) continue;
    throw new NotUnderstood(`input.${key} means nothing here`);
  }
}

type Field = readonly [name: string, value: Json];

/** A price by its name without its unit. */
function priced(input: JsonRecord, names: readonly string[]): Field | undefined {
  return Object.entries(input).find(([key]) => names.includes(withoutPriceUnit(key)));
}

/** A field by all letters of its name. */
function other(input: JsonRecord, names: readonly string[]): Field | undefined {
  return Object.entries(input).find(([key]) => names.includes(letters(key)));
}

/** A rate of the tariff package, and the market prices it follows. */
interface Formula {
  readonly rate: unknown;
  readonly market: MarketSeries | undefined;
  readonly quarters: number;
}

const NOTHING: Field = ['', 0];

/**
 * What is added to, or bounds, a market price, per kWh. Cases seldom name the unit. From 1 on it is per
 * MWh, as market prices are: nobody adds a whole currency unit to each kWh.
 */
function besideMarket([key, value]: Field): Fraction {
  const price = rateOf(key, value);
  const isSmall =
    compareFractions(price, fraction(1)) < 0 && compareFractions(price, fraction(-1)) > 0;
  return isSmall || priceUnit(key).per === 'kWh' ? price : divideFractions(price, fraction(1000));
}

function bound(input: JsonRecord, name: 'floor' | 'cap', names: readonly string[]): JsonRecord {
  const field = priced(input, names);
  return field === undefined ? {} : { [name]: decimalText(besideMarket(field)) };
}

/** Market price x factor + adder per kWh, of hours or quarter-hours. */
function dayAhead(input: JsonRecord, [key, value]: Field, wanted: number): Formula {
  const { per, factor } = priceUnit(key);
  // A market price that names no unit is per MWh, as markets publish it.
  const perMegawattHour = per === undefined ? fraction(1) : fraction(1000);
  const prices = series(value, key).map((price) =>
    decimalText(multiplyFractions(price, multiplyFractions(factor, perMegawattHour))),
  );
  const [resolutionName = '', resolution = 'PT60M'] = other(input, RESOLUTION) ?? [];
  const quarterly = /(?<!\d)15(?!\d)/.test(textOf(resolution));
  // Four prices for each price of an hour that is expected are those of its quarter-hours.
  const ofQuarters =
    isList(value) && (quarterly || (resolutionName !== '' && prices.length === 4 * wanted));
  const lengthMs = ofQuarters ? QUARTER_MS : 4 * QUARTER_MS;
  const adder = subtractFractions(
    besideMarket(priced(input, ADDER) ?? NOTHING),
    besideMarket(priced(input, DEDUCTION) ?? NOTHING),
  );
  return {
    rate: {
      type: 'dayAhead',
      series: 'case',
      factor: decimalText(numberOf(other(input, FACTOR)?.[1] ?? 1, 'factor')),
      adder: decimalText(adder),
      resolution: quarterly ? 'PT15M' : 'PT60M',
      ...bound(input, 'floor', FLOOR),
      ...bound(input, 'cap', CAP),
    },
    market: marketSeries('case', START_MS, lengthMs, prices),
    quarters: (prices.length * lengthMs) / QUARTER_MS,
  };
}

/** An exemption of 50, "50 %" or, in a field without percent in its name, 0.5. */
function exemptionOf(input: JsonRecord): string {
  const [name, value] = other(input, EXEMPTION) ?? ['percent', 0];
  return percent(value, name);
}

/** Network part and the part for policy, less its exemption; `tar` is the two together. */
function access(input: JsonRecord): Formula {
  const part = (field: Field | undefined, what: string): Fraction => {
    if (field === undefined) throw new NotUnderstood(`no ${what}`);
    return rateOf(...field);
  };
  const cieg = part(priced(input, CIEG), 'cieg');
  const tar = priced(input, TAR);
  const network =
    tar === undefined
      ? part(priced(input, NETWORK), 'network part')
      : subtractFractions(rateOf(...tar), cieg);
  const flat = (price: Fraction) => ({ type: 'flat', price: decimalText(price) });
  const level = { network: flat(network), cieg: flat(cieg) };
  const exemptionPercent = exemptionOf(input);
  const rate = { type: 'access', voltageLevel: 'case', levels: { case: level }, exemptionPercent };
  return { rate, market: undefined, quarters: 1 };
}

/** What one kWh in each quarter-hour costs, exactly. */
function pricesOf({ rate, market, quarters }: Formula): Fraction[] {
  const charges = parseCharges([{ id: 'price', on: 'import', per: 'kWh', rate, payTo: 'case' }]);
  return Array.from({ length: quarters }, (_, quarter) => {
    const startMs = START_MS + quarter * QUARTER_MS;
    const lines = chargeLines(charges, {
      startMs,
      endMs: startMs + QUARTER_MS,
      resolutionMs: QUARTER_MS,
      timeZone: 'Etc/UTC',
      energies: { import: Float64Array.of(1_000_000) },
      ...(market && { market: new Map([['case', market]]) }),
    });
    return sumFractions(lines.map(({ amount }) => amount));
  });
}

/** kWh of each price, where a case has one energy, or one for each price. */
function energiesOf(
  input: JsonRecord,
  prices: readonly Fraction[],
): readonly Fraction[] | undefined {
  const field = other(input, ENERGY);
  if (field === undefined) return undefined;
  const size = kilowattHoursOf(field[0], fraction(1));
  const energies = series(field[1], field[0]).map((energy) => multiplyFractions(energy, size));
  const [only] = energies;
  if (energies.length === 1 && only !== undefined) {
    return prices.map(() => divideFractions(only, fraction(prices.length)));
  }
  const quarters = prices.length / energies.length;
  if (!Number.isInteger(quarters))
    throw new NotUnderstood(`${energies.length} energies for ${prices.length} quarter-hours`);
  return energies.flatMap((energy) =>
    Array.from({ length: quarters }, () => divideFractions(energy, fraction(quarters))),
  );
}

/** Sums of as many neighbours as make a list of a length. */
function inSteps(values: readonly Fraction[], length: number): Fraction[] {
  const step = values.length / length;
  if (!Number.isInteger(step))
    throw new NotUnderstood(`${values.length} quarter-hours for ${length} values`);
  return Array.from({ length }, (_, at) => sumFractions(values.slice(at * step, (at + 1) * step)));
}

function answer(input: JsonRecord, formula: Formula, name: string, expected: Json): Actual {
  const prices = pricesOf(formula);
  if (/^(?:amount|cost|revenue|earned|paid|value|credit|total|payment)/i.test(name)) {
    const energies = energiesOf(input, prices);
    if (energies === undefined) throw new NotUnderstood(`expected.${name} without an energy`);
    const amounts = energies.map((energy, at) => multiplyFractions(prices[at] ?? ZERO, energy));
    return isList(expected) ? inSteps(amounts, expected.length) : sumFractions(amounts);
  }
  if (!/^(?:price|rate|tar|tariff|unit_?price)/i.test(name))
    throw new NotUnderstood(`expected.${name} means nothing here`);
  const asked = /mwh$/i.test(name) ? fraction(1000) : fraction(1);
  const unit = multiplyFractions(asked, fraction(/(?:^|_)(?:ct|cents?)_/i.test(name) ? 100 : 1));
  // One price for each price of the market that is expected: hours, or quarter-hours.
  const length = isList(expected) ? expected.length : 1;
  const means = inSteps(prices, length).map((sum) =>
    multiplyFractions(sum, multiplyFractions(unit, fraction(length, prices.length))),
  );
  return isList(expected) ? means : (means[0] ?? null);
}

/** How many prices an expectation has. */
function lengthOf(expected: Json): number {
  const lists = isRecord(expected) ? Object.values(expected).filter(isList) : [expected];
  return Math.max(1, ...lists.map((one) => (isList(one) ? one.length : 1)));
}

function formulaOf(input: JsonRecord, expected: Json = null): Formula | undefined {
  const market = priced(input, MARKET);
  if (market !== undefined && other(input, FACTOR) !== undefined)
    return dayAhead(input, market, lengthOf(expected));
  const parts = priced(input, NETWORK) !== undefined || priced(input, TAR) !== undefined;
  return parts && priced(input, CIEG) !== undefined ? access(input) : undefined;
}

function answered(input: JsonRecord, expected: Json): Actual {
  refuseOthers(input);
  const formula = formulaOf(input, expected);
  if (formula === undefined) throw new NotUnderstood('no price formula');
  try {
    if (!isRecord(expected)) return answer(input, formula, 'price', expected);
    return Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [name, answer(input, formula, name, value)]),
    );
  } catch (error) {
    if (isTariffError(error)) return new Refused(error.message);
    throw error;
  }
}

/** Prices that follow a market (price x factor + adder), access tariffs with an exemption. */
export const priceFormulaCases: Executor = {
  kind: 'price',
  run({ input, expected }) {
    if (isList(input)) {
      const asks =
        input.length > 0 && input.every((one) => isRecord(one) && formulaOf(one) !== undefined);
      if (!asks) return undefined;
      const wanted = isList(expected) ? expected : [];
      const actual = input.map((one, at) => answered(one as JsonRecord, wanted[at] ?? null));
      return [{ name: '', expected, actual }];
    }
    if (!isRecord(input) || formulaOf(input) === undefined) return undefined;
    return [{ name: '', expected, actual: answered(input, expected) }];
  },
};
