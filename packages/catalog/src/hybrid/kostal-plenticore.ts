import type { Profile, ProfileControl, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { asciiRegisters, doubted, phases, registers, text } from '../registers.js';
import {
  CELSIUS,
  GRID_HERTZ,
  GRID_PHASE_WATTS,
  GRID_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
  POWER_FACTOR,
} from './bounds.js';

/** Floats come with their less significant register first: byte order 0 at register 5, the setting from the works. */
const f32 = registers({ table: 'holding', encoding: 'f32', wordOrder: 'little' });
const u16 = registers({ table: 'holding', encoding: 'u16' });
const s16 = registers({ table: 'holding', encoding: 's16' });

const counter = { minimum: 0, rate: 'low' } as const;
const rating = { internal: true, rate: 'once' } as const;
const nameplate = { point: 'ratedPower', factor: 1.5 };

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'identity' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Kostal',
  phases: 3,
  transport: {
    kinds: ['tcp'],
    unit: 71,
    port: 1502,
    registersPerRead: 100,
    requestTimeoutMs: 5000,
    oneClient: true,
    bridgeRegisters: 6,
  },
  identity: {
    match: [
      {
        table: 'holding',
        address: 5,
        anyOf: [[0]],
        meaning: 'the byte order 0 (less significant register first); change it in the inverter',
      },
      {
        table: 'holding',
        address: 768,
        anyOf: [asciiRegisters('PLENTICORE')],
        meaning: 'a product name that begins with PLENTICORE',
      },
    ],
    model: 'model',
    serial: 'serial',
  },
  sources: [
    { title: 'KOSTAL interface description MODBUS (TCP) and SunSpec, DOC02308910-0016' },
    {
      title: 'evcc-io/evcc, templates/definition/meter/kostal-plenticore-gen2.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
  ],
  confidence: 'medium',
};

const names = [text('model', 768, 32), text('serial', 14, 8)];

const string = (id: string, address: number): RegisterPoint =>
  f32(id, address, 'W', { internal: true, ...INVERTER_WATTS });

/** The inverter: strings, AC port, state. It counts what it gives as positive. */
const inverterPoints: ProfilePoint[] = [
  u16('operating', 57, 'bool', {
    oneOf: [6, 7],
    rate: 'low',
    ...doubted('The low register of the state (57) is 6 while feeding in and 7 while throttled.'),
  }),
  f32('temperature', 98, '°C', { rate: 'low', ...CELSIUS }),
  f32('frequency', 152, 'Hz', GRID_HERTZ),
  ...phases(f32, 'current', [154, 160, 166], 'A', PHASE_AMPERES),
  ...phases(f32, 'power', [156, 162, 168], 'W', { sign: -1, ...INVERTER_WATTS }),
  ...phases(f32, 'voltage', [158, 164, 170], 'V', PHASE_VOLTS),
  f32('power', 172, 'W', { sign: -1, nameplate }),
  f32('reactivePower', 174, 'var', { sign: -1, rate: 'low' }),
  f32('apparentPower', 178, 'VA', { rate: 'low' }),
  string('string1Power', 260),
  string('string2Power', 270),
  string('string3Power', 280),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1, optional: true },
      // With a battery the third input is the battery's.
    ],
  },
  u16('ratedPower', 531, 'W', { ...rating, twin: 10_000 }),
  f32('exportEnergy', 320, 'Wh', {
    ...counter,
    ...doubted('The total yield (320) is the energy out of the AC port.'),
  }),
  f32('pvEnergy', 1056, 'Wh', counter),
];

/** The battery: current and power are negative while it charges. */
const batteryPoints: RegisterPoint[] = [
  f32('batteryCurrent', 200, 'A', { sign: -1, minimum: -200, maximum: 200 }),
  f32('batteryTemperature', 214, '°C', { rate: 'low', ...CELSIUS }),
  f32('batteryVoltage', 216, 'V', { minimum: 0, maximum: 1000 }),
  u16('stateOfCharge', 514, '%', PERCENT),
  s16('batteryPower', 582, 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('The battery power (582) is positive while it discharges, as its current is.'),
  }),
  f32('batteryChargeEnergy', 1046, 'Wh', {
    ...counter,
    ...doubted(
      'Register 1046 counts what the DC side gives the battery; what the AC side gives is 1050.',
    ),
  }),
  f32('batteryDischargeEnergy', 1048, 'Wh', counter),
  f32('batteryCapacity', 1068, 'Wh', { ...rating, twin: 10_000 }),
  f32('maximumChargePower', 1076, 'W', { ...rating, twin: 5000 }),
  f32('maximumDischargePower', 1078, 'W', { ...rating, twin: 5000 }),
];

/** The power meter at the grid connection: positive is import. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    ...phases(f32, name('gridPower', 'power'), [224, 234, 244], 'W', {
      sign: 1,
      ...GRID_PHASE_WATTS,
    }),
    f32(name('gridPower', 'power'), 252, 'W', { sign: 1, ...GRID_WATTS }),
  ];
}

const meterElectricity: RegisterPoint[] = [
  f32('powerFactor', 218, 'ratio', { rate: 'low', ...POWER_FACTOR }),
  f32('frequency', 220, 'Hz', GRID_HERTZ),
  ...phases(f32, 'current', [222, 232, 242], 'A', PHASE_AMPERES),
  ...phases(f32, 'reactivePower', [226, 236, 246], 'var', { sign: 1, rate: 'low' }),
  ...phases(f32, 'apparentPower', [228, 238, 248], 'VA', { rate: 'low' }),
  ...phases(f32, 'voltage', [230, 240, 250], 'V', PHASE_VOLTS),
  f32('reactivePower', 254, 'var', { sign: 1, rate: 'low' }),
  f32('apparentPower', 256, 'VA', { rate: 'low' }),
];

const float = (address: number, value: { factor: number } | { point: string } | number) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'f32' as const, wordOrder: 'little' as const, value }],
});

const shared = {
  verify: 'registers',
  storage: 'volatile',
  expiryMs: 60_000,
  refreshMs: 15_000,
  onLoss: 'returns to its own battery management after a time set in the inverter',
  fallback: { value: 'own', configurable: true },
  responseMs: 10_000,
} as const;

const external = [
  'Registers 1034, 1038 and 1040 are volatile.',
  'The time in the inverter until it takes over again is 60 s or less than that, but above 15 s.',
];

/** Negative charges, positive discharges: the sign is turned. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: { point: 'maximumDischargePower', factor: -1 },
  maximum: { point: 'maximumChargePower' },
  steps: [float(1034, { factor: -1 })],
  ...shared,
  safeValue: 0,
  risk: 'both',
  release: [float(1034, 0)],
  excludes: ['chargeLimit', 'dischargeLimit'],
  believed: external,
};

const limit = (
  id: 'chargeLimit' | 'dischargeLimit',
  address: number,
  most: string,
): ProfileControl => ({
  id,
  unit: 'W',
  minimum: 0,
  maximum: { point: most },
  steps: [float(address, { factor: 1 })],
  ...shared,
  safeValue: 0,
  risk: id === 'chargeLimit' ? 'import' : 'export',
  release: [float(address, { point: most })],
  excludes: ['batteryPower'],
  believed: external,
});

const quirks = [
  'The byte order is a setting (register 5): this profile needs 0, the less significant register first.',
  'Only one system may command the inverter.',
];

/** Kostal Plenticore with a battery; the meter at the grid connection shows as the grid port. */
export const kostalPlenticore: Profile = {
  ...common,
  id: 'kostal-plenticore',
  models: ['PLENTICORE plus', 'PLENTICORE G2', 'PLENTICORE G3'],
  roles: ['hybridInverter'],
  points: [...names, ...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [
    batteryPower,
    limit('chargeLimit', 1038, 'maximumChargePower'),
    limit('dischargeLimit', 1040, 'maximumDischargePower'),
  ],
  limits: {
    maxExportWatts: { point: 'ratedPower' },
    maxImportWatts: { point: 'ratedPower' },
    maxChargeWatts: { point: 'maximumChargePower' },
    maxDischargeWatts: { point: 'maximumDischargePower' },
    capacityMilliwattHours: { point: 'batteryCapacity' },
  },
  deny: [
    { table: 'holding', address: 2, count: 4, why: 'Modbus switch, unit id and byte order' },
    { table: 'holding', address: 416, count: 46, why: 'network settings' },
    {
      table: 'holding',
      address: 533,
      count: 1,
      why: 'active power set point of the grid operator',
    },
    { table: 'holding', address: 583, count: 3, why: 'reactive power set points' },
    { table: 'holding', address: 1280, count: 10, why: 'battery limits and their fallback' },
  ],
  quirks: [
    ...quirks,
    'External battery management over Modbus must be enabled by the installer.',
    'With a battery its input is the third string: only two strings count as PV.',
    'A meter at position 1 (home consumption) shows the house and not the grid.',
  ],
  believed: [
    'At most 100 registers in one read, over holes of up to 6.',
    'The product name is PLENTICORE at register 768.',
    'The meter stands at position 2 (grid connection).',
  ],
  sameDeviceAs: ['kostal-plenticore-meter'],
  vectors: [
    {
      note: 'giving 3,450 W, charging with 2,500 W (the device says -2500); low register first',
      registers: [
        { table: 'holding', address: 57, bytes: '0006' },
        { table: 'holding', address: 98, bytes: '0000 4226' },
        { table: 'holding', address: 152, bytes: '0000 4248' },
        { table: 'holding', address: 154, bytes: '0000 40A0 C000 448F 8000 4366' },
        { table: 'holding', address: 160, bytes: '0000 40B0 C000 448F 4000 4367' },
        { table: 'holding', address: 166, bytes: '0000 40C0 C000 448F C000 4365' },
        { table: 'holding', address: 172, bytes: 'A000 4557 0000 4348' },
        { table: 'holding', address: 178, bytes: '0000 4558' },
        { table: 'holding', address: 200, bytes: '0000 C0C0' },
        { table: 'holding', address: 214, bytes: '0000 41C8 8000 43CD' },
        { table: 'holding', address: 224, bytes: '0000 C448' },
        { table: 'holding', address: 234, bytes: '0000 C416' },
        { table: 'holding', address: 244, bytes: '0000 C416' },
        { table: 'holding', address: 252, bytes: '0000 C4FA' },
        { table: 'holding', address: 260, bytes: '8000 453B' },
        { table: 'holding', address: 270, bytes: '8000 453B' },
        { table: 'holding', address: 320, bytes: '2400 4974' },
        { table: 'holding', address: 514, bytes: '0037' },
        { table: 'holding', address: 531, bytes: '2710' },
        { table: 'holding', address: 582, bytes: 'F63C' },
        { table: 'holding', address: 1046, bytes: '5000 4843 C800 482F' },
        { table: 'holding', address: 1056, bytes: '2400 49F4' },
        { table: 'holding', address: 1076, bytes: '4000 459C 4000 459C' },
      ],
      values: {
        operating: 1,
        temperature: 41.5,
        frequency: 50,
        currentL1: 5,
        currentL2: 5.5,
        currentL3: 6,
        powerL1: -1150,
        powerL2: -1150,
        powerL3: -1150,
        voltageL1: 230.5,
        voltageL2: 231.25,
        voltageL3: 229.75,
        power: -3450,
        reactivePower: -200,
        apparentPower: 3456,
        pvPower: -6000,
        exportEnergy: 1_000_000_000,
        pvEnergy: 2_000_000_000,
        batteryCurrent: 6,
        batteryTemperature: 25,
        batteryVoltage: 411,
        stateOfCharge: 55,
        batteryPower: 2500,
        batteryChargeEnergy: 200_000_000,
        batteryDischargeEnergy: 180_000_000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridPower: -2000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [{ table: 'holding', address: 1034, bytes: '8000 C53B' }],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [{ table: 'holding', address: 1034, bytes: '4000 451C' }],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [{ table: 'holding', address: 1034, bytes: '0000 0000' }],
        },
        {
          control: 'chargeLimit',
          value: 2500,
          writes: [{ table: 'holding', address: 1038, bytes: '4000 451C' }],
        },
        {
          control: 'dischargeLimit',
          value: 1000,
          writes: [{ table: 'holding', address: 1040, bytes: '0000 447A' }],
        },
      ],
    },
    {
      note: 'a float that is not a number is absent; discharging is negative',
      registers: [
        { table: 'holding', address: 172, bytes: '0000 7FC0' },
        { table: 'holding', address: 582, bytes: '05DC' },
      ],
      values: { power: null, batteryPower: -1500 },
    },
  ],
};

/** The energy meter behind a Plenticore as the grid meter of the site. */
export const kostalPlenticoreMeter: Profile = {
  ...common,
  id: 'kostal-plenticore-meter',
  models: ['KOSTAL Smart Energy Meter and other meters behind a PLENTICORE, position 2'],
  roles: ['gridMeter'],
  blocks: [{ table: 'holding', address: 218, count: 40, rate: 'high' }],
  points: [...names, ...meterPoints('device'), ...meterElectricity],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [
    ...quirks,
    'A meter at position 1 (home consumption) shows the house and not the grid.',
    'It has no energy counters here: from SW 02.12 (G2) and 3.04.01 (G3) SunSpec model 203 has them.',
  ],
  believed: ['The product name is PLENTICORE at register 768.'],
  sameDeviceAs: ['kostal-plenticore'],
  vectors: [
    {
      note: 'importing 1,200 W, exporting on L2; low register first',
      registers: [
        { table: 'holding', address: 218, bytes: '0000 3F78 0000 4248' },
        {
          table: 'holding',
          address: 222,
          bytes: '0000 40A0 0000 447A 0000 4248 0000 447B 8000 4366',
        },
        {
          table: 'holding',
          address: 232,
          bytes: '0000 BF80 0000 C348 0000 41A0 0000 434A 4000 4367',
        },
        {
          table: 'holding',
          address: 242,
          bytes: '0000 3FE0 0000 43C8 0000 41F0 0000 43C9 C000 4365',
        },
        { table: 'holding', address: 252, bytes: '0000 4496 0000 42C8 8000 4496' },
      ],
      values: {
        powerFactor: 0.96875,
        frequency: 50,
        currentL1: 5,
        currentL2: 1,
        currentL3: 1.75,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        reactivePowerL1: 50,
        reactivePowerL2: 20,
        reactivePowerL3: 30,
        apparentPowerL1: 1004,
        apparentPowerL2: 202,
        apparentPowerL3: 402,
        voltageL1: 230.5,
        voltageL2: 231.25,
        voltageL3: 229.75,
        power: 1200,
        reactivePower: 100,
        apparentPower: 1204,
      },
    },
  ],
};
