import type { Profile, ProfileControl, RegisterPoint } from '@microgrid/devices';
import { asciiRegisters, doubted, phases, registers, text } from '../registers.js';
import {
  CELSIUS,
  GRID_HERTZ,
  GRID_PHASE_WATTS,
  GRID_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
  POWER_FACTOR,
} from './bounds.js';

const u16 = registers({ table: 'holding', encoding: 'u16' });
const s16 = registers({ table: 'holding', encoding: 's16' });
const u32 = registers({ table: 'holding', encoding: 'u32' });
const s32 = registers({ table: 'holding', encoding: 's32' });

const rating = { internal: true, rate: 'once' } as const;
const counter = { scale: 0.01, minimum: 0, rate: 'low' } as const;
const nameplate = { point: 'ratedPower', factor: 1.5 };

/** What inverter and meter have in common. */
const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'transport' | 'sentinels' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Huawei',
  transport: {
    kinds: ['tcp', 'rtu'],
    unit: 1,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    requestTimeoutMs: 5000,
    connectDelayMs: 1000,
    registersPerRead: 64,
    oneClient: true,
  },
  sentinels: {
    u16: [0xffff],
    s16: [0x7fff],
    u32: [0xffff_ffff],
    s32: [0x7fff_ffff],
  },
  sources: [
    {
      title: 'wlcrs/huawei-solar-lib, src/huawei_solar/registers.py',
      reference: '873c1b3 (2025-10-03)',
    },
    {
      title: 'evcc-io/evcc, templates/definition/meter/huawei-sun2000-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
  ],
  confidence: 'high',
};

const identity: NonNullable<Profile['identity']> = {
  match: [
    {
      table: 'holding',
      address: 30_000,
      anyOf: [asciiRegisters('SUN2000-')],
      meaning: 'a model name that begins with SUN2000-',
    },
  ],
  model: 'model',
  serial: 'serial',
};

const nameTexts = [text('model', 30_000, 15), text('serial', 30_015, 10)];

/** The inverter itself: its AC port, the PV generator and its state. */
const inverterPoints: RegisterPoint[] = [
  u32('ratedPower', 30_073, 'W', { ...rating, twin: 10_000 }),
  s32('pvPower', 32_064, 'W', { sign: -1, nameplate: { point: 'ratedPower', factor: 2 } }),
  ...phases(u16, 'voltage', [32_069, 32_070, 32_071], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(s32, 'current', [32_072, 32_074, 32_076], 'A', { scale: 0.001, ...PHASE_AMPERES }),
  s32('power', 32_080, 'W', { sign: -1, nameplate }),
  s32('reactivePower', 32_082, 'var', { sign: -1, rate: 'low' }),
  s16('powerFactor', 32_084, 'ratio', { scale: 0.001, rate: 'low', ...POWER_FACTOR }),
  u16('frequency', 32_085, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
  s16('temperature', 32_087, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u16('operating', 32_089, 'bool', {
    oneOf: [0x0200, 0x0201, 0x0202, 0x0203],
    ...doubted('States 0x0200 to 0x0203 of register 32089 mean that the inverter is connected.'),
  }),
  u16('fault', 32_089, 'bool', {
    oneOf: [0x0300],
    ...doubted('State 0x0300 of register 32089 means a shutdown by a fault.'),
  }),
  u32('exportEnergy', 32_106, 'kWh', {
    ...counter,
    ...doubted('The accumulated yield (32106) is the energy out of the AC port.'),
  }),
  u32('pvEnergy', 32_108, 'kWh', {
    ...counter,
    ...doubted('The total DC input energy (32108) is that of the PV generator.'),
  }),
];

/** The LUNA2000: positive power charges. */
const batteryPoints: RegisterPoint[] = [
  u32('maximumChargePower', 37_046, 'W', { ...rating, twin: 5000 }),
  u32('maximumDischargePower', 37_048, 'W', { ...rating, twin: 5000 }),
  u32('ratedCapacity', 37_758, 'Wh', { ...rating, twin: 10_000 }),
  u16('stateOfCharge', 37_760, '%', { scale: 0.1, ...PERCENT }),
  u16('batteryVoltage', 37_763, 'V', { scale: 0.1, minimum: 0, maximum: 1100 }),
  s16('batteryCurrent', 37_764, 'A', { scale: 0.1, sign: 1, minimum: -100, maximum: 100 }),
  s32('batteryPower', 37_765, 'W', {
    sign: 1,
    nameplate: { point: 'maximumChargePower', factor: 2 },
  }),
  u32('batteryChargeEnergy', 37_780, 'kWh', counter),
  u32('batteryDischargeEnergy', 37_782, 'kWh', counter),
];

/** The power sensor (DDSU666-H or DTSU666-H): positive is export there, so every power is turned. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  const exported = { ...counter, absolute: true } as const;
  return [
    s32(name('gridPower', 'power'), 37_113, 'W', { sign: -1, ...GRID_WATTS }),
    s32(name('gridExportEnergy', 'exportEnergy'), 37_119, 'kWh', exported),
    s32(name('gridImportEnergy', 'importEnergy'), 37_121, 'kWh', counter),
    ...phases(s32, name('gridPower', 'power'), [37_132, 37_134, 37_136], 'W', {
      sign: -1,
      ...GRID_PHASE_WATTS,
    }),
  ];
}

const meterElectricity: RegisterPoint[] = [
  ...phases(s32, 'voltage', [37_101, 37_103, 37_105], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(s32, 'current', [37_107, 37_109, 37_111], 'A', { scale: 0.01, ...PHASE_AMPERES }),
  s32('reactivePower', 37_115, 'var', { sign: -1, rate: 'low' }),
  s16('powerFactor', 37_117, 'ratio', { scale: 0.001, rate: 'low', ...POWER_FACTOR }),
  s16('frequency', 37_118, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
];

const single = (address: number, value: number, more = {}) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'u16' as const, value }],
  ...more,
});

/** Forced charging and discharging: how long first, how much next, and last that it shall be. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: { point: 'maximumDischargePower', factor: -1 },
  maximum: { point: 'maximumChargePower' },
  steps: [
    // By time, for two hours: then the inverter ends it by itself.
    single(47_246, 0),
    single(47_083, 120),
    {
      table: 'holding',
      address: 47_247,
      fields: [{ encoding: 'u32', value: { factor: 1 } }],
      when: 'notNegative',
    },
    {
      table: 'holding',
      address: 47_249,
      fields: [{ encoding: 'u32', value: { factor: -1 } }],
      when: 'negative',
    },
    single(47_100, 1, { when: 'notNegative' }),
    single(47_100, 2, { when: 'negative' }),
  ],
  verify: 'registers',
  storage: 'unknown',
  expiryMs: 7_200_000,
  refreshMs: 6_600_000,
  onLoss: 'forced charging or discharging ends after 120 minutes',
  fallback: { value: 'own' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 96,
  release: [single(47_100, 0)],
  excludes: ['chargeLimit', 'dischargeLimit'],
  confidence: 'medium',
  believed: [
    'Registers from 47075 to 47418 are stored settings. The refresh needs up to 91 writes a day, so a set point that changes often may write one register as often as that: change it seldom.',
    'Forced charging with 0 W leaves the battery idle.',
    'Writing the period again starts it again.',
  ],
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
  steps: [{ table: 'holding', address, fields: [{ encoding: 'u32', value: { factor: 1 } }] }],
  verify: 'registers',
  storage: 'stored',
  onLoss: 'keeps the limit',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: id === 'chargeLimit' ? 'import' : 'export',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [{ table: 'holding', address, fields: [{ encoding: 'u32', value: { point: most } }] }],
  excludes: ['batteryPower'],
});

/** Mode 7 limits what is fed into the grid, in 0.1 % of the rating; 0 lifts the limit. */
const exportLimit: ProfileControl = {
  id: 'exportLimit',
  unit: 'W',
  terminal: 'ac',
  minimum: 0,
  maximum: { point: 'ratedPower' },
  steps: [
    {
      table: 'holding',
      address: 47_418,
      fields: [{ encoding: 's16', value: { factor: 1000, over: 'ratedPower' } }],
    },
    single(47_415, 7),
  ],
  verify: 'registers',
  storage: 'stored',
  onLoss: 'keeps the limit',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'export',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [single(47_415, 0)],
};

const deny: NonNullable<Profile['deny']> = [
  {
    table: 'holding',
    address: 40_037,
    count: 165,
    why: 'reactive power, power factor and derating curves; start and stop of the inverter',
  },
  { table: 'holding', address: 42_000, count: 901, why: 'grid code and protection settings' },
  { table: 'holding', address: 43_006, count: 1, why: 'time zone' },
  { table: 'holding', address: 47_604, count: 2, why: 'switches to off-grid operation' },
];

const quirks = [
  'One client at a time; the connection needs about 1 s before its first request.',
  'Unit 1 through an SDongle (port 502), unit 0 or 1 through the WLAN of the inverter (port 6607).',
  'Modbus TCP is switched on with the installer account.',
];

const meterQuirk =
  'The power sensor counts export as positive: powers and currents are turned to the sign of the house.';

/** Huawei SUN2000 hybrid inverter with a LUNA2000 battery; its power sensor shows as the grid port. */
export const huaweiSun2000Luna2000: Profile = {
  ...common,
  id: 'huawei-sun2000-luna2000',
  models: ['SUN2000 L1, M1, M2 and MAP0 with LUNA2000'],
  roles: ['hybridInverter'],
  phases: 3,
  identity,
  blocks: [
    { table: 'holding', address: 32_064, count: 46, rate: 'high' },
    { table: 'holding', address: 37_113, count: 24, rate: 'high' },
    { table: 'holding', address: 37_758, count: 26, rate: 'high' },
  ],
  points: [...nameTexts, ...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [
    batteryPower,
    limit('chargeLimit', 47_075, 'maximumChargePower'),
    limit('dischargeLimit', 47_077, 'maximumDischargePower'),
    exportLimit,
  ],
  limits: {
    maxExportWatts: { point: 'ratedPower' },
    maxImportWatts: { point: 'ratedPower' },
    maxChargeWatts: { point: 'maximumChargePower' },
    maxDischargeWatts: { point: 'maximumDischargePower' },
    capacityMilliwattHours: { point: 'ratedCapacity' },
  },
  deny,
  quirks: [
    ...quirks,
    meterQuirk,
    'Charging from the grid needs register 47087 set to 1 once; this profile never writes it.',
    "Limits above the battery's own (37046, 37048) are refused.",
    'The export limit acts at the power sensor and needs it.',
  ],
  believed: [
    'The model name begins with SUN2000- at register 30000.',
    'At most 64 registers in one read.',
    'The percentage of register 47418 is of the rated power (30073).',
  ],
  sameDeviceAs: ['huawei-sun2000-meter'],
  vectors: [
    {
      note: 'producing 6 kW, charging with 2.5 kW, exporting 3 kW: the meter says +3000, the house -3000',
      registers: [
        { table: 'holding', address: 30_073, bytes: '00002710' },
        { table: 'holding', address: 32_064, bytes: '00001770' },
        { table: 'holding', address: 32_069, bytes: '0901 090C 08F6' },
        { table: 'holding', address: 32_072, bytes: '000013EC 000013F6 FFFFEC00' },
        { table: 'holding', address: 32_080, bytes: '00000D7A 000000C8 03E3 1389 0000 019F' },
        { table: 'holding', address: 32_089, bytes: '0200' },
        { table: 'holding', address: 32_106, bytes: '0012D687 0012F000' },
        { table: 'holding', address: 37_046, bytes: '00001388 00000FA0' },
        { table: 'holding', address: 37_113, bytes: '00000BB8' },
        { table: 'holding', address: 37_119, bytes: 'FFFF3CB0 00007530' },
        { table: 'holding', address: 37_132, bytes: '000003E8 000005DC 000001F4' },
        { table: 'holding', address: 37_758, bytes: '00002710 0229 0000 0000 1004 003D 000009C4' },
        { table: 'holding', address: 37_780, bytes: '00030D40 0002BF20' },
      ],
      values: {
        pvPower: -6000,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.1,
        currentL2: 5.11,
        currentL3: 5.12,
        power: -3450,
        reactivePower: -200,
        powerFactor: 0.995,
        frequency: 50.01,
        temperature: 41.5,
        operating: 1,
        fault: 0,
        exportEnergy: 12_345_670_000,
        pvEnergy: 12_410_880_000,
        stateOfCharge: 55.3,
        batteryVoltage: 410,
        batteryCurrent: 6.1,
        batteryPower: 2500,
        batteryChargeEnergy: 2_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
        gridPower: -3000,
        gridPowerL1: -1000,
        gridPowerL2: -1500,
        gridPowerL3: -500,
        gridExportEnergy: 500_000_000,
        gridImportEnergy: 300_000_000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 47_246, bytes: '0000' },
            { table: 'holding', address: 47_083, bytes: '0078' },
            { table: 'holding', address: 47_247, bytes: '00000BB8' },
            { table: 'holding', address: 47_100, bytes: '0001' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 47_246, bytes: '0000' },
            { table: 'holding', address: 47_083, bytes: '0078' },
            { table: 'holding', address: 47_249, bytes: '000009C4' },
            { table: 'holding', address: 47_100, bytes: '0002' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 47_246, bytes: '0000' },
            { table: 'holding', address: 47_083, bytes: '0078' },
            { table: 'holding', address: 47_247, bytes: '00000000' },
            { table: 'holding', address: 47_100, bytes: '0001' },
          ],
        },
        {
          control: 'chargeLimit',
          value: 1500,
          writes: [{ table: 'holding', address: 47_075, bytes: '000005DC' }],
        },
        {
          control: 'dischargeLimit',
          value: 1000,
          writes: [{ table: 'holding', address: 47_077, bytes: '000003E8' }],
        },
        {
          control: 'exportLimit',
          value: 6000,
          writes: [
            { table: 'holding', address: 47_418, bytes: '0258' },
            { table: 'holding', address: 47_415, bytes: '0007' },
          ],
        },
      ],
    },
    {
      note: 'what is not there holds what means none; discharging is negative',
      registers: [
        { table: 'holding', address: 30_073, bytes: '00002710' },
        { table: 'holding', address: 32_064, bytes: '7FFFFFFF' },
        { table: 'holding', address: 32_084, bytes: '7FFF FFFF' },
        { table: 'holding', address: 37_046, bytes: '00001388 00000FA0' },
        { table: 'holding', address: 37_113, bytes: '7FFFFFFF' },
        { table: 'holding', address: 37_760, bytes: 'FFFF 0000 0000 FFFF 7FFF FFFFF63C' },
        { table: 'holding', address: 37_780, bytes: 'FFFFFFFF' },
      ],
      values: {
        pvPower: null,
        powerFactor: null,
        frequency: null,
        gridPower: null,
        stateOfCharge: null,
        batteryVoltage: null,
        batteryCurrent: null,
        batteryPower: -2500,
        batteryChargeEnergy: null,
      },
    },
  ],
};

/** The power sensor behind a SUN2000 as the grid meter of the site. */
export const huaweiSun2000Meter: Profile = {
  ...common,
  id: 'huawei-sun2000-meter',
  models: ['DTSU666-H and DDSU666-H power sensor behind a SUN2000'],
  roles: ['gridMeter'],
  phases: 3,
  identity,
  blocks: [{ table: 'holding', address: 37_101, count: 37, rate: 'high' }],
  points: [...nameTexts, ...meterPoints('device'), ...meterElectricity],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [...quirks, meterQuirk],
  believed: [
    'The model name begins with SUN2000- at register 30000.',
    'At most 64 registers in one read.',
  ],
  sameDeviceAs: ['huawei-sun2000-luna2000'],
  vectors: [
    {
      note: 'importing 1.2 kW: the meter says -1200',
      registers: [
        { table: 'holding', address: 37_101, bytes: '00000901 0000090C 000008F6' },
        { table: 'holding', address: 37_107, bytes: 'FFFFFDF4 00000064 FFFFFF9C' },
        { table: 'holding', address: 37_113, bytes: 'FFFFFB50 00000064 FC18 1387' },
        { table: 'holding', address: 37_119, bytes: '0000C350 00007530' },
        { table: 'holding', address: 37_132, bytes: 'FFFFFC18 000000C8 FFFFFE70' },
      ],
      values: {
        power: 1200,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        reactivePower: -100,
        powerFactor: -1,
        frequency: 49.99,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 1,
        importEnergy: 300_000_000,
        exportEnergy: 500_000_000,
      },
    },
    {
      note: 'no sensor fitted',
      registers: [
        { table: 'holding', address: 37_113, bytes: '7FFFFFFF' },
        { table: 'holding', address: 37_121, bytes: '7FFFFFFF' },
      ],
      values: { power: null, importEnergy: null },
    },
  ],
};
