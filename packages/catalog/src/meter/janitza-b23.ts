import type { Profile } from '@microgrid/devices';
import { phases, registers } from '../registers.js';
import {
  GRID_HERTZ,
  METER_AMPERES,
  METER_PHASE_WATTS,
  METER_VOLTS,
  METER_WATTS,
  POWER_FACTOR,
} from './bounds.js';
import { nothingIsWritten } from './read-only.js';

/** The measured values from 19000: float32, most significant register first, function code 3. */
const value = registers({ table: 'holding', encoding: 'f32' });

const counter = { minimum: 0 } as const;
const slowCounter = { ...counter, rate: 'low' } as const;

/** Janitza B21, B23, B24 and UMG meters: one block of floats from register 19000. */
export const janitzaB23: Profile = {
  schema: 'microgrid/profile/1',
  id: 'janitza-b23',
  manufacturer: 'Janitza',
  models: ['B23', 'B24', 'UMG 96', 'UMG 103', 'UMG 604'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 125,
  },
  blocks: [{ table: 'holding', address: 19_000, count: 78, rate: 'high' }],
  points: [
    ...phases(value, 'voltage', [19_000, 19_002, 19_004], 'V', METER_VOLTS),
    ...phases(value, 'current', [19_012, 19_014, 19_016], 'A', METER_AMPERES),
    ...phases(value, 'power', [19_020, 19_022, 19_024], 'W', METER_PHASE_WATTS),
    value('power', 19_026, 'W', METER_WATTS),
    ...phases(value, 'powerFactor', [19_044, 19_046, 19_048], 'ratio', {
      rate: 'low',
      ...POWER_FACTOR,
    }),
    value('frequency', 19_050, 'Hz', GRID_HERTZ),
    ...phases(value, 'importEnergy', [19_062, 19_064, 19_066], 'Wh', slowCounter),
    value('importEnergy', 19_068, 'Wh', counter),
    ...phases(value, 'exportEnergy', [19_070, 19_072, 19_074], 'Wh', slowCounter),
    value('exportEnergy', 19_076, 'Wh', counter),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: [
    'Energy is float32 in Wh: it counts in steps of 1 Wh from 8,388.608 kWh, of 2 Wh from 16,777.216 kWh.',
    'UMG devices may be set to another baud rate, up to 115,200.',
  ],
  sources: [
    { title: 'volkszaehler/mbmd, meters/rs485/janitza.go', reference: 'fb8f9c2 (2026-06-23)' },
  ],
  confidence: 'high',
  believed: ['The block of 78 registers from 19000 is answered in one read.'],
  vectors: [
    {
      note: 'energies in Wh; exporting on L2',
      registers: [
        { table: 'holding', address: 19_000, bytes: '43668000 43674000 4365C000' },
        { table: 'holding', address: 19_012, bytes: '40B00000 3E800000 41420000' },
        { table: 'holding', address: 19_020, bytes: '44961000 C2490000 452BE000 4573C400' },
        { table: 'holding', address: 19_044, bytes: '3F800000 BF000000 3F400000 42480000' },
        { table: 'holding', address: 19_062, bytes: '49742400 49F42400 4A371B00 4AB71B00' },
        { table: 'holding', address: 19_070, bytes: '42C80000 43480000 43960000 44160000' },
      ],
      values: {
        voltageL1: 230.5,
        voltageL2: 231.25,
        voltageL3: 229.75,
        currentL1: 5.5,
        currentL2: 0.25,
        currentL3: 12.125,
        powerL1: 1200.5,
        powerL2: -50.25,
        powerL3: 2750,
        power: 3900.25,
        powerFactorL1: 1,
        powerFactorL2: -0.5,
        powerFactorL3: 0.75,
        frequency: 50,
        importEnergyL1: 1_000_000_000,
        importEnergyL2: 2_000_000_000,
        importEnergyL3: 3_000_000_000,
        importEnergy: 6_000_000_000,
        exportEnergyL1: 100_000,
        exportEnergyL2: 200_000,
        exportEnergyL3: 300_000,
        exportEnergy: 600_000,
      },
    },
    {
      note: 'a float that is not a number is absent',
      registers: [{ table: 'holding', address: 19_026, bytes: '7FFFFFFF' }],
      values: { power: null },
    },
  ],
};
