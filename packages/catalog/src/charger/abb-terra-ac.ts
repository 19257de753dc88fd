import type { Profile } from '@microgrid/devices';
import { phases, registers } from '../registers.js';

/** Unsigned pairs, most significant register first, function code 3. */
const value = registers({ table: 'holding', encoding: 'u32' });

const milliamperes = { scale: 0.001, minimum: 0, maximum: 80 } as const;

/** The state of charging stands in the high byte of the low register, its top bit apart. */
const state = { bitMask: 0x7f00 } as const;

/** ABB Terra AC wallbox. It loses no command as long as something is read from it. */
export const abbTerraAc: Profile = {
  schema: 'microgrid/profile/1',
  id: 'abb-terra-ac',
  manufacturer: 'ABB',
  models: ['Terra AC'],
  roles: ['charger'],
  phases: 3,
  transport: {
    kinds: ['tcp', 'rtu', 'rtuOverTcp'],
    unit: 1,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 32,
  },
  blocks: [{ table: 'holding', address: 16_384, count: 32, rate: 'high' }],
  points: [
    value('firmware', 16_388, 'count', { internal: true, rate: 'once', twin: 0x01_06_06_00 }),
    value('maximumRatedCurrent', 16_390, 'A', {
      internal: true,
      scale: 0.001,
      rate: 'once',
      twin: 32,
    }),
    value('connected', 16_396, 'bool', { ...state, oneOf: [1, 2, 3, 4] }),
    value('charging', 16_396, 'bool', { ...state, oneOf: [4] }),
    value('chargeCurrentLimit', 16_398, 'A', milliamperes),
    ...phases(value, 'current', [16_400, 16_402, 16_404], 'A', milliamperes),
    ...phases(value, 'voltage', [16_406, 16_408, 16_410], 'V', {
      scale: 0.1,
      minimum: 0,
      maximum: 300,
    }),
    value('power', 16_412, 'W', { sign: 1, minimum: 0, maximum: 50_000 }),
    value('sessionEnergy', 16_414, 'Wh', { minimum: 0 }),
  ],
  identity: { match: [], firmware: 'firmware' },
  controls: [
    {
      id: 'chargeCurrent',
      unit: 'A',
      minimum: 6,
      maximum: { point: 'maximumRatedCurrent' },
      allowZero: true,
      steps: [
        {
          table: 'holding',
          address: 16_640,
          fields: [{ encoding: 'u32', value: { factor: 1000 } }],
          multiple: true,
        },
      ],
      verify: { point: 'chargeCurrentLimit', tolerance: 0.1 },
      storage: 'volatile',
      onLoss: 'after its communication timeout uses a fallback limit set in the station',
      fallback: { value: 'unknown', configurable: true },
      safeValue: 6,
      risk: 'import',
      responseMs: 5000,
      release: [{ table: 'holding', address: 16_640, fields: [{ encoding: 'u32', value: 6000 }] }],
      believed: [
        'Register 16640 is volatile.',
        'The communication timeout (register 16646) counts from the last read or write.',
      ],
    },
  ],
  limits: { minCurrentAmperes: 6, maxCurrentAmperes: { point: 'maximumRatedCurrent' } },
  deny: [
    {
      table: 'holding',
      address: 16_642,
      count: 1,
      why: 'sets the phases, which the firmware seen does not support',
    },
    { table: 'holding', address: 16_646, count: 1, why: 'communication timeout of the station' },
  ],
  quirks: [
    'Something must be read at least every 30 s, or the communication timeout ends remote control.',
    'The energy is that of the session: the station has no lifetime counter.',
    'State 5 (session stopped) does not tell whether a vehicle is plugged in; it counts as not connected.',
  ],
  sources: [{ title: 'evcc-io/evcc, charger/abb.go', reference: 'b29b49e30 (2026-08-08)' }],
  confidence: 'high',
  believed: ['The block of 32 registers from 16384 is answered in one read.'],
  vectors: [
    {
      note: 'charging (state 4 in the high byte) with 10 A offered; the top bit of the state is ignored',
      registers: [
        { table: 'holding', address: 16_390, bytes: '00007D00' },
        { table: 'holding', address: 16_396, bytes: '00008400' },
        { table: 'holding', address: 16_398, bytes: '00002710' },
        { table: 'holding', address: 16_400, bytes: '000026AC 000026DE 00002706' },
        { table: 'holding', address: 16_406, bytes: '00000901 0000090C 000008F6' },
        { table: 'holding', address: 16_412, bytes: '00001AD8 000004D2' },
      ],
      values: {
        connected: 1,
        charging: 1,
        chargeCurrentLimit: 10,
        currentL1: 9.9,
        currentL2: 9.95,
        currentL3: 9.99,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        power: 6872,
        sessionEnergy: 1_234_000,
      },
      commands: [
        {
          control: 'chargeCurrent',
          value: 16,
          writes: [{ table: 'holding', address: 16_640, bytes: '00003E80' }],
        },
        {
          control: 'chargeCurrent',
          value: 0,
          writes: [{ table: 'holding', address: 16_640, bytes: '00000000' }],
        },
      ],
    },
    {
      note: 'plugged in and waiting for authorisation',
      registers: [{ table: 'holding', address: 16_396, bytes: '00000100' }],
      values: { connected: 1, charging: 0 },
    },
    {
      note: 'idle',
      registers: [{ table: 'holding', address: 16_396, bytes: '00000000' }],
      values: { connected: 0, charging: 0 },
    },
  ],
};
