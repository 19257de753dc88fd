import { MILLIWATT_HOURS_PER_KILOWATT_HOUR, type MilliwattHours } from '@microgrid/units';

/** Energy units files write, as milliwatt-hours each. */
const MILLIWATT_HOURS_PER: Readonly<Record<string, bigint>> = {
  wh: 1000n,
  kwh: BigInt(MILLIWATT_HOURS_PER_KILOWATT_HOUR),
  mwh: 1_000_000_000n,
  gwh: 1_000_000_000_000n,
};

/** Energy units of a file, in lower case. */
export type EnergyUnit = 'wh' | 'kwh' | 'mwh' | 'gwh';

/** The unit a text names, whatever its case; undefined for what is no energy. */
export function energyUnit(text: string): EnergyUnit | undefined {
  const unit = text.trim().toLowerCase();
  return unit in MILLIWATT_HOURS_PER ? (unit as EnergyUnit) : undefined;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

interface Scaled {
  readonly digits: bigint;
  /** The value is digits / 10^decimals. */
  readonly decimals: number;
}

function scaled(text: string): Scaled | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  return {
    digits: sign === '-' ? -digits : digits,
    decimals: fraction.length - Number(exponent),
  };
}

/** Half to even: the house's rounding of values finer than a milliwatt-hour. */
function divideRounded(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor;
  const doubled = (numerator % divisor) * 2n;
  const size = doubled < 0n ? -doubled : doubled;
  const away = numerator < 0n ? quotient - 1n : quotient + 1n;
  if (size > divisor) return away;
  return size === divisor && quotient % 2n !== 0n ? away : quotient;
}

/** A value read: whole milliwatt-hours, and whether the text was finer than that. */
export interface ReadEnergy {
  readonly milliwattHours: MilliwattHours;
  readonly rounded: boolean;
}

function exact({ digits, decimals }: Scaled, factor: bigint, divisor = 1n): ReadEnergy | undefined {
  const up = decimals < 0 ? 10n ** BigInt(-decimals) : 1n;
  const down = (decimals > 0 ? 10n ** BigInt(decimals) : 1n) * divisor;
  const numerator = digits * factor * up;
  const value = Number(divideRounded(numerator, down));
  if (!Number.isSafeInteger(value)) return undefined;
  // Adding zero turns the -0 of a rounded tiny negative into 0.
  return { milliwattHours: value + 0, rounded: numerator % down !== 0n };
}

/**
 * Reads an energy exactly, without floating point.
 * @param text a decimal with a point; an exponent is allowed.
 * @returns undefined for what is no such number or lies past 2^53 - 1 mWh.
 */
export function readEnergy(text: string, unit: EnergyUnit): ReadEnergy | undefined {
  const value = scaled(text);
  return value && exact(value, MILLIWATT_HOURS_PER[unit] as bigint);
}

/**
 * Reads the energy of an interval from its mean power in kW: 0.001 kW for 15 minutes is 250 mWh.
 * @returns undefined as {@link readEnergy}.
 */
export function readMeanKilowatts(text: string, minutes: number): ReadEnergy | undefined {
  const value = scaled(text);
  return value && exact(value, (MILLIWATT_HOURS_PER['kwh'] as bigint) * BigInt(minutes), 60n);
}
