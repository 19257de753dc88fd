import type { Profile, RegisterPoint } from '@microgrid/devices';
import { phases, registers } from '../registers.js';
import { GRID_HERTZ, METER_PHASE_WATTS, METER_VOLTS, METER_WATTS, POWER_FACTOR } from './bounds.js';

/** 32-bit values of Carlo Gavazzi meters: signed, the less significant register first. */
export const gavazzi32 = registers({ table: 'input', encoding: 's32', wordOrder: 'little' });

/** 16-bit values of Carlo Gavazzi meters. */
export const gavazzi16 = registers({ table: 'input', encoding: 's16' });

const low = { rate: 'low' } as const;
const counter = { scale: 0.1, minimum: 0, ...low } as const;

/** Voltages, currents and powers of the three-phase meters: the same on all of them. */
export const threePhaseElectricity: RegisterPoint[] = [
  ...phases(gavazzi32, 'voltage', [0, 2, 4], 'V', { scale: 0.1, ...METER_VOLTS }),
  ...phases(gavazzi32, 'current', [12, 14, 16], 'A', {
    scale: 0.001,
    absolute: true,
    maximum: 125,
  }),
  ...phases(gavazzi32, 'power', [18, 20, 22], 'W', { scale: 0.1, ...METER_PHASE_WATTS }),
  gavazzi32('power', 40, 'W', { scale: 0.1, ...METER_WATTS }),
];

/** Where power factors, frequency and energies begin: this is what differs between the meters. */
export interface EnergyLayout {
  /** Power factor of L1; L2, L3 and the total follow. */
  readonly powerFactor: number;
  readonly frequency: number;
  readonly importEnergy: number;
  /** L1; L2 and L3 follow, two registers each. */
  readonly importEnergyL1: number;
  readonly exportEnergy: number;
}

/** Power factors, frequency and energies of a three-phase meter. */
export function energyPoints(layout: EnergyLayout): RegisterPoint[] {
  const { powerFactor: cosine, importEnergyL1: l1 } = layout;
  const share = { scale: 0.001, ...low, ...POWER_FACTOR } as const;
  return [
    ...phases(gavazzi16, 'powerFactor', [cosine, cosine + 1, cosine + 2], 'ratio', share),
    gavazzi16('powerFactor', cosine + 3, 'ratio', share),
    gavazzi16('frequency', layout.frequency, 'Hz', { scale: 0.1, ...GRID_HERTZ }),
    gavazzi32('importEnergy', layout.importEnergy, 'kWh', { ...counter, rate: 'high' }),
    ...phases(gavazzi32, 'importEnergy', [l1, l1 + 2, l1 + 4], 'kWh', counter),
    gavazzi32('exportEnergy', layout.exportEnergy, 'kWh', { ...counter, rate: 'high' }),
  ];
}

/** Every whole number from one to another, both included. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * The identification code that Carlo Gavazzi meters hold at register 11, a register that is read alone.
 * @param codes ranges of codes, both ends included.
 */
export function identificationCode(
  codes: readonly (readonly [number, number])[],
): NonNullable<Profile['identity']> {
  const named = codes.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  return {
    match: [
      {
        table: 'holding',
        address: 11,
        anyOf: codes.flatMap(([first, last]) => range(first, last)).map((code) => [code]),
        meaning: `the Carlo Gavazzi identification code ${named.join(' or ')}`,
      },
    ],
  };
}

/** What every one of these meters has in common. */
export const gavazziQuirks = [
  'Word order: the less significant register of a 32-bit value comes first.',
  'Energy counts in steps of 100 Wh: quarter-hour intervals carry that uncertainty.',
];

/** Where the identification codes were found. */
export const gavazziIdentitySource = {
  title: 'victronenergy/dbus-cgwacs and dbus-modbus-client: identification codes at register 11',
};
