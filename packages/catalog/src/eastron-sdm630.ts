import type { Profile, RegisterPoint } from '@microgrid/devices';

/** Everything this meter says lies in input registers as float32, most significant word first. */
const value = (
  id: string,
  address: number,
  unit: RegisterPoint['unit'],
  more: Partial<RegisterPoint> = {},
): RegisterPoint => ({
  id,
  table: 'input',
  address,
  encoding: 'f32',
  unit,
  rate: 'high',
  ...more,
});

const volts = { minimum: 0, maximum: 300 };
const amperes = { minimum: 0, maximum: 120 };
const watts = { sign: 1, minimum: -30_000, maximum: 30_000 } as const;
const allWatts = { sign: 1, minimum: -90_000, maximum: 90_000 } as const;

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
    value('voltageL1', 0, 'V', volts),
    value('voltageL2', 2, 'V', volts),
    value('voltageL3', 4, 'V', volts),
    value('currentL1', 6, 'A', amperes),
    value('currentL2', 8, 'A', amperes),
    value('currentL3', 10, 'A', amperes),
    value('powerL1', 12, 'W', watts),
    value('powerL2', 14, 'W', watts),
    value('powerL3', 16, 'W', watts),
    value('power', 52, 'W', allWatts),
    value('apparentPower', 56, 'VA', { rate: 'low' }),
    value('reactivePower', 60, 'var', { sign: 1, rate: 'low' }),
    value('powerFactor', 62, 'ratio', { rate: 'low', minimum: -1, maximum: 1 }),
    value('frequency', 70, 'Hz', { minimum: 45, maximum: 65 }),
    value('importEnergy', 72, 'kWh', { minimum: 0 }),
    value('exportEnergy', 74, 'kWh', { minimum: 0 }),
    value('importEnergyL1', 346, 'kWh', { rate: 'low', minimum: 0 }),
    value('importEnergyL2', 348, 'kWh', { rate: 'low', minimum: 0 }),
    value('importEnergyL3', 350, 'kWh', { rate: 'low', minimum: 0 }),
    value('exportEnergyL1', 352, 'kWh', { rate: 'low', minimum: 0 }),
    value('exportEnergyL2', 354, 'kWh', { rate: 'low', minimum: 0 }),
    value('exportEnergyL3', 356, 'kWh', { rate: 'low', minimum: 0 }),
  ],
  controls: [],
  deny: [
    {
      table: 'holding',
      address: 0,
      count: 65_536,
      why: 'address, baud rate, pulse and phase configuration of the meter',
    },
  ],
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
        { table: 'input', address: 52, bytes: '4573C400' },
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
        power: 3900.25,
        importEnergy: 1_234_567_017,
        exportEnergy: 89_500_000,
      },
    },
    {
      note: 'a float that is not a number is absent, never a value',
      registers: [{ table: 'input', address: 52, bytes: '7FC00000' }],
      values: { power: null, importEnergy: 0 },
    },
  ],
};
