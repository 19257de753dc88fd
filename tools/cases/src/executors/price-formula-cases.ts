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
  type Fraction,
  type MarketSeries,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import { decimalText, millionths, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { named, series } from './allocation-input.js';

const MARKET = [
  'omie',
  'marketprice',
  'marketprices',
  'dayahead',
  'dayaheadprice',
  'spot',
  'spotprice',
];
const FACTOR = ['factor', 'multiplier'];
const ADDER = ['adder', 'margin', 'adderperkwh'];
const RESOLUTION = ['resolution', 'intervalmin', 'marketresolution'];
const NETWORK = ['network', 'networkpart'];
const TAR = ['tar', 'accesstariff', 'accesstar'];
const CIEG = ['cieg', 'policycosts'];
const EXEMPTION = ['exemptionpercent', 'ciegexemptionpercent', 'exemption'];
const ENERGY = ['kwh', 'energy', 'energykwh'];
const KNOWN = [MARKET, FACTOR, ADDER, RESOLUTION, NETWORK, TAR, CIEG, EXEMPTION, ENERGY].flat();

const START_MS = Date.UTC(2026, 5, 21, 10);
const QUARTER_MS = 900_000;

/** Names whose unit was cut off with `_MWh` or `_kWh`: `omie_eur_MWh` is the market price. */
const bare = (key: string): string => plainName(key).replace(/(?:eur|per|in)?(?:mwh)?$/, '');

function refuseOthers(input: JsonRecord): void {
  for (const key of Object.keys(input)) {
    if (KNOWN.includes(plainName(key)) || KNOWN.includes(bare(key))) continue;
    throw new NotUnderstood(`input.${key} means nothing here`);
  }
}

/** A rate of the tariff package, and the market prices it follows. */
interface Formula {
  readonly rate: unknown;
  readonly market: MarketSeries | undefined;
  readonly quarters: number;
}

function marketField(input: JsonRecord): [string, Json] | undefined {
  return Object.entries(input).find(
    ([key]) => MARKET.includes(bare(key)) || MARKET.includes(plainName(key)),
  );
}

/**
 * Cases seldom name the unit of what is added. From 1 on it is per MWh, as market prices are: nobody
 * adds a whole currency unit to each kWh.
 */
function adderPerKilowattHour(input: JsonRecord): Fraction {
  const adder = numberOf(named(input, ADDER) ?? 0, 'adder');
  const key = Object.keys(input).find((key) => ADDER.includes(plainName(key))) ?? '';
  const isSmall =
    compareFractions(adder, fraction(1)) < 0 && compareFractions(adder, fraction(-1)) > 0;
  return isSmall || /kwh$/i.test(key) ? adder : divideFractions(adder, fraction(1000));
}

/** Market price x factor + adder per kWh, of hours or quarter-hours. */
function dayAhead(input: JsonRecord, [key, value]: [string, Json]): Formula {
  const perKilowattHour = /_kwh$/i.test(key);
  const prices = series(value, key).map((price) =>
    decimalText(perKilowattHour ? multiplyFractions(price, fraction(1000)) : price),
  );
  const resolution = textOf(named(input, RESOLUTION) ?? 'PT60M');
  const quarterly = /15/.test(resolution);
  const lengthMs = isList(value) && prices.length >= 4 ? QUARTER_MS : 4 * QUARTER_MS;
  return {
    rate: {
      type: 'dayAhead',
      series: 'case',
      factor: decimalText(numberOf(named(input, FACTOR) ?? 1, 'factor')),
      adder: decimalText(adderPerKilowattHour(input)),
      resolution: quarterly ? 'PT15M' : 'PT60M',
    },
    market: marketSeries('case', START_MS, lengthMs, prices),
    quarters: (prices.length * lengthMs) / QUARTER_MS,
  };
}

/** Network part and the part for policy, less its exemption; `tar` is the two together. */
function access(input: JsonRecord): Formula {
  const cieg = numberOf(named(input, CIEG), 'cieg');
  const tar = named(input, TAR);
  const network =
    tar === undefined
      ? numberOf(named(input, NETWORK), 'network')
      : subtractFractions(numberOf(tar, 'tar'), cieg);
  const flat = (price: Fraction) => ({ type: 'flat', price: decimalText(price) });
  const level = { network: flat(network), cieg: flat(cieg) };
  const exemptionPercent = decimalText(numberOf(named(input, EXEMPTION) ?? 0, 'exemption'));
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

function answer(input: JsonRecord, formula: Formula, name: string, expected: Json): Actual {
  const prices = pricesOf(formula);
  const mean = divideFractions(sumFractions(prices), fraction(prices.length));
  const energy = named(input, ENERGY);
  if (/^(?:amount|cost|revenue|earned|paid|value)/i.test(name)) {
    if (energy === undefined) throw new NotUnderstood(`expected.${name} without an energy`);
    return multiplyFractions(mean, fraction(millionths(energy, 'kWh'), 1_000_000));
  }
  if (!/^(?:price|rate|tar|tariff)/i.test(name))
    throw new NotUnderstood(`expected.${name} means nothing here`);
  const unit = /mwh$/i.test(name) ? fraction(1000) : fraction(1);
  if (!isList(expected)) return multiplyFractions(mean, unit);
  // One price for each price of the market that is expected: hours, or quarter-hours.
  const step = prices.length / expected.length;
  if (!Number.isInteger(step))
    throw new NotUnderstood(`${prices.length} quarter-hours for ${expected.length} prices`);
  return expected.map((_, at) => multiplyFractions(prices[at * step] ?? mean, unit));
}

function formulaOf(input: JsonRecord): Formula | undefined {
  const market = marketField(input);
  if (market !== undefined && named(input, FACTOR) !== undefined) return dayAhead(input, market);
  const parts = named(input, NETWORK) !== undefined || named(input, TAR) !== undefined;
  return parts && named(input, CIEG) !== undefined ? access(input) : undefined;
}

function answered(input: JsonRecord, expected: Json): Actual {
  refuseOthers(input);
  const formula = formulaOf(input);
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
