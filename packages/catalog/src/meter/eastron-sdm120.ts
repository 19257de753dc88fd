import type { Profile } from '@microgrid/devices';
import { registers } from '../registers.js';
import {
  GRID_HERTZ,
  METER_AMPERES,
  METER_PHASE_WATTS,
  METER_VOLTS,
  POWER_FACTOR,
} from './bounds.js';
import { nothingIsWritten } from './read-only.js';

/** Everything this meter says lies in input registers as float32, most significant register first. */
const value = registers({ table: 'input', encoding: 'f32' });

/** Eastron SDM120 and SDM220/230 in their common registers: single-phase meters. */
export const eastronSdm120: Profile = {
  schema: 'microgrid/profile/1',
  id: 'eastron-sdm120',
  manufacturer: 'Eastron',
  models: ['SDM120-Modbus'],
  roles: ['meter', 'gridMeter'],
  phases: 1,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 2400,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 80,
  },
  blocks: [
    { table: 'input', address: 0, count: 32, rate: 'high' },
    { table: 'input', address: 70, count: 6, rate: 'high' },
  ],
  points: [
    value('voltageL1', 0, 'V', METER_VOLTS),
    value('currentL1', 6, 'A', METER_AMPERES),
    value('power', 12, 'W', METER_PHASE_WATTS),
    value('apparentPower', 18, 'VA', { rate: 'low', minimum: 0 }),
    value('reactivePower', 24, 'var', { sign: 1, rate: 'low' }),
    value('powerFactor', 30, 'ratio', { rate: 'low', ...POWER_FACTOR }),
    value('frequency', 70, 'Hz', GRID_HERTZ),
    value('importEnergy', 72, 'kWh', { minimum: 0 }),
    value('exportEnergy', 74, 'kWh', { minimum: 0 }),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: [
    'Leaves the works at 2400 baud; 9600 is usual in the field.',
    'float32 counts in steps of 1 Wh from 8,192 kWh, of 2 Wh from 16,384 kWh: intervals carry that uncertainty.',
  ],
  sources: [
    { title: 'volkszaehler/mbmd, meters/rs485/sdm120.go', reference: 'fb8f9c2 (2026-06-23)' },
    { title: 'Eastron, SDM120-Modbus protocol description' },
  ],
  confidence: 'high',
  believed: ['At most 80 registers in one read.'],
  vectors: [
    {
      note: 'exporting 1,500.25 W',
      registers: [
        { table: 'input', address: 0, bytes: '43668000' },
        { table: 'input', address: 6, bytes: '40D00000' },
        { table: 'input', address: 12, bytes: 'C4BB8800' },
        { table: 'input', address: 18, bytes: '44BB9000' },
        { table: 'input', address: 24, bytes: 'C1480000' },
        { table: 'input', address: 30, bytes: 'BF7FBE77' },
        { table: 'input', address: 70, bytes: '4247F5C3 449A5225 42B30000' },
      ],
      values: {
        voltageL1: 230.5,
        currentL1: 6.5,
        power: -1500.25,
        apparentPower: 1500.5,
        reactivePower: -12.5,
        powerFactor: -0.9990000128746033,
        frequency: 49.9900016784668,
        importEnergy: 1_234_567_017,
        exportEnergy: 89_500_000,
      },
    },
    {
      note: 'a float that is not a number is absent, never a value',
      registers: [{ table: 'input', address: 12, bytes: '7FC00000' }],
      values: { power: null },
    },
  ],
};
