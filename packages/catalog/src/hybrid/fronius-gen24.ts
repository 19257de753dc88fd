import type { Profile, ProfilePoint } from '@microgrid/devices';
import { asciiRegisters } from '../registers.js';
import { sunspecHybrid } from '../sunspec-hybrid.js';
import { MAP } from '../sunspec/map.js';
import { METER_REGISTERS, meterModelPoints } from '../sunspec/meter-points.js';
import { commonPoints, modelHeader, scaleFactor, u16 } from '../sunspec/points.js';
import { sunspecNames } from '../sunspec/profile.js';

const manufacturer: NonNullable<Profile['identity']>['match'][number] = {
  table: 'holding',
  address: MAP.common + 2,
  anyOf: [asciiRegisters('Fronius')],
  meaning: 'the manufacturer Fronius',
};

const energy = (id: string, module: number): ProfilePoint => ({
  ...u16(id, MAP.mppt + 22 + 20 * module, 'Wh', {
    scaleFrom: 'mpptEnergySf',
    encoding: 'u32',
    absent: [0, 0xffff_ffff],
    rate: 'high',
  }),
});

/** Lifetime energies of the four modules of model 160, which the generic profile leaves out. */
const moduleEnergies: ProfilePoint[] = [
  scaleFactor('mpptEnergySf', MAP.mppt + 5, 0),
  { ...energy('string1Energy', 0), internal: true },
  { ...energy('string2Energy', 1), internal: true },
  {
    id: 'pvEnergy',
    unit: 'Wh',
    sum: [{ point: 'string1Energy' }, { point: 'string2Energy', optional: true }],
  },
  energy('batteryChargeEnergy', 2),
  energy('batteryDischargeEnergy', 3),
];

const sources: Profile['sources'] = [
  ...sunspecHybrid.sources,
  { title: 'home-assistant.io, pulls 47619 and 47915: reversion timers of the GEN24' },
];

const settings =
  'Set the inverter to the integer map (int + SF) and switch on control over Modbus in its web page.';

/** Fronius GEN24 and Verto with a battery, set to integer registers; its meter is unit 200. */
export const froniusGen24: Profile = {
  ...sunspecHybrid,
  id: 'fronius-gen24',
  manufacturer: 'Fronius',
  models: ['Primo GEN24 Plus', 'Symo GEN24 Plus', 'Verto Plus'],
  transport: { kinds: ['tcp'], unit: 1, port: 502, registersPerRead: 125 },
  identity: {
    match: [...(sunspecHybrid.identity?.match ?? []), manufacturer],
    ...sunspecNames,
  },
  points: [...sunspecHybrid.points, ...moduleEnergies],
  quirks: [
    ...(sunspecHybrid.quirks ?? []),
    settings,
    'Its meter answers at unit 200 (older firmware: 240): use fronius-smart-meter.',
  ],
  sources,
  believed: [
    ...(sunspecHybrid.believed ?? []),
    'The vendor documents no timeout of battery set points; the reversion timer was seen to work in the field.',
  ],
  vectors: [
    ...sunspecHybrid.vectors,
    {
      note: 'energies of the modules share one scale factor; a second string that is not fitted is left out',
      registers: [
        { table: 'holding', address: MAP.mppt + 5, bytes: '0001' },
        { table: 'holding', address: MAP.mppt + 22, bytes: '0012D687' },
        { table: 'holding', address: MAP.mppt + 42, bytes: '00000000' },
        { table: 'holding', address: MAP.mppt + 62, bytes: '00030D40' },
        { table: 'holding', address: MAP.mppt + 82, bytes: '0002BF20' },
      ],
      values: {
        pvEnergy: 12_345_670_000,
        batteryChargeEnergy: 2_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
      },
    },
  ],
};

/** A Fronius Smart Meter behind a GEN24: model 203 with integer registers, at unit 200. */
export const froniusSmartMeter: Profile = {
  schema: 'microgrid/profile/1',
  id: 'fronius-smart-meter',
  manufacturer: 'Fronius',
  models: ['Smart Meter 63A, 65A and 50kA behind a GEN24'],
  roles: ['gridMeter', 'meter'],
  phases: 3,
  transport: { kinds: ['tcp'], unit: 200, port: 502, registersPerRead: 125 },
  identity: {
    match: [
      {
        table: 'holding',
        address: MAP.marker,
        anyOf: [[0x5375, 0x6e53]],
        meaning: 'the marker SunS',
      },
      modelHeader(MAP.common, [1], 65),
      manufacturer,
      modelHeader(MAP.inverter, [203, 202, 201], METER_REGISTERS - 2),
    ],
    ...sunspecNames,
  },
  blocks: [{ table: 'holding', address: MAP.inverter, count: METER_REGISTERS, rate: 'high' }],
  points: [...commonPoints, ...meterModelPoints(MAP.inverter, 1, 'device')],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [
    settings,
    'Older firmware has the meter at unit 240.',
    'Positive power is import when the meter stands at the feed-in point.',
  ],
  sources: [
    { title: 'SunSpec Device Information Model Reference, models 201 to 204' },
    {
      title: 'evcc-io/evcc, templates/definition/meter/fronius-gen24.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
  ],
  confidence: 'high',
  believed: ['Unit 240 on older firmware.'],
  vectors: [
    {
      note: 'importing 1,200.5 W',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '00CB0069020C020C00640011FFFE8000090108FC09068000800080008000FFFF' +
            '1389FFFE2EE52710F8301005FFFF04D20000000000000000009C0000000000000000' +
            '80008000800080008000',
        },
        { table: 'holding', address: MAP.inverter + 38, bytes: '0007A120' },
        { table: 'holding', address: MAP.inverter + 40, bytes: '000186A0 00030D40 000493E0' },
        { table: 'holding', address: MAP.inverter + 46, bytes: '00BC614E' },
        { table: 'holding', address: MAP.inverter + 48, bytes: '0012D687 0012D688 0012D689 0000' },
      ],
      values: {
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 0.17,
        voltageL1: 230.5,
        voltageL2: 230,
        voltageL3: 231,
        frequency: 50.01,
        power: 1200.5,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 410.1,
        apparentPower: 1234,
        reactivePower: 156,
        exportEnergy: 500_000_000,
        exportEnergyL1: 100_000_000,
        exportEnergyL2: 200_000_000,
        exportEnergyL3: 300_000_000,
        importEnergy: 12_345_678_000,
        importEnergyL1: 1_234_567_000,
        importEnergyL2: 1_234_568_000,
        importEnergyL3: 1_234_569_000,
      },
    },
    {
      note: 'an accumulator of 0 is not accumulated',
      registers: [
        { table: 'holding', address: MAP.inverter + 18, bytes: '8000' },
        { table: 'holding', address: MAP.inverter + 22, bytes: '0000' },
        { table: 'holding', address: MAP.inverter + 46, bytes: '00000000' },
        { table: 'holding', address: MAP.inverter + 54, bytes: '0000' },
      ],
      values: { power: null, importEnergy: null },
    },
  ],
};
