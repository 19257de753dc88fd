import type { Profile, ProfileControl, ProfilePoint } from '@microgrid/devices';
import { asciiRegisters, doubted, registers } from '../registers.js';
import { MAP } from '../sunspec/map.js';
import { METER_REGISTERS, meterModelPoints } from '../sunspec/meter-points.js';
import { commonPoints, inverterPoints, modelHeader } from '../sunspec/points.js';
import { sunspecNames } from '../sunspec/profile.js';
import { CELSIUS, INVERTER_WATTS, PERCENT } from './bounds.js';

/** Beyond SunSpec everything is 32 or 64 bits with the less significant register first. */
const f32 = registers({ table: 'holding', encoding: 'f32', wordOrder: 'little' });
const u64 = registers({ table: 'holding', encoding: 'u64', wordOrder: 'little' });

/** First register of the first meter's model 203. */
const METER = 40_188;

const manufacturer: NonNullable<Profile['identity']>['match'][number] = {
  table: 'holding',
  address: MAP.common + 2,
  anyOf: [asciiRegisters('SolarEdge')],
  meaning: 'the manufacturer SolarEdge',
};

const marker: NonNullable<Profile['identity']>['match'][number] = {
  table: 'holding',
  address: MAP.marker,
  anyOf: [[0x5375, 0x6e53]],
  meaning: 'the marker SunS',
};

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'SolarEdge',
  phases: 3,
  transport: {
    kinds: ['tcp', 'rtu'],
    unit: 1,
    port: 1502,
    baudRate: 115_200,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 110,
    oneClient: true,
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/solaredge-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    { title: 'WillCodeForCats/solaredge-modbus-multi, issue 726' },
    { title: 'binsentsu/home-assistant-solaredge-modbus, issue 232' },
  ],
  confidence: 'high',
};

const rating = { internal: true, rate: 'once' } as const;
const energy = { minimum: 0, rate: 'low' } as const;

/** The first battery, from 0xE100: positive power charges. */
const batteryPoints: ProfilePoint[] = [
  f32('ratedEnergy', 57_666, 'Wh', {
    ...rating,
    twin: 9700,
    ...doubted('Register 57666 is the rated energy.'),
  }),
  f32('maximumChargePower', 57_668, 'W', {
    ...rating,
    twin: 5000,
    ...doubted('Register 57668 is the most that the battery takes for long.'),
  }),
  f32('maximumDischargePower', 57_670, 'W', {
    ...rating,
    twin: 5000,
    ...doubted('Register 57670 is the most that the battery gives for long.'),
  }),
  f32('batteryTemperature', 57_708, '°C', {
    rate: 'low',
    ...CELSIUS,
    ...doubted('Register 57708 is the average temperature of the battery.'),
  }),
  f32('batteryVoltage', 57_712, 'V', {
    minimum: 0,
    maximum: 1000,
    ...doubted('Register 57712 is the voltage of the battery.'),
  }),
  f32('batteryCurrent', 57_714, 'A', {
    sign: 1,
    minimum: -200,
    maximum: 200,
    ...doubted('Register 57714 is the current of the battery, positive while it charges.'),
  }),
  f32('batteryPower', 57_716, 'W', { sign: 1, ...INVERTER_WATTS }),
  u64('batteryDischargeEnergy', 57_718, 'Wh', energy),
  u64('batteryChargeEnergy', 57_722, 'Wh', energy),
  f32('stateOfHealth', 57_730, '%', {
    rate: 'low',
    ...PERCENT,
    ...doubted('Register 57730 is the state of health.'),
  }),
  f32('stateOfCharge', 57_732, '%', PERCENT),
  {
    id: 'pvPower',
    unit: 'W',
    // What the PV generator gives goes to the inverter and into the battery.
    sum: [{ point: 'dcPower' }, { point: 'batteryPower', factor: -1, optional: true }],
  },
];

const word = (address: number, value: number, more = {}) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'u16' as const, value }],
  ...more,
});

const float = (address: number, factor: number, more = {}) => ({
  table: 'holding' as const,
  address,
  fields: [
    {
      encoding: 'f32' as const,
      wordOrder: 'little' as const,
      value: factor === 0 ? 0 : { factor },
    },
  ],
  ...more,
});

const rated = (address: number, point: string) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'f32' as const, wordOrder: 'little' as const, value: { point } }],
});

/**
 * Remote commands of the battery: 3 charges from PV and grid, 4 discharges as much as allowed, 7 is
 * self-consumption. Without a command for the timeout at 0xE00B the default mode takes over.
 */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: { point: 'maximumDischargePower', factor: -1 },
  maximum: { point: 'maximumChargePower' },
  steps: [
    // Stored, so written only when they are not so: self-consumption after 60 s, remote control.
    word(57_354, 7, { purpose: 'fallback', once: true }),
    {
      table: 'holding',
      address: 57_355,
      fields: [{ encoding: 'u32', wordOrder: 'little', value: 60 }],
      purpose: 'fallback',
      once: true,
    },
    word(57_348, 4, { purpose: 'fallback', once: true }),
    float(57_358, 1, { when: 'positive' }),
    float(57_358, 0, { when: 'zero', purpose: 'setPoint' }),
    float(57_360, -1, { when: 'negative' }),
    float(57_360, 0, { when: 'notNegative', purpose: 'setPoint' }),
    word(57_357, 3, { when: 'positive' }),
    word(57_357, 4, { when: 'negative' }),
    word(57_357, 7, { when: 'zero' }),
  ],
  verify: 'registers',
  storage: 'volatile',
  expiryMs: 60_000,
  refreshMs: 30_000,
  onLoss: 'returns to self-consumption after 60 s',
  fallback: { value: 'own' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  release: [
    rated(57_358, 'maximumChargePower'),
    rated(57_360, 'maximumDischargePower'),
    word(57_357, 7),
  ],
  confidence: 'medium',
  believed: [
    'Registers 57357 to 57361 are volatile.',
    'The storage control mode (57348, 4 = remote), the default mode (57354) and the command timeout (57355) are stored.',
    'Mode 7 with both limits at 0 leaves the battery idle.',
    'Registers 57668 and 57670 are the most that the battery takes and gives.',
  ],
};

/** The dynamic limit in percent of the most active power, which is said not to be saved. */
const exportLimit: ProfileControl = {
  id: 'exportLimit',
  unit: 'W',
  terminal: 'ac',
  minimum: 0,
  maximum: { point: 'maximumActivePower' },
  steps: [
    {
      table: 'holding',
      address: 62_242,
      fields: [
        {
          encoding: 'f32',
          wordOrder: 'little',
          value: { factor: 100, over: 'maximumActivePower' },
        },
      ],
    },
  ],
  verify: 'registers',
  storage: 'volatile',
  onLoss: 'uses its fallback limit after a timeout; both are set in the inverter (from 0xF310)',
  fallback: { value: 'unknown', configurable: true },
  safeValue: 0,
  risk: 'export',
  responseMs: 10_000,
  release: [
    {
      table: 'holding',
      address: 62_242,
      fields: [{ encoding: 'f32', wordOrder: 'little', value: 100 }],
    },
  ],
  confidence: 'medium',
  believed: [
    'Register 62242 (0xF322) is not saved.',
    'The installer has enabled dynamic power control.',
    'Register 62212 (0xF304) is the active power that 100 % stands for.',
  ],
};

const deny: NonNullable<Profile['deny']> = [
  {
    table: 'holding',
    address: 57_344,
    count: 4,
    why: 'export control settings, which are stored',
  },
  {
    table: 'holding',
    address: 57_349,
    count: 5,
    why: 'AC charge policy and limit, backup reserve, which are stored',
  },
  {
    table: 'holding',
    address: 61_440,
    count: 512,
    why: 'power control settings, which are stored',
  },
  { table: 'holding', address: 62_208, count: 34, why: 'ramps, timeouts and fallback limits' },
];

const quirks = [
  'One TCP session only: a second client throws the first one out. Port 502 on older devices.',
  'SunSpec models have the most significant register first, everything from 0xE000 the least significant.',
  'Values that are not there are the float FF7FFFFF.',
];

/** SolarEdge StorEdge and Home Hub inverters with a battery; the first meter shows as the grid port. */
export const solaredgeHybrid: Profile = {
  ...common,
  id: 'solaredge-hybrid',
  models: ['Home Hub', 'StorEdge', 'SExxK-RWS'],
  roles: ['hybridInverter'],
  sentinels: { f32: ['FFFFFF7F', 'FFFF7F7F'], u64: ['FFFFFFFFFFFFFFFF'] },
  identity: {
    match: [
      marker,
      modelHeader(MAP.common, [1], 65),
      manufacturer,
      modelHeader(MAP.inverter, [103, 102, 101], 50),
    ],
    ...sunspecNames,
  },
  blocks: [
    { table: 'holding', address: MAP.inverter, count: 52, rate: 'high' },
    { table: 'holding', address: METER, count: METER_REGISTERS, rate: 'high' },
    { table: 'holding', address: 57_708, count: 26, rate: 'high' },
  ],
  points: [
    ...commonPoints,
    ...inverterPoints('dcPower'),
    ...meterModelPoints(METER, -1, 'grid'),
    ...batteryPoints,
    f32('maximumActivePower', 62_212, 'W', {
      ...rating,
      twin: 10_000,
      ...doubted('Register 62212 is the greatest active power.'),
    }),
  ],
  controls: [batteryPower, exportLimit],
  limits: {
    maxExportWatts: { point: 'maximumActivePower' },
    maxChargeWatts: { point: 'maximumChargePower' },
    maxDischargeWatts: { point: 'maximumDischargePower' },
    capacityMilliwattHours: { point: 'ratedEnergy' },
  },
  deny,
  quirks: [
    ...quirks,
    'The meter counts export as positive: it is turned.',
    'The first set point puts the storage control into remote mode for good; a schedule set in the inverter no longer acts.',
  ],
  believed: [
    'The DC power of the inverter is what PV and battery give it together.',
    'Lifetime energies of the battery have their less significant register first.',
  ],
  sameDeviceAs: ['solaredge-meter'],
  vectors: [
    {
      note: 'giving 3,480 W, charging with 1,200 W; low word first: 1200.0 is 44960000 and comes as 0000 4496',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFF0D980000138AFFFE0D9D0000' +
            'FF3800008000800000BC614E0000FFFF8000FFFF80000E060000019F800080008000FFFF0004',
        },
        { table: 'holding', address: METER + 18, bytes: '07D0 0320 0258 0258 0000' },
        { table: 'holding', address: METER + 38, bytes: '0007A120' },
        { table: 'holding', address: METER + 46, bytes: '000493E0' },
        { table: 'holding', address: METER + 54, bytes: '0000' },
        { table: 'holding', address: 57_666, bytes: '9000 4617 4000 459C 4000 459C' },
        { table: 'holding', address: 57_708, bytes: '0000 41C8' },
        { table: 'holding', address: 57_712, bytes: '8000 43CD 0000 4038 0000 4496' },
        {
          table: 'holding',
          address: 57_718,
          bytes: 'D687 0012 0000 0000 F000 0012 0000 0000',
        },
        { table: 'holding', address: 57_730, bytes: '0000 42C6 3333 425D' },
        { table: 'holding', address: 62_212, bytes: '4000 461C' },
      ],
      values: {
        power: -3480,
        currentL1: 5.06,
        currentL2: 5.05,
        currentL3: 5.06,
        voltageL1: 230.1,
        voltageL2: 229.8,
        voltageL3: 230.5,
        frequency: 50.02,
        apparentPower: 3485,
        reactivePower: 200,
        exportEnergy: 12_345_678_000,
        dcPower: -3590,
        temperature: 41.5,
        gridPower: -2000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridExportEnergy: 500_000_000,
        gridImportEnergy: 300_000_000,
        batteryTemperature: 25,
        batteryVoltage: 411,
        batteryCurrent: 2.875,
        batteryPower: 1200,
        batteryDischargeEnergy: 1_234_567_000,
        batteryChargeEnergy: 1_241_088_000,
        stateOfHealth: 99,
        stateOfCharge: 55.29999923706055,
        pvPower: -4790,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 57_354, bytes: '0007' },
            { table: 'holding', address: 57_355, bytes: '003C 0000' },
            { table: 'holding', address: 57_348, bytes: '0004' },
            { table: 'holding', address: 57_358, bytes: '8000 453B' },
            { table: 'holding', address: 57_360, bytes: '0000 0000' },
            { table: 'holding', address: 57_357, bytes: '0003' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 57_354, bytes: '0007' },
            { table: 'holding', address: 57_355, bytes: '003C 0000' },
            { table: 'holding', address: 57_348, bytes: '0004' },
            { table: 'holding', address: 57_360, bytes: '4000 451C' },
            { table: 'holding', address: 57_357, bytes: '0004' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 57_354, bytes: '0007' },
            { table: 'holding', address: 57_355, bytes: '003C 0000' },
            { table: 'holding', address: 57_348, bytes: '0004' },
            { table: 'holding', address: 57_358, bytes: '0000 0000' },
            { table: 'holding', address: 57_360, bytes: '0000 0000' },
            { table: 'holding', address: 57_357, bytes: '0007' },
          ],
        },
        {
          control: 'exportLimit',
          value: 2500,
          writes: [{ table: 'holding', address: 62_242, bytes: '0000 41C8' }],
        },
      ],
    },
    {
      note: 'a battery that is not there: FF7FFFFF, low register first; PV is then all that the inverter gets',
      registers: [
        {
          table: 'holding',
          address: MAP.inverter,
          bytes:
            '0067003205ED01FA01F901FAFFFEFFFFFFFFFFFF08FD08FA0901FFFF0D980000138AFFFE0D9D0000' +
            '800080008000800000BC614E0000FFFF8000FFFF80000E060000019F800080008000FFFF0004',
        },
        { table: 'holding', address: 57_716, bytes: 'FFFF FF7F FFFF FFFF FFFF FFFF' },
        { table: 'holding', address: 57_732, bytes: 'FFFF FF7F' },
      ],
      values: {
        batteryPower: null,
        batteryDischargeEnergy: null,
        stateOfCharge: null,
        pvPower: -3590,
      },
    },
  ],
};

/** The first meter behind a SolarEdge inverter as the grid meter of the site. */
export const solaredgeMeter: Profile = {
  ...common,
  id: 'solaredge-meter',
  models: ['Energy Meter with Modbus connection behind an inverter (first meter)'],
  roles: ['gridMeter'],
  identity: {
    match: [
      marker,
      modelHeader(MAP.common, [1], 65),
      manufacturer,
      modelHeader(METER, [203, 202, 201, 204], METER_REGISTERS - 2),
    ],
    ...sunspecNames,
  },
  blocks: [{ table: 'holding', address: METER, count: METER_REGISTERS, rate: 'high' }],
  points: [...commonPoints, ...meterModelPoints(METER, -1, 'device')],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [...quirks, 'The meter counts export as positive: it is turned.'],
  believed: ['The first meter begins at register 40188 behind an inverter of one unit.'],
  sameDeviceAs: ['solaredge-hybrid'],
  vectors: [
    {
      note: 'importing 1,200.5 W: the meter says -12005 with a scale factor of -1',
      registers: [
        {
          table: 'holding',
          address: METER,
          bytes:
            '00CB0069020C020C00640011FFFE8000090108FC09068000800080008000FFFF' +
            '1389FFFED11BD8F007D0EFFBFFFF04D20000000000000000009C0000000000000000' +
            '80008000800080008000',
        },
        { table: 'holding', address: METER + 38, bytes: '0007A120' },
        { table: 'holding', address: METER + 40, bytes: '000186A0 00030D40 000493E0' },
        { table: 'holding', address: METER + 46, bytes: '00BC614E' },
        { table: 'holding', address: METER + 48, bytes: '0012D687 0012D688 0012D689 0000' },
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
        reactivePower: -156,
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
  ],
};
