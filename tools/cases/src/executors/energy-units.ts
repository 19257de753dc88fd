import { divideFractions, fraction, multiplyFractions, type Fraction } from '@microgrid/tariff';
import { decimalText, exactNumber } from '../decimal.js';
import { isList, isRecord, type Json, type JsonRecord } from '../json.js';

const ONE_KILOWATT_HOUR = 'kWh';

/** kWh of one of each unit that ends a field's name. */
const UNITS: Readonly<Record<string, Fraction>> = {
  mWh: fraction(1, 1_000_000),
  Wh: fraction(1, 1000),
  kWh: fraction(1),
  MWh: fraction(1000),
  GWh: fraction(1_000_000),
};

/** The energy unit a field's name ends in, as `G_kWh` or `Wh`. */
function unitOf(name: string): string | undefined {
  const unit = /(?:^|_)([mkMG]?Wh)$/.exec(name)?.[1];
  return unit !== undefined && unit in UNITS ? unit : undefined;
}

function unitsIn(value: Json, into = new Set<string>()): Set<string> {
  if (isList(value)) value.forEach((one) => unitsIn(one, into));
  if (isRecord(value)) {
    for (const [name, one] of Object.entries(value)) {
      const unit = unitOf(name);
      if (unit !== undefined) into.add(unit);
      unitsIn(one, into);
    }
  }
  return into;
}

const sizeOf = (unit: string): Fraction => UNITS[unit] ?? fraction(1);

/** Every number in a value times a factor; anything else as it is. */
function scaled(value: Json, factor: Fraction): Json {
  if (isList(value)) return value.map((one) => scaled(one, factor));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, scaled(one, factor)]),
    );
  }
  const exact = exactNumber(value);
  return exact === undefined ? value : decimalText(multiplyFractions(exact, factor));
}

function allInKilowattHours(value: Json): Json {
  if (isList(value)) return value.map(allInKilowattHours);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const unit = unitOf(name);
      if (unit === undefined) return [name, allInKilowattHours(one)];
      return [`${name.slice(0, -unit.length)}${ONE_KILOWATT_HOUR}`, scaled(one, sizeOf(unit))];
    }),
  );
}

/** An input whose energies have one unit, and that unit. */
export interface OneUnit {
  readonly input: JsonRecord;
  /** kWh of one. */
  readonly size: Fraction;
}

/**
 * An input with all energies in one unit. Where its fields name one, or none, that is the unit of the
 * others too (kWh by default); where they name several, all become kWh, and a field that names none
 * is in kWh.
 */
export function inOneUnit(input: JsonRecord): OneUnit {
  const [unit = ONE_KILOWATT_HOUR, ...others] = unitsIn(input);
  if (others.length === 0) return { input, size: sizeOf(unit) };
  return { input: allInKilowattHours(input) as JsonRecord, size: fraction(1) };
}

/** kWh of an energy, by the unit its name ends in; kWh where it names none. */
export function kilowattHoursOf(name: string, energy: Fraction): Fraction {
  return multiplyFractions(energy, sizeOf(unitOf(name) ?? ONE_KILOWATT_HOUR));
}

/** What a result in the unit of the input is to be multiplied with for the unit its name ends in. */
export function resultFactor(name: string, { size }: Pick<OneUnit, 'size'>): Fraction {
  const unit = unitOf(name);
  return unit === undefined ? fraction(1) : divideFractions(size, sizeOf(unit));
}
