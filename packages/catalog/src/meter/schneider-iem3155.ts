import type { Profile } from '@microgrid/devices';
import { phases, registers } from '../registers.js';
import {
  GRID_HERTZ,
  METER_AMPERES,
  METER_PHASE_WATTS,
  METER_VOLTS,
  METER_WATTS,
} from './bounds.js';
import { nothingIsWritten } from './read-only.js';

/** float32, most significant register first. Addresses are those of the paper minus one. */
const value = registers({ table: 'holding', encoding: 'f32' });

/** Energies are signed 64-bit numbers of Wh. */
const energy = registers({ table: 'holding', encoding: 's64' });

const kilowatts = { ...METER_PHASE_WATTS, scale: 1000 } as const;
const counter = { minimum: 0 } as const;

/** Schneider Electric iEM3155 and the other iEM3x50 and iEM3x55 meters. */
export const schneiderIem3155: Profile = {
  schema: 'microgrid/profile/1',
  id: 'schneider-iem3155',
  manufacturer: 'Schneider Electric',
  models: ['iEM3155', 'iEM3150', 'iEM3255', 'iEM3355'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 19_200,
    parity: 'even',
    stopBits: 1,
    registersPerRead: 125,
  },
  blocks: [
    { table: 'holding', address: 2999, count: 78, rate: 'high' },
    { table: 'holding', address: 3203, count: 8, rate: 'high' },
    { table: 'holding', address: 3517, count: 12, rate: 'low' },
  ],
  points: [
    ...phases(value, 'current', [2999, 3001, 3003], 'A', METER_AMPERES),
    ...phases(value, 'voltage', [3027, 3029, 3031], 'V', METER_VOLTS),
    ...phases(value, 'power', [3053, 3055, 3057], 'W', kilowatts),
    value('power', 3059, 'W', { ...METER_WATTS, scale: 1000 }),
    value('reactivePower', 3067, 'var', { sign: 1, scale: 1000, rate: 'low' }),
    value('apparentPower', 3075, 'VA', { scale: 1000, minimum: 0, rate: 'low' }),
    value('frequency', 3109, 'Hz', { ...GRID_HERTZ, rate: 'low' }),
    energy('importEnergy', 3203, 'Wh', counter),
    energy('exportEnergy', 3207, 'Wh', counter),
    ...phases(energy, 'importEnergy', [3517, 3521, 3525], 'Wh', { ...counter, rate: 'low' }),
  ],
  controls: [],
  deny: nothingIsWritten,
  quirks: [
    'The paper counts registers from 1: register 3028 of the paper is address 3027 on the wire.',
    'Powers come in kW, kvar and kVA, energies in Wh.',
    'Only the iEM3x55 counts exported energy.',
  ],
  sources: [
    { title: 'volkszaehler/mbmd, meters/rs485/iem3000.go', reference: 'fb8f9c2 (2026-06-23)' },
  ],
  confidence: 'high',
  believed: ['A read may bridge the registers between those named here.'],
  vectors: [
    {
      note: 'powers in kW, energies as 64-bit Wh beyond 32 bits',
      registers: [
        { table: 'holding', address: 2999, bytes: '40B00000 3E800000 41420000' },
        { table: 'holding', address: 3027, bytes: '43668000 43674000 4365C000' },
        { table: 'holding', address: 3053, bytes: '3F9A0000 BE800000 40300000 406D0000' },
        { table: 'holding', address: 3067, bytes: 'BF000000' },
        { table: 'holding', address: 3075, bytes: '40700000' },
        { table: 'holding', address: 3109, bytes: '42480000' },
        { table: 'holding', address: 3203, bytes: '0000000012D68700 00000000000186A0' },
        {
          table: 'holding',
          address: 3517,
          bytes: '00000000000003E8 00000000000007D0 0000000100000000',
        },
      ],
      values: {
        currentL1: 5.5,
        currentL2: 0.25,
        currentL3: 12.125,
        voltageL1: 230.5,
        voltageL2: 231.25,
        voltageL3: 229.75,
        powerL1: 1203.125,
        powerL2: -250,
        powerL3: 2750,
        power: 3703.125,
        reactivePower: -500,
        apparentPower: 3750,
        frequency: 50,
        importEnergy: 316_049_152_000,
        exportEnergy: 100_000_000,
        importEnergyL1: 1_000_000,
        importEnergyL2: 2_000_000,
        importEnergyL3: 4_294_967_296_000,
      },
    },
    {
      note: 'a float that is not a number is absent',
      registers: [{ table: 'holding', address: 3059, bytes: '7FC00000' }],
      values: { power: null },
    },
  ],
};
