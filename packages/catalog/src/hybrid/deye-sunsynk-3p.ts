import type { Profile, ProfilePoint } from '@microgrid/devices';
import { doubted, phases } from '../registers.js';
import {
  GRID_HERTZ,
  GRID_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
} from './bounds.js';
import {
  deyeBatteryMode,
  deyeCelsius,
  deyeCounter,
  deyeExportLimit,
  deyeQuirks,
  deyeSources,
  deyeString,
  deyeTransport,
  deyeType,
  s16,
  u16,
  u32,
} from './deye-sunsynk.js';

/** What differs between the low-voltage and the high-voltage series: scales. */
interface Scales {
  /** Watts that one step of a string, of the battery and of the limit stands for. */
  readonly watts: number;
  /** Volts that one step of the battery voltage stands for. */
  readonly batteryVolts: number;
}

/** The meter at the grid connection: positive is import. */
function meterPoints(port: 'grid' | 'device'): ProfilePoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    u32(name('gridImportEnergy', 'importEnergy'), 522, 'kWh', deyeCounter),
    u32(name('gridExportEnergy', 'exportEnergy'), 524, 'kWh', deyeCounter),
    s16(name('gridPower', 'power'), 625, 'W', { sign: 1, ...GRID_WATTS }),
  ];
}

function points({ watts, batteryVolts }: Scales): ProfilePoint[] {
  return [
    u32('ratedPower', 20, 'W', { internal: true, rate: 'once', scale: 0.1, twin: 12_000 }),
    u16('operating', 500, 'bool', {
      oneOf: [2],
      rate: 'low',
      ...doubted('Overall state 2 (register 500) is normal operation.'),
    }),
    u16('fault', 500, 'bool', {
      oneOf: [4],
      rate: 'low',
      ...doubted('Overall state 4 (register 500) is a fault.'),
    }),
    u32('batteryChargeEnergy', 516, 'kWh', deyeCounter),
    u32('batteryDischargeEnergy', 518, 'kWh', deyeCounter),
    u32('pvEnergy', 534, 'kWh', deyeCounter),
    u16('temperature', 541, '°C', deyeCelsius),
    u16('batteryTemperature', 586, '°C', deyeCelsius),
    u16('batteryVoltage', 587, 'V', { scale: batteryVolts, minimum: 0, maximum: 1000 }),
    u16('stateOfCharge', 588, '%', PERCENT),
    s16('batteryPower', 590, 'W', { sign: -1, scale: watts, ...INVERTER_WATTS }),
    s16('batteryCurrent', 591, 'A', { sign: -1, scale: 0.01, minimum: -328, maximum: 328 }),
    ...meterPoints('grid'),
    ...phases(u16, 'voltage', [627, 628, 629], 'V', { scale: 0.1, ...PHASE_VOLTS }),
    ...phases(s16, 'current', [630, 631, 632], 'A', { scale: 0.01, ...PHASE_AMPERES }),
    ...phases(s16, 'power', [633, 634, 635], 'W', {
      sign: -1,
      ...INVERTER_WATTS,
      ...doubted('The power of a phase (633 to 635) is positive while the inverter gives it.'),
    }),
    s16('power', 636, 'W', {
      sign: -1,
      ...INVERTER_WATTS,
      ...doubted('The inverter power (636) is positive while the inverter gives it.'),
    }),
    u16('frequency', 638, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
    deyeString('string1Power', 672, watts),
    deyeString('string2Power', 673, watts),
    deyeString('string3Power', 674, watts),
    deyeString('string4Power', 675, watts),
    {
      id: 'pvPower',
      unit: 'W',
      sum: [
        { point: 'string1Power', factor: -1 },
        { point: 'string2Power', factor: -1 },
        { point: 'string3Power', factor: -1, optional: true },
        { point: 'string4Power', factor: -1, optional: true },
      ],
    },
    u16('batteryDischargeLimitCurrent', 213, 'A', { internal: true, rate: 'low', twin: 100 }),
  ];
}

const common: Omit<
  Profile,
  'id' | 'models' | 'identity' | 'points' | 'controls' | 'vectors' | 'quirks' | 'believed'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Deye',
  roles: ['hybridInverter'],
  phases: 3,
  transport: deyeTransport,
  blocks: [
    { table: 'holding', address: 500, count: 42, rate: 'low' },
    { table: 'holding', address: 586, count: 53, rate: 'high' },
    { table: 'holding', address: 672, count: 4, rate: 'high' },
  ],
  limits: {
    maxExportWatts: { point: 'ratedPower' },
    maxImportWatts: { point: 'ratedPower' },
  },
  deny: [
    { table: 'holding', address: 0, count: 99, why: 'identity, clock and start of the inverter' },
    { table: 'holding', address: 99, count: 9, why: 'battery voltages and equalisation' },
    { table: 'holding', address: 115, count: 6, why: 'shutdown of the battery' },
    { table: 'holding', address: 179, count: 30, why: 'off-grid mode, grid code and phases' },
    { table: 'holding', address: 336, count: 1, why: 'parallel operation' },
  ],
  sources: deyeSources('three_phase_common.py, three_phase_lv.py, three_phase_hv.py'),
  confidence: 'high',
};

const registersOf = (
  watts: readonly [battery: string, strings: string],
  battery: string,
): Profile['vectors'][number]['registers'] => [
  { table: 'holding', address: 213, bytes: '0064' },
  { table: 'holding', address: 500, bytes: '0002' },
  { table: 'holding', address: 516, bytes: '4E20 0000 4650 0000' },
  { table: 'holding', address: 522, bytes: '7530 0000 C350 0000' },
  { table: 'holding', address: 534, bytes: 'E240 0001' },
  { table: 'holding', address: 541, bytes: '0587' },
  { table: 'holding', address: 586, bytes: `04E2 ${battery} 0037` },
  { table: 'holding', address: 590, bytes: watts[0] },
  { table: 'holding', address: 625, bytes: 'F830' },
  { table: 'holding', address: 627, bytes: '0901 090C 08F6 0208 FDF8 0212 047E 047E 047E 0D7A' },
  { table: 'holding', address: 638, bytes: '138A' },
  { table: 'holding', address: 672, bytes: watts[1] },
];

const values = {
  operating: 1,
  fault: 0,
  batteryChargeEnergy: 2_000_000_000,
  batteryDischargeEnergy: 1_800_000_000,
  gridImportEnergy: 3_000_000_000,
  gridExportEnergy: 5_000_000_000,
  pvEnergy: 12_345_600_000,
  temperature: 41.5,
  batteryTemperature: 25,
  stateOfCharge: 55,
  batteryPower: -1500,
  gridPower: -2000,
  voltageL1: 230.5,
  voltageL2: 231.6,
  voltageL3: 229.4,
  currentL1: 5.2,
  currentL2: 5.2,
  currentL3: 5.3,
  powerL1: -1150,
  powerL2: -1150,
  powerL3: -1150,
  power: -3450,
  frequency: 50.02,
  pvPower: -6000,
};

const hold = [
  {
    control: 'batteryMode',
    value: 0,
    writes: [{ table: 'holding' as const, address: 109, bytes: '0064' }],
  },
  {
    control: 'batteryMode',
    value: 1,
    writes: [{ table: 'holding' as const, address: 109, bytes: '0000' }],
  },
];

/** Deye and Sunsynk three-phase hybrid inverters with a low-voltage battery. */
export const deyeSunsynk3p: Profile = {
  ...common,
  id: 'deye-sunsynk-3p',
  models: ['SUN-xK-SG0xLP3', 'Sunsynk three-phase 8K to 16K'],
  identity: deyeType([5], 'the device type 5 (three-phase, low-voltage battery)'),
  points: points({ watts: 1, batteryVolts: 0.01 }),
  controls: [deyeExportLimit(143, 1), deyeBatteryMode(109)],
  quirks: [
    ...deyeQuirks,
    'Inverters with a high-voltage battery count powers in 10 W: use deye-sunsynk-3p-hv.',
  ],
  believed: ['Register 0 is 5 on this series.', 'At most 60 registers in one read.'],
  sameDeviceAs: ['deye-sunsynk-3p-meter'],
  vectors: [
    {
      note: 'powers in W; the battery says +1500 while it discharges; low register first',
      registers: registersOf(['05DC 0B45', '0BB8 0BB8 0000 0000'], '1450'),
      values: { ...values, batteryVoltage: 52, batteryCurrent: -28.85 },
      commands: [
        {
          control: 'exportLimit',
          value: 3600,
          writes: [{ table: 'holding', address: 143, bytes: '0E10' }],
        },
        ...hold,
      ],
    },
    {
      note: 'charging, importing',
      registers: [
        { table: 'holding', address: 590, bytes: 'F63C ED38' },
        { table: 'holding', address: 625, bytes: '04B0' },
      ],
      values: { batteryPower: 2500, batteryCurrent: 48.08, gridPower: 1200 },
    },
  ],
};

/** Deye and Sunsynk three-phase hybrid inverters with a high-voltage battery: powers in 10 W. */
export const deyeSunsynk3pHv: Profile = {
  ...common,
  id: 'deye-sunsynk-3p-hv',
  models: ['SUN-xK-SG0xHP3', 'Sunsynk three-phase with a high-voltage battery'],
  identity: deyeType([6], 'the device type 6 (three-phase, high-voltage battery)'),
  points: points({ watts: 10, batteryVolts: 0.1 }),
  controls: [deyeExportLimit(143, 0.1), deyeBatteryMode(109)],
  quirks: [
    ...deyeQuirks,
    'From firmware 1098 on scales may be other ones: compare the powers once with the display.',
  ],
  believed: [
    'Register 0 is 6 on this series.',
    'Every firmware counts strings, battery and export limit in 10 W, the battery voltage in 0.1 V.',
    'At most 60 registers in one read.',
  ],
  sameDeviceAs: ['deye-sunsynk-3p-meter'],
  vectors: [
    {
      note: 'powers of battery and strings in 10 W',
      registers: registersOf(['0096 016E', '012C 012C 0000 0000'], '1004'),
      values: { ...values, batteryVoltage: 410, batteryCurrent: -3.66 },
      commands: [
        {
          control: 'exportLimit',
          value: 3600,
          writes: [{ table: 'holding', address: 143, bytes: '0168' }],
        },
        ...hold,
      ],
    },
  ],
};

/** The grid connection behind a three-phase Deye or Sunsynk as the grid meter of the site. */
export const deyeSunsynk3pMeter: Profile = {
  schema: 'microgrid/profile/1',
  id: 'deye-sunsynk-3p-meter',
  manufacturer: 'Deye',
  models: ['Current transformers or meter behind a three-phase Deye or Sunsynk'],
  roles: ['gridMeter'],
  phases: 3,
  transport: deyeTransport,
  identity: deyeType([5, 6], 'the device type 5 or 6 (three-phase)'),
  points: [
    ...meterPoints('device'),
    ...phases(u16, 'voltage', [598, 599, 600], 'V', { scale: 0.1, ...PHASE_VOLTS }),
    u16('frequency', 609, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
    ...phases(s16, 'current', [613, 614, 615], 'A', { scale: 0.01, ...PHASE_AMPERES }),
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [deyeQuirks[0] ?? ''],
  sources: deyeSources('three_phase_common.py'),
  confidence: 'high',
  believed: ['Register 0 is 5 or 6 on these series.'],
  sameDeviceAs: ['deye-sunsynk-3p', 'deye-sunsynk-3p-hv'],
  vectors: [
    {
      note: 'importing 1,200 W; low register first',
      registers: [
        { table: 'holding', address: 522, bytes: '7530 0000 C350 0000' },
        { table: 'holding', address: 598, bytes: '0901 090C 08F6' },
        { table: 'holding', address: 609, bytes: '1387' },
        { table: 'holding', address: 613, bytes: '020C FF9C 00B4' },
        { table: 'holding', address: 625, bytes: '04B0' },
      ],
      values: {
        importEnergy: 3_000_000_000,
        exportEnergy: 5_000_000_000,
        power: 1200,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        frequency: 49.99,
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 1.8,
      },
    },
  ],
};
