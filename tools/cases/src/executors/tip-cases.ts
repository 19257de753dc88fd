import {
  fraction,
  multiplyFractions,
  sumFractions,
  tipPremium,
  ZERO,
  type Fraction,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { decimalText, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';
import { series } from './allocation-input.js';
import { kilowattHoursOf } from './energy-units.js';
import { letters, withoutPriceUnit } from './price-unit.js';

const POWER = ['power', 'powerkw', 'powerkilowatts', 'p', 'pkw', 'kw', 'kwp', 'nominalpower'];
const ZONAL = ['pz', 'zonalprice', 'pricezonal', 'zonal', 'marketprice'];
const REGION = ['region', 'area', 'zone', 'geographic', 'location'];
const TECHNOLOGY = ['pv', 'photovoltaic', 'technology', 'tech', 'source'];
const REDUCTION = ['reductionpercent', 'reduction', 'grantpercent'];
const ENERGY = [
  'kwh',
  'mwh',
  'sharedkwh',
  'sharedmwh',
  'energykwh',
  'energymwh',
  'shared',
  'energy',
];
const LABELS = ['id', 'name', 'plant', 'note'];
const KNOWN = [POWER, REGION, TECHNOLOGY, REDUCTION, ENERGY, LABELS].flat();

/** Regions with a correction of their own; those that are not named have none. */
const NORTH =
  /^(?:north|nord|emilia|friuli|ligur|lombard|piemont|piedmont|trentin|valle|aosta|venet)/;
const CENTRE = /^(?:cent|lazio|marche|toscan|tuscan|umbria|abruzz)/;
const SOUTH =
  /^(?:south|sud|island|isole|none|molis|campan|pugl|apul|basilicat|calabr|sicil|sardin|sardegn)/;

function region(value: Json | undefined): 'south' | 'centre' | 'north' {
  const text = textOf(value).toLowerCase();
  if (NORTH.test(text)) return 'north';
  if (CENTRE.test(text)) return 'centre';
  if (value === undefined || SOUTH.test(text)) return 'south';
  throw new NotUnderstood(`region ${text}`);
}

const field = (one: JsonRecord, names: readonly string[]): Json | undefined =>
  Object.entries(one).find(([key]) => names.includes(letters(key)))?.[1];
const zonalPrice = (one: JsonRecord): Json | undefined =>
  Object.entries(one).find(([key]) => ZONAL.includes(withoutPriceUnit(key)))?.[1];

function photovoltaic(one: JsonRecord): boolean {
  const value = field(one, TECHNOLOGY);
  if (typeof value === 'boolean') return value;
  if (value === undefined) return field(one, REGION) !== undefined;
  return /pv|photovolt|fotovolt|solar/i.test(textOf(value));
}

/** The premium of a plant at one zonal price, EUR/MWh. */
function premium(one: JsonRecord, zonal: Fraction): Fraction {
  for (const key of Object.keys(one)) {
    if (!KNOWN.includes(letters(key)) && !ZONAL.includes(withoutPriceUnit(key)))
      throw new NotUnderstood(`the field ${key} means nothing here`);
  }
  const reduction = field(one, REDUCTION);
  const plant = {
    powerKilowatts: decimalText(numberOf(field(one, POWER), 'power')),
    region: region(field(one, REGION)),
    photovoltaic: photovoltaic(one),
    ...(reduction !== undefined && {
      reductionPercent: decimalText(numberOf(reduction, 'reduction')),
    }),
  };
  return tipPremium(plant, zonal);
}

/** What a shared energy brings at the premiums of its hours, EUR. */
function amountOf(one: JsonRecord, premiums: readonly Fraction[]): Fraction {
  const [name, value] = Object.entries(one).find(([key]) => ENERGY.includes(letters(key))) ?? [];
  if (name === undefined) throw new NotUnderstood('an amount without an energy');
  const energies = series(value, name).map((energy) => kilowattHoursOf(name, energy));
  if (energies.length !== premiums.length)
    throw new NotUnderstood(`${energies.length} energies for ${premiums.length} zonal prices`);
  return sumFractions(
    energies.map((energy, at) =>
      multiplyFractions(energy, multiplyFractions(premiums[at] ?? ZERO, fraction(1, 1000))),
    ),
  );
}

/**
 * What is expected of a plant: a premium, one for each zonal price, or a record whose fields say the
 * unit (EUR/MWh unless it ends in kWh) or ask for the amount of the energy.
 */
function answer(one: JsonRecord, expected: Json | undefined): Actual {
  const zonal = series(zonalPrice(one), 'zonal price');
  const premiums = zonal.map((price) => premium(one, price));
  const inShape = (value: Json | undefined, factor: Fraction): Actual => {
    const scaled = premiums.map((each) => multiplyFractions(each, factor));
    return isList(value) ? scaled : (scaled[0] ?? null);
  };
  if (!isRecord(expected)) return inShape(expected, fraction(1));
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]): [string, Actual] => {
      if (/amount|revenue|incentive|total|earned|eur$/i.test(withoutUnitOfPrice(key)))
        return [key, amountOf(one, premiums)];
      return [key, inShape(value, fraction(1, /kwh$/i.test(key) ? 1000 : 1))];
    }),
  );
}

/** A name of a price is none of an amount: `incentive_eur_MWh`. */
const withoutUnitOfPrice = (key: string): string => (/[kM]Wh$/i.test(key) ? '' : key);

/** Italian premium tariffs (TIP) from power, zonal price and region. */
export const tipCases: Executor = {
  kind: 'price',
  run({ input, expected }) {
    const [wrapped] = isRecord(input) ? Object.values(input).filter(isList) : [];
    const isWrapped = isRecord(input) && Object.keys(input).length === 1 && wrapped !== undefined;
    const inner = isWrapped ? wrapped : input;
    const list = isList(inner) ? inner : [inner];
    const asks = list.every(
      (one) => isRecord(one) && field(one, POWER) !== undefined && zonalPrice(one) !== undefined,
    );
    if (!asks || list.length === 0) return undefined;
    const plants = list as readonly JsonRecord[];
    if (!isList(inner)) {
      return plants.map((one) => ({ name: '', expected, actual: answer(one, expected) }));
    }
    if (isRecord(expected)) {
      // `{ TIP: [120, 110] }`: under each name one value for each plant.
      const actual = Object.entries(expected).map(([name, values]): [string, Actual] => [
        name,
        plants.map((one, at) => {
          const value = isList(values) ? (values[at] ?? null) : null;
          return (answer(one, { [name]: value }) as Record<string, Actual>)[name] ?? null;
        }),
      ]);
      return [{ name: '', expected, actual: Object.fromEntries(actual) }];
    }
    const wanted = isList(expected) ? expected : [];
    return [{ name: '', expected, actual: plants.map((one, at) => answer(one, wanted[at])) }];
  },
};
