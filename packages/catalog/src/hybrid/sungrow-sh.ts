import type { Profile, ProfileControl, RegisterPoint } from '@microgrid/devices';
import { doubted, phases, registers, text } from '../registers.js';
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

/** Measured values lie in input registers; addresses are those of the paper minus one. */
const u16 = registers({ table: 'input', encoding: 'u16' });
const s16 = registers({ table: 'input', encoding: 's16' });

/** 32-bit values come with their less significant register first. */
const u32 = registers({ table: 'input', encoding: 'u32', wordOrder: 'little' });
const s32 = registers({ table: 'input', encoding: 's32', wordOrder: 'little' });

const counter = { scale: 0.1, minimum: 0, rate: 'low' } as const;
const rating = { internal: true, rate: 'once', scale: 100 } as const;
const nameplate = { point: 'ratedPower', factor: 1.5 };

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'transport' | 'sentinels' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Sungrow',
  transport: {
    kinds: ['tcp', 'rtu', 'rtuOverTcp'],
    unit: 1,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    requestTimeoutMs: 5000,
    connectDelayMs: 1000,
    registersPerRead: 100,
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
      title: 'mkaiser/Sungrow-SHx-Inverter-Modbus-Home-Assistant, modbus_sungrow.yaml',
      reference: '63beec6',
    },
    {
      title: 'evcc-io/evcc, templates/definition/meter/sungrow-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
  ],
  confidence: 'high',
};

const identity: NonNullable<Profile['identity']> = {
  match: [
    {
      table: 'input',
      address: 4999,
      encoding: 'u16',
      minimum: 0x0d00,
      maximum: 0x0eff,
      meaning: 'a device type code of the SH series (0x0D00 to 0x0EFF)',
    },
  ],
  serial: 'serial',
};

const serial = text('serial', 4989, 10, 'input');

/** The inverter: AC port, PV generator, backup port. It counts what it gives as positive. */
const inverterPoints: RegisterPoint[] = [
  u16('ratedPower', 5000, 'W', { ...rating, twin: 10_000 }),
  u32('exportEnergy', 5003, 'kWh', {
    ...counter,
    ...doubted('Generation and discharge together (5003) is the energy out of the AC port.'),
  }),
  s16('temperature', 5007, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u32('pvPower', 5016, 'W', { sign: -1, nameplate: { point: 'ratedPower', factor: 2 } }),
  ...phases(u16, 'voltage', [5018, 5019, 5020], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  s32('reactivePower', 5032, 'var', { sign: -1, rate: 'low' }),
  s16('powerFactor', 5034, 'ratio', { scale: 0.001, rate: 'low', ...POWER_FACTOR }),
  u16('frequency', 5241, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
  s32('backupPower', 5725, 'W', { sign: -1, ...INVERTER_WATTS }),
  u32('pvEnergy', 13_002, 'kWh', counter),
  ...phases(s16, 'current', [13_030, 13_031, 13_032], 'A', { scale: 0.1, ...PHASE_AMPERES }),
  s32('power', 13_033, 'W', { sign: -1, nameplate }),
];

/** The battery: the device counts discharging as positive. */
const batteryPoints: RegisterPoint[] = [
  s32('batteryPower', 5213, 'W', { sign: -1, ...INVERTER_WATTS }),
  u16('ratedBatteryPower', 5627, 'W', { ...rating, twin: 5000 }),
  s16('batteryCurrent', 5630, 'A', {
    scale: 0.1,
    sign: -1,
    minimum: -200,
    maximum: 200,
    ...doubted('The battery current (5630) is positive while it discharges.'),
  }),
  u16('batteryCapacity', 5638, 'kWh', { internal: true, rate: 'once', scale: 0.01, twin: 9.6 }),
  u16('batteryVoltage', 13_019, 'V', { scale: 0.1, minimum: 0, maximum: 1000 }),
  u16('stateOfCharge', 13_022, '%', { scale: 0.1, ...PERCENT }),
  u16('stateOfHealth', 13_023, '%', { scale: 0.1, rate: 'low', ...PERCENT }),
  s16('batteryTemperature', 13_024, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u32('batteryDischargeEnergy', 13_026, 'kWh', counter),
  u32('batteryChargeEnergy', 13_040, 'kWh', counter),
];

/** The meter: register 13009 is what is exported. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    ...phases(s32, name('gridPower', 'power'), [5602, 5604, 5606], 'W', {
      sign: 1,
      ...GRID_PHASE_WATTS,
      ...doubted('The power of a phase of the meter (5602 to 5606) is positive for import.'),
    }),
    s32(name('gridPower', 'power'), 13_009, 'W', { sign: -1, ...GRID_WATTS }),
    u32(name('gridImportEnergy', 'importEnergy'), 13_036, 'kWh', counter),
    u32(name('gridExportEnergy', 'exportEnergy'), 13_045, 'kWh', counter),
  ];
}

const meterElectricity: RegisterPoint[] = [
  ...phases(s16, 'voltage', [5740, 5741, 5742], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(u16, 'current', [5743, 5744, 5745], 'A', { scale: 0.01, ...PHASE_AMPERES }),
];

const single = (address: number, value: number, more = {}) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'u16' as const, value }],
  ...more,
});

/** Power first, then charge (0xAA), discharge (0xBB) or stop (0xCC), last the forced mode. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: { point: 'ratedBatteryPower', factor: -1 },
  maximum: { point: 'ratedBatteryPower' },
  steps: [
    {
      table: 'holding',
      address: 13_051,
      fields: [{ encoding: 'u16', value: { factor: 1 } }],
      when: 'notNegative',
    },
    {
      table: 'holding',
      address: 13_051,
      fields: [{ encoding: 'u16', value: { factor: -1 } }],
      when: 'negative',
    },
    single(13_050, 0xaa, { when: 'positive' }),
    single(13_050, 0xbb, { when: 'negative' }),
    single(13_050, 0xcc, { when: 'zero' }),
    single(13_049, 2),
  ],
  verify: 'registers',
  storage: 'unknown',
  onLoss: 'stays in the forced mode with its last power',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [single(13_050, 0xcc), single(13_049, 0)],
  excludes: ['chargeLimit', 'dischargeLimit'],
  believed: ['The forced mode ends by nothing but a write.'],
};

const limit = (id: 'chargeLimit' | 'dischargeLimit', address: number): ProfileControl => ({
  id,
  unit: 'W',
  minimum: 10,
  maximum: { point: 'ratedBatteryPower' },
  step: 10,
  steps: [{ table: 'holding', address, fields: [{ encoding: 'u16', value: { factor: 0.1 } }] }],
  verify: 'registers',
  storage: 'unknown',
  onLoss: 'keeps the limit',
  fallback: { value: 'last' },
  safeValue: 10,
  risk: id === 'chargeLimit' ? 'import' : 'export',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [
    {
      table: 'holding',
      address,
      fields: [{ encoding: 'u16', value: { point: 'ratedBatteryPower', factor: 0.1 } }],
    },
  ],
  excludes: ['batteryPower'],
  believed: [
    '0 is not taken as a limit: the least is 10 W.',
    ...(id === 'chargeLimit' ? ['Register 33046 is written like its neighbour 33047.'] : []),
  ],
});

const exportLimit: ProfileControl = {
  id: 'exportLimit',
  unit: 'W',
  terminal: 'ac',
  minimum: 0,
  maximum: { point: 'ratedPower' },
  steps: [
    { table: 'holding', address: 13_073, fields: [{ encoding: 'u16', value: { factor: 1 } }] },
    single(13_086, 0xaa),
  ],
  verify: 'registers',
  storage: 'unknown',
  onLoss: 'keeps the limit',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'export',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [single(13_086, 0x55)],
};

const quirks = [
  'The paper counts registers from 1: register 13050 of the paper is address 13049 on the wire.',
  '32-bit values come with the less significant register first.',
  'The LAN port of the inverter is preferred to a WiNet-S dongle, which misses registers.',
  'After a connection the inverter may need some seconds until it answers.',
];

const believed = [
  'Device type codes from 0x0D00 to 0x0EFF are those of the SH series.',
  'At most 100 registers in one read.',
];

/** Sungrow SH hybrid inverters; the meter behind them shows as the grid port. */
export const sungrowSh: Profile = {
  ...common,
  id: 'sungrow-sh',
  models: ['SH-RS', 'SH-RT', 'SH-T'],
  roles: ['hybridInverter'],
  phases: 3,
  identity,
  blocks: [
    { table: 'input', address: 5003, count: 32, rate: 'high' },
    { table: 'input', address: 13_002, count: 45, rate: 'high' },
    { table: 'input', address: 5602, count: 6, rate: 'high' },
  ],
  points: [serial, ...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [
    batteryPower,
    limit('chargeLimit', 33_046),
    limit('dischargeLimit', 33_047),
    exportLimit,
  ],
  limits: {
    maxExportWatts: { point: 'ratedPower' },
    maxImportWatts: { point: 'ratedPower' },
    maxChargeWatts: { point: 'ratedBatteryPower' },
    maxDischargeWatts: { point: 'ratedBatteryPower' },
    capacityMilliwattHours: { point: 'batteryCapacity' },
  },
  deny: [
    { table: 'holding', address: 12_999, count: 1, why: 'starts and stops the inverter' },
    { table: 'holding', address: 13_079, count: 1, why: 'heartbeat whose meaning is not known' },
    { table: 'holding', address: 5000, count: 1000, why: 'clock, country and grid code' },
    { table: 'holding', address: 31_212, count: 1, why: 'shutdown at an active power of zero' },
  ],
  quirks: [
    ...quirks,
    'Do not command the battery of a unit without one: writes to 13049 to 13051 can stop it.',
    'The battery counts discharging as positive, the meter export: both are turned.',
  ],
  believed,
  sameDeviceAs: ['sungrow-sh-meter'],
  vectors: [
    {
      note: 'producing 6 kW, discharging 1.5 kW, exporting 2 kW; the low register comes first',
      registers: [
        { table: 'input', address: 5000, bytes: '0064' },
        { table: 'input', address: 5003, bytes: 'E240 0001' },
        { table: 'input', address: 5007, bytes: '019F' },
        { table: 'input', address: 5016, bytes: '1770 0000 0901 090C 08F6' },
        { table: 'input', address: 5032, bytes: 'FF38 FFFF 03E3' },
        { table: 'input', address: 5213, bytes: '05DC 0000' },
        { table: 'input', address: 5241, bytes: '138A' },
        { table: 'input', address: 5602, bytes: 'FCE0 FFFF FDA8 FFFF FDA8 FFFF' },
        { table: 'input', address: 5627, bytes: '0032' },
        { table: 'input', address: 5630, bytes: '0025' },
        { table: 'input', address: 5725, bytes: '00FA 0000' },
        { table: 'input', address: 13_002, bytes: 'ADB0 0001' },
        { table: 'input', address: 13_009, bytes: '07D0 0000' },
        { table: 'input', address: 13_019, bytes: '1004' },
        { table: 'input', address: 13_022, bytes: '0229 03DE FFCE' },
        { table: 'input', address: 13_026, bytes: '4650 0000' },
        { table: 'input', address: 13_030, bytes: '006B 006C FF94 1CE8 0000' },
        { table: 'input', address: 13_036, bytes: '7530 0000' },
        { table: 'input', address: 13_040, bytes: '4E20 0000' },
        { table: 'input', address: 13_045, bytes: 'C350 0000' },
      ],
      values: {
        exportEnergy: 12_345_600_000,
        temperature: 41.5,
        pvPower: -6000,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        reactivePower: 200,
        powerFactor: 0.995,
        batteryPower: -1500,
        frequency: 50.02,
        batteryCurrent: -3.7,
        backupPower: -250,
        pvEnergy: 11_000_000_000,
        gridPower: -2000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        batteryVoltage: 410,
        stateOfCharge: 55.3,
        stateOfHealth: 99,
        batteryTemperature: -5,
        batteryDischargeEnergy: 1_800_000_000,
        batteryChargeEnergy: 2_000_000_000,
        currentL1: 10.7,
        currentL2: 10.8,
        currentL3: 10.8,
        power: -7400,
        gridImportEnergy: 3_000_000_000,
        gridExportEnergy: 5_000_000_000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 13_051, bytes: '0BB8' },
            { table: 'holding', address: 13_050, bytes: '00AA' },
            { table: 'holding', address: 13_049, bytes: '0002' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 13_051, bytes: '09C4' },
            { table: 'holding', address: 13_050, bytes: '00BB' },
            { table: 'holding', address: 13_049, bytes: '0002' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 13_051, bytes: '0000' },
            { table: 'holding', address: 13_050, bytes: '00CC' },
            { table: 'holding', address: 13_049, bytes: '0002' },
          ],
        },
        {
          control: 'chargeLimit',
          value: 2500,
          writes: [{ table: 'holding', address: 33_046, bytes: '00FA' }],
        },
        {
          control: 'dischargeLimit',
          value: 10,
          writes: [{ table: 'holding', address: 33_047, bytes: '0001' }],
        },
        {
          control: 'exportLimit',
          value: 6000,
          writes: [
            { table: 'holding', address: 13_073, bytes: '1770' },
            { table: 'holding', address: 13_086, bytes: '00AA' },
          ],
        },
      ],
    },
    {
      note: 'without a battery and without a meter nothing is said',
      registers: [
        { table: 'input', address: 5213, bytes: 'FFFF 7FFF' },
        { table: 'input', address: 13_009, bytes: 'FFFF 7FFF' },
        { table: 'input', address: 13_022, bytes: 'FFFF FFFF 7FFF' },
      ],
      values: {
        batteryPower: null,
        gridPower: null,
        stateOfCharge: null,
        stateOfHealth: null,
        batteryTemperature: null,
      },
    },
  ],
};

/** The meter behind a Sungrow SH inverter as the grid meter of the site. */
export const sungrowShMeter: Profile = {
  ...common,
  id: 'sungrow-sh-meter',
  models: ['DTSU666 and other meters behind an SH inverter'],
  roles: ['gridMeter'],
  phases: 3,
  identity,
  blocks: [
    { table: 'input', address: 13_009, count: 38, rate: 'high' },
    { table: 'input', address: 5602, count: 6, rate: 'high' },
    { table: 'input', address: 5740, count: 6, rate: 'high' },
  ],
  points: [serial, ...meterPoints('device'), ...meterElectricity],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks,
  believed,
  sameDeviceAs: ['sungrow-sh'],
  vectors: [
    {
      note: 'importing 1.2 kW: register 13009 says -1200; the low register comes first',
      registers: [
        { table: 'input', address: 5602, bytes: '03E8 0000 FF38 FFFF 0190 0000' },
        { table: 'input', address: 5740, bytes: '0901 090C 08F6 020C 0064 00C8' },
        { table: 'input', address: 13_009, bytes: 'FB50 FFFF' },
        { table: 'input', address: 13_036, bytes: '7530 0000' },
        { table: 'input', address: 13_045, bytes: 'C350 0000' },
      ],
      values: {
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        power: 1200,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 2,
        importEnergy: 3_000_000_000,
        exportEnergy: 5_000_000_000,
      },
    },
  ],
};
