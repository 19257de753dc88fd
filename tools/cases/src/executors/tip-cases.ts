import { fraction, multiplyFractions, tipPremium, type Fraction } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { decimalText, numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { named } from './allocation-input.js';

const POWER = ['power', 'powerkw', 'powerkilowatts', 'p', 'pkw', 'nominalpower'];
const ZONAL = ['pz', 'zonalprice', 'pricezonal', 'zonalpriceeur', 'pzeur'];
const REGION = ['region', 'area', 'zone', 'geographic', 'location'];
const TECHNOLOGY = ['pv', 'photovoltaic', 'technology', 'tech'];
const REDUCTION = ['reductionpercent', 'reduction', 'grantpercent'];
const KNOWN = [POWER, ZONAL, REGION, TECHNOLOGY, REDUCTION].flat();

function region(value: Json | undefined): 'south' | 'centre' | 'north' {
  const text = textOf(value).toLowerCase();
  if (/^(?:north|nord)/.test(text)) return 'north';
  if (/^cent/.test(text)) return 'centre';
  if (value === undefined || /^(?:south|sud|islands|isole|none)/.test(text)) return 'south';
  throw new NotUnderstood(`region ${text}`);
}

function photovoltaic(one: JsonRecord): boolean {
  const value = named(one, TECHNOLOGY);
  if (typeof value === 'boolean') return value;
  if (value === undefined) return named(one, REGION) !== undefined;
  return /pv|photovolt|fotovolt|solar/i.test(textOf(value));
}

/** The premium of a plant at a zonal price, EUR/MWh. */
function premium(one: JsonRecord): Fraction {
  for (const key of Object.keys(one)) {
    if (!KNOWN.includes(plainName(key)))
      throw new NotUnderstood(`the field ${key} means nothing here`);
  }
  const reduction = named(one, REDUCTION);
  const plant = {
    powerKilowatts: decimalText(numberOf(named(one, POWER), 'power')),
    region: region(named(one, REGION)),
    photovoltaic: photovoltaic(one),
    ...(reduction !== undefined && {
      reductionPercent: decimalText(numberOf(reduction, 'reduction')),
    }),
  };
  return tipPremium(plant, numberOf(named(one, ZONAL), 'zonal price'));
}

/** A number, or a record whose one field says the unit: EUR/MWh unless it ends in kWh. */
function inShapeOf(expected: Json | undefined, value: Fraction): Actual {
  if (!isRecord(expected)) return value;
  const perKilowattHour = multiplyFractions(value, fraction(1, 1000));
  return Object.fromEntries(
    Object.keys(expected).map((key) => [key, /kwh$/i.test(key) ? perKilowattHour : value]),
  );
}

/** Italian premium tariffs (TIP) from power, zonal price and region. */
export const tipCases: Executor = {
  kind: 'price',
  run({ input, expected }) {
    const inner = isRecord(input) && isList(input['cases']) ? input['cases'] : input;
    const list = isList(inner) ? inner : [inner];
    const asks = list.every(
      (one) => isRecord(one) && named(one, POWER) !== undefined && named(one, ZONAL) !== undefined,
    );
    if (!asks || list.length === 0) return undefined;
    const wanted =
      isRecord(expected) && Object.values(expected).length === 1
        ? Object.values(expected)[0]
        : undefined;
    const values = list.map((one) => premium(one as JsonRecord));
    if (!isList(inner))
      return [{ name: '', expected, actual: inShapeOf(expected, values[0] ?? fraction(0)) }];
    if (isList(wanted)) {
      const [name = ''] = Object.keys(expected as JsonRecord);
      return [{ name: '', expected, actual: { [name]: values } }];
    }
    const actual = values.map((value, at) =>
      inShapeOf(isList(expected) ? expected[at] : undefined, value),
    );
    return [{ name: '', expected, actual }];
  },
};
