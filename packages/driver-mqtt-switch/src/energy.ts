import type { PointName } from '@microgrid/devices';

type Data = Readonly<Record<string, unknown>>;

/** Whether a value is an object of JSON. */
export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object a text holds; undefined when it holds anything else. */
export function parseData(text: string): Data | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isData(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every point this driver can publish. */
export const ALL_POINTS = [
  'switchState',
  'power',
  'powerL1',
  'powerL2',
  'powerL3',
  'apparentPower',
  'reactivePower',
  'powerFactor',
  'voltageL1',
  'voltageL2',
  'voltageL3',
  'currentL1',
  'currentL2',
  'currentL3',
  'frequency',
  'importEnergy',
  'exportEnergy',
] as const satisfies readonly PointName[];

const MILLIWATT_HOURS = 1_000_000;
const PHASES = ['L1', 'L2', 'L3'] as const;

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** A number, or one for each phase. */
function numbers(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) {
    const one = number(value);
    return one === undefined ? undefined : [one];
  }
  const all = value.map(number);
  return all.length > 0 && all.every((each) => each !== undefined) ? all : undefined;
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

/**
 * The points in the `ENERGY` part of a report. Energies are kWh, lifetime registers; each value is a
 * number or, on several phases, an array.
 */
export function energyPoints(energy: Data): ReadonlyMap<PointName, number> {
  const points = new Map<PointName, number>();
  const total = (point: PointName, field: string, factor = 1): void => {
    const values = numbers(energy[field]);
    if (values === undefined) return;
    const value = sum(values) * factor;
    if (factor === 1) {
      if (Number.isFinite(value)) points.set(point, value);
      return;
    }
    // A register that no meter can have is no value.
    const register = Math.round(value);
    if (Number.isSafeInteger(register) && register >= 0) points.set(point, register);
  };
  const phases = (point: 'voltage' | 'current', field: string): void => {
    numbers(energy[field])
      ?.slice(0, 3)
      .forEach((value, at) => {
        points.set(`${point}${PHASES[at] ?? 'L1'}`, point === 'current' ? Math.abs(value) : value);
      });
  };
  total('power', 'Power');
  total('apparentPower', 'ApparentPower');
  total('reactivePower', 'ReactivePower');
  total('importEnergy', 'Total', MILLIWATT_HOURS);
  total('exportEnergy', 'ExportTotal' in energy ? 'ExportTotal' : 'ExportActive', MILLIWATT_HOURS);
  phases('voltage', 'Voltage');
  phases('current', 'Current');
  const powers = numbers(energy['Power']);
  if (powers !== undefined && powers.length > 1) {
    powers.slice(0, 3).forEach((value, at) => points.set(`power${PHASES[at] ?? 'L1'}`, value));
  }
  const [factor, ...others] = numbers(energy['Factor']) ?? [];
  if (factor !== undefined && others.length === 0) points.set('powerFactor', factor);
  const [frequency] = numbers(energy['Frequency']) ?? [];
  if (frequency !== undefined) points.set('frequency', frequency);
  return points;
}
