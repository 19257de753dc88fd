import type { Profile, RegisterPoint } from '@microgrid/devices';
import { doubted, phases, registers } from '../registers.js';

/** float32, most significant register first, function code 3. */
const value = registers({ table: 'holding', encoding: 'f32' });

/** "C2", as the first of the five registers of the mode 3 state holds it. */
const state = (characters: string): number =>
  characters.charCodeAt(0) * 256 + (characters.length > 1 ? characters.charCodeAt(1) : 0);

const mode3 = (id: string, states: readonly string[]): RegisterPoint => ({
  id,
  table: 'holding',
  address: 1201,
  encoding: 'u16',
  unit: 'bool',
  oneOf: states.flatMap((one) =>
    // A state of one letter is padded with NUL or with a blank.
    one.length === 1 ? [state(one), state(`${one} `)] : [state(one)],
  ),
  rate: 'high',
});

/**
 * One socket of an Alfen Eve (NG9xx platform): unit 1 or 2; the station itself is unit 200. A current
 * is valid for a time set in the station, usually 60 s.
 */
export const alfenEve: Profile = {
  schema: 'microgrid/profile/1',
  id: 'alfen-eve',
  manufacturer: 'Alfen',
  models: ['Eve Single', 'Eve Double (one socket)'],
  roles: ['charger'],
  phases: 3,
  transport: {
    kinds: ['tcp'],
    unit: 1,
    port: 502,
    registersPerRead: 125,
    idleCloseMs: 60_000,
    bridgeRegisters: 20,
  },
  points: [
    ...phases(value, 'voltage', [306, 308, 310], 'V', { minimum: 0, maximum: 300 }),
    ...phases(value, 'current', [320, 322, 324], 'A', { minimum: 0, maximum: 80 }),
    value('power', 344, 'W', { sign: 1, minimum: 0, maximum: 50_000 }),
    {
      id: 'importEnergy',
      table: 'holding',
      address: 374,
      encoding: 'f64',
      unit: 'Wh',
      rate: 'high',
      minimum: 0,
    },
    mode3('connected', ['B', 'B1', 'B2', 'C', 'C1', 'C2', 'D', 'D1', 'D2']),
    mode3('charging', ['C2', 'D2']),
    mode3('fault', ['E', 'F']),
    value('chargeCurrentLimit', 1206, 'A', {
      minimum: 0,
      maximum: 80,
      ...doubted('Register 1206 is the current that the station offers.'),
    }),
    value('setCurrent', 1210, 'A', { internal: true, rate: 'low', twin: 0 }),
    value('fallbackCurrent', 1212, 'A', {
      minimum: 0,
      maximum: 80,
      rate: 'low',
      twin: 6,
      ...doubted('Register 1212 is the safe current that the station falls back to.'),
    }),
  ],
  controls: [
    {
      id: 'chargeCurrent',
      unit: 'A',
      minimum: 6,
      maximum: 32,
      allowZero: true,
      steps: [
        {
          table: 'holding',
          address: 1210,
          fields: [{ encoding: 'f32', value: { factor: 1 } }],
          multiple: true,
        },
      ],
      verify: 'registers',
      storage: 'volatile',
      expiryMs: 60_000,
      refreshMs: 25_000,
      onLoss: 'falls to the safe current set in the station after its validity time, usually 60 s',
      fallback: { value: { point: 'fallbackCurrent' }, configurable: true },
      safeValue: 6,
      risk: 'import',
      responseMs: 2000,
      // The fallback of the station takes over; full current would be a command.
      release: [{ table: 'holding', address: 1210, fields: [{ encoding: 'f32', value: 6 }] }],
    },
  ],
  limits: { minCurrentAmperes: 6, maxCurrentAmperes: 32 },
  deny: [
    {
      table: 'holding',
      address: 1215,
      count: 1,
      why: 'switches phases, which wears the contactor',
    },
  ],
  quirks: [
    'Load balancing by an energy management system must be enabled in the station.',
    'At most two masters; a connection without a request is closed after 60 s.',
    'A safe current of 0 stops charging when this program does.',
  ],
  sources: [
    { title: 'evcc-io/evcc, charger/alfen.go', reference: 'b29b49e30 (2026-08-08)' },
    { title: 'Alfen, Implementation of Modbus Slave TCP/IP for the NG9xx platform, v2.3' },
  ],
  confidence: 'high',
  believed: [
    'The validity time in the station is at least 60 s.',
    'States B and C without a digit mean a vehicle is connected.',
  ],
  vectors: [
    {
      note: 'charging on three phases; energy is float64',
      registers: [
        { table: 'holding', address: 306, bytes: '43668000 43674000 4365C000' },
        { table: 'holding', address: 320, bytes: '41200000 41240000 411C0000' },
        { table: 'holding', address: 344, bytes: '45D7F800' },
        { table: 'holding', address: 374, bytes: '4132D68760000000' },
        { table: 'holding', address: 1201, bytes: '4332' },
        { table: 'holding', address: 1206, bytes: '41200000' },
        { table: 'holding', address: 1210, bytes: '41200000 40C00000' },
      ],
      values: {
        voltageL1: 230.5,
        voltageL2: 231.25,
        voltageL3: 229.75,
        currentL1: 10,
        currentL2: 10.25,
        currentL3: 9.75,
        power: 6911,
        importEnergy: 1_234_567_375,
        connected: 1,
        charging: 1,
        fault: 0,
        chargeCurrentLimit: 10,
        fallbackCurrent: 6,
      },
      commands: [
        {
          control: 'chargeCurrent',
          value: 13.5,
          writes: [{ table: 'holding', address: 1210, bytes: '41580000' }],
        },
        {
          control: 'chargeCurrent',
          value: 0,
          writes: [{ table: 'holding', address: 1210, bytes: '00000000' }],
        },
      ],
    },
    {
      note: 'no vehicle; phases that are not there are not numbers',
      registers: [
        { table: 'holding', address: 308, bytes: '7FC00000 7FC00000' },
        { table: 'holding', address: 1201, bytes: '4100' },
      ],
      values: { connected: 0, charging: 0, voltageL2: null, voltageL3: null },
    },
  ],
};
