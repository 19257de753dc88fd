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

/** Everything this meter says lies in input registers as float32, most significant register first. */
const value = registers({ table: 'input', encoding: 'f32' });

const low = { rate: 'low' } as const;
const slowCounter = { ...low, minimum: 0 } as const;

/**
 * Eastron SDM630 Modbus, a three-phase meter; the SDM72D-M v2 has the same registers. Wired in its
 * usual direction its positive power is import.
 */
export const eastronSdm630: Profile = {
  schema: 'microgrid/profile/1',
  id: 'eastron-sdm630',
  manufacturer: 'Eastron',
  models: ['SDM630-Modbus', 'SDM72D-M v2'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 80,
  },
  blocks: [
    { table: 'input', address: 0, count: 76, rate: 'high' },
    { table: 'input', address: 346, count: 12, rate: 'low' },
  ],
  points: [
    ...phases(value, 'voltage', [0, 2, 4], 'V', METER_VOLTS),
    ...phases(value, 'current', [6, 8, 10], 'A', METER_AMPERES),
    ...phases(value, 'power', [12, 14, 16], 'W', METER_PHASE_WATTS),
    ...phases(value, 'apparentPower', [18, 20, 22], 'VA', low),
    ...phases(value, 'reactivePower', [24, 26, 28], 'var', { sign: 1, ...low }),
    ...phases(value, 'powerFactor', [30, 32, 34], 'ratio', { ...low, ...POWER_FACTOR }),
    value('power', 52, 'W', METER_WATTS),
    value('apparentPower', 56, 'VA', low),
    value('reactivePower', 60, 'var', { sign: 1, ...low }),
    value('powerFactor', 62, 'ratio', { ...low, ...POWER_FACTOR }),
    value('frequency', 70, 'Hz', GRID_HERTZ),
    value('importEnergy', 72, 'kWh', { minimum: 0 }),
    value('exportEnergy', 74, 'kWh', { minimum: 0 }),
    ...phases(value, 'importEnergy', [346, 348, 350], 'kWh', slowCounter),
    ...phases(value, 'exportEnergy', [352, 354, 356], 'kWh', slowCounter),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: [
    'float32 counts in steps of 1 Wh from 8,192 kWh, of 2 Wh from 16,384 kWh: intervals carry that uncertainty.',
    'With one phase connected the registers of L2 and L3 read 0.',
  ],
  sources: [
    { title: 'volkszaehler/mbmd, meters/rs485/sdm.go', reference: 'fb8f9c2 (2026-06-23)' },
    { title: 'Eastron, SDM630-Modbus protocol description' },
  ],
  confidence: 'high',
  believed: ['At most 80 registers in one read (40 values of the protocol description).'],
  vectors: [
    {
      note: 'importing on L1 and L3, exporting on L2',
      registers: [
        {
          table: 'input',
          address: 0,
          bytes: '43668000436740004365C00040B000003E8000004142000044961000C2490000452BE000',
        },
        { table: 'input', address: 18, bytes: '44970000 42500000 452D0000' },
        { table: 'input', address: 24, bytes: '42C80000 C1400000 42FA0000' },
        { table: 'input', address: 30, bytes: '3F780000 BF700000 3F7C0000' },
        { table: 'input', address: 52, bytes: '4573C400' },
        { table: 'input', address: 56, bytes: '4573F000' },
        { table: 'input', address: 60, bytes: '43550000 3F7F0000' },
        { table: 'input', address: 70, bytes: '4248147B449A522542B30000' },
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
        apparentPowerL1: 1208,
        apparentPowerL2: 52,
        apparentPowerL3: 2768,
        reactivePowerL1: 100,
        reactivePowerL2: -12,
        reactivePowerL3: 125,
        powerFactorL1: 0.96875,
        powerFactorL2: -0.9375,
        powerFactorL3: 0.984375,
        power: 3900.25,
        apparentPower: 3903,
        reactivePower: 213,
        powerFactor: 0.99609375,
        frequency: 50.02000045776367,
        importEnergy: 1_234_567_017,
        exportEnergy: 89_500_000,
      },
    },
    {
      note: 'energies by phase',
      registers: [
        {
          table: 'input',
          address: 346,
          bytes: '447A0000 44FA0000 453B8000 42C80000 43480000 43960000',
        },
      ],
      values: {
        importEnergyL1: 1_000_000_000,
        importEnergyL2: 2_000_000_000,
        importEnergyL3: 3_000_000_000,
        exportEnergyL1: 100_000_000,
        exportEnergyL2: 200_000_000,
        exportEnergyL3: 300_000_000,
      },
    },
    {
      note: 'a float that is not a number is absent, never a value',
      registers: [{ table: 'input', address: 52, bytes: '7FC00000' }],
      values: { power: null },
    },
  ],
};
