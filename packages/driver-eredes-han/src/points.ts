import type { PointName, ValueBounds } from '@microgrid/devices';
import { emiRegister, type EmiRegister } from './emi-register.js';
import { scaledNumber } from './register-value.js';
import type { RegisterValue } from './register-reader.js';

/** How often a point is read. */
export type PointRate = 'high' | 'low';

/** A point and the registers it is made of. */
export interface HanPoint {
  readonly point: PointName;
  readonly rate: PointRate;
  readonly registers: readonly EmiRegister[];
  /** Value in the point's unit from the registers' values in theirs; undefined = it says nothing. */
  readonly value: (...values: readonly number[]) => number | undefined;
  /** What can be; a value outside is suspect. */
  readonly bounds?: ValueBounds;
}

function register(name: string): EmiRegister {
  const found = emiRegister(name);
  if (found === undefined) throw new Error(`no register ${name}`);
  return found;
}

const same = (value: number): number => value;
const milli = (value: number): number => value * 1000;
const netOf = (taken: number, given: number): number => taken - given;
const sumOf = (taken: number, given: number): number => taken + given;
/** 0 open, 1 closed, 2 open and ready to be closed by hand. */
const closed = (state: number): number | undefined => (state > 2 ? undefined : state === 1 ? 1 : 0);

const point = (
  name: PointName,
  rate: PointRate,
  registers: readonly string[],
  value: HanPoint['value'] = same,
  bounds: ValueBounds = {},
): HanPoint => ({ point: name, rate, registers: registers.map(register), value, bounds });

const RATES = [1, 2, 3, 4, 5, 6] as const;
const QUADRANTS = [1, 2, 3, 4] as const;
const PHASES = ['L1', 'L2', 'L3'] as const;

const SINGLE: readonly HanPoint[] = [
  point('power', 'high', ['importPower', 'exportPower'], netOf),
  point('voltageL1', 'high', ['voltageL1']),
  point('currentL1', 'high', ['currentL1']),
  point('powerFactor', 'high', ['powerFactor'], same, { minimum: 0, maximum: 1 }),
  point('frequency', 'high', ['frequency']),
  point('importEnergy', 'high', ['importEnergy'], milli),
  point('exportEnergy', 'high', ['exportEnergy'], milli),
  ...QUADRANTS.map((at) => point(`reactiveEnergyQ${at}`, 'low', [`reactiveEnergyQ${at}`], milli)),
  ...RATES.map((at) => point(`importEnergyT${at}`, 'low', [`importEnergyRate${at}`], milli)),
  ...RATES.map((at) => point(`exportEnergyT${at}`, 'low', [`exportEnergyRate${at}`], milli)),
  point('activeTariff', 'low', ['activeTariff']),
  point('contractedPower', 'low', ['contractedPower']),
  point('switchState', 'low', ['breakerState'], closed),
];

const THREE: readonly HanPoint[] = [
  ...PHASES.map((phase) =>
    point(`power${phase}`, 'high', [`importPower${phase}`, `exportPower${phase}`], netOf),
  ),
  point('voltageL2', 'high', ['voltageL2']),
  point('currentL2', 'high', ['currentL2']),
  point('voltageL3', 'high', ['voltageL3']),
  point('currentL3', 'high', ['currentL3']),
  ...PHASES.flatMap((phase) => [
    point(`importEnergy${phase}`, 'low', [`importEnergy${phase}`], milli),
    point(`exportEnergy${phase}`, 'low', [`exportEnergy${phase}`], milli),
  ]),
];

const EDITION_2: readonly HanPoint[] = [
  point('apparentPower', 'high', ['importApparentPower', 'exportApparentPower'], sumOf),
];

/** What a meter publishes. @param edition of the specification, as its status register says */
export function hanPoints(phases: 1 | 3, edition: 1 | 2): readonly HanPoint[] {
  return [...SINGLE, ...(phases === 3 ? THREE : []), ...(edition === 2 ? EDITION_2 : [])];
}

/** Every point any meter publishes. */
export const ALL_POINTS: readonly PointName[] = hanPoints(3, 2).map((each) => each.point);

/** Value of a point, or why it has none. */
export function pointValue(
  { registers, value }: HanPoint,
  values: ReadonlyMap<number, RegisterValue>,
): { readonly value: number } | { readonly cause: string } {
  const numbers: number[] = [];
  for (const each of registers) {
    const read = values.get(each.address);
    if (read === undefined) return { cause: 'not read yet' };
    if (!read.ok) return { cause: read.cause };
    const number = scaledNumber(each, read.bytes);
    if (number === undefined) return { cause: `${each.name}: no number` };
    numbers.push(number);
  }
  const result = value(...numbers);
  return result === undefined ? { cause: `unknown code ${numbers.join(' ')}` } : { value: result };
}
