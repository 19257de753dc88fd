import type { Profile } from '@microgrid/devices';
import { registers } from '../registers.js';

const value = registers({ table: 'holding', encoding: 's16' });

const celsius = { minimum: -40, maximum: 100 } as const;

/**
 * BYD Battery-Box Premium: what its BMU says, read only. The inverter beside it controls it over CAN
 * and tells its power; this shows the battery itself.
 */
export const bydBatteryBox: Profile = {
  schema: 'microgrid/profile/1',
  id: 'byd-battery-box',
  manufacturer: 'BYD',
  models: ['Battery-Box Premium HVS', 'Battery-Box Premium HVM', 'Battery-Box Premium LVS'],
  roles: ['meter'],
  phases: 1,
  transport: {
    kinds: ['rtuOverTcp'],
    unit: 1,
    port: 8080,
    registersPerRead: 102,
    oneClient: true,
    minimumPollIntervalMs: 5000,
  },
  blocks: [{ table: 'holding', address: 1280, count: 25, rate: 'high' }],
  points: [
    value('stateOfCharge', 1280, '%', { minimum: 0, maximum: 100 }),
    value('stateOfHealth', 1283, '%', { minimum: 0, maximum: 100, rate: 'low' }),
    value('batteryCurrent', 1284, 'A', {
      scale: 0.1,
      sign: -1,
      minimum: -200,
      maximum: 200,
      confidence: 'believed',
      believed: ['Positive current of the device is discharging.'],
    }),
    value('batteryVoltage', 1285, 'V', {
      encoding: 'u16',
      scale: 0.01,
      minimum: 0,
      maximum: 655.35,
    }),
    value('batteryTemperature', 1288, '°C', celsius),
    value('errorBits', 1293, 'count', { encoding: 'u16', internal: true }),
    value('outputVoltage', 1296, 'V', { encoding: 'u16', scale: 0.01, internal: true }),
  ],
  controls: [],
  deny: [
    {
      table: 'holding',
      address: 0,
      count: 65_536,
      why: 'the inverter controls the battery over CAN; a write to the BMU starts a measurement',
    },
  ],
  quirks: [
    'RTU frames with their checksum in a TCP connection, at 192.168.16.254 by default.',
    'The details of each tower (from 1360) start with a write and are not for cyclic use.',
    'Battery power is the product of voltage and current, which this table does not form: take it from the inverter.',
  ],
  sources: [{ title: 'christianh17/ioBroker.bydhvs, main.js', reference: 'f918e08 (2026-08-14)' }],
  confidence: 'medium',
  believed: ['One client at a time.', 'At least 5 s between polls.'],
  vectors: [
    {
      note: 'discharging with 12.3 A at 409.6 V',
      registers: [
        {
          table: 'holding',
          address: 1280,
          bytes: '0037 0152 0151 0063 007B A000 0019 0017 FFFB',
        },
      ],
      values: {
        stateOfCharge: 55,
        stateOfHealth: 99,
        batteryCurrent: -12.3,
        batteryVoltage: 409.6,
        batteryTemperature: -5,
      },
    },
    {
      note: 'charging with 5 A',
      registers: [{ table: 'holding', address: 1284, bytes: 'FFCE' }],
      values: { batteryCurrent: 5 },
    },
  ],
};
