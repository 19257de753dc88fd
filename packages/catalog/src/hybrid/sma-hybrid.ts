import type { Profile, ProfileControl, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { doubted, phases, registers } from '../registers.js';
import {
  CELSIUS,
  GRID_HERTZ,
  GRID_PHASE_WATTS,
  GRID_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
} from './bounds.js';

/** SMA's own profile: everything is 32 or 64 bits, most significant register first. */
const inputU32 = registers({ table: 'input', encoding: 'u32' });
const inputS32 = registers({ table: 'input', encoding: 's32' });
const u32 = registers({ table: 'holding', encoding: 'u32' });
const s32 = registers({ table: 'holding', encoding: 's32' });
const u64 = registers({ table: 'holding', encoding: 'u64' });

const counter = { minimum: 0, rate: 'low' } as const;
const watts = { internal: true, minimum: 0, maximum: 112_500 } as const;

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sentinels' | 'sources'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'SMA',
  phases: 3,
  transport: { kinds: ['tcp'], unit: 3, port: 502, registersPerRead: 100, requestTimeoutMs: 5000 },
  sentinels: {
    // 0x00FFFFFD stands for "no status".
    u32: [0xffff_ffff, 0x00ff_fffd],
    s32: [-0x8000_0000],
    u64: ['FFFFFFFFFFFFFFFF'],
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/sma-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    { title: 'OpenEMS/openems, io.openems.edge.sma, sunnyboystorage and BMSOperatingMode' },
    { title: 'SMA Modbus profile, register table of the Smart Energy inverters' },
  ],
};

/** The inverter: PV strings and the AC port, which counts what it gives as positive. */
const inverterPoints: ProfilePoint[] = [
  s32('string1Power', 30_773, 'W', { internal: true, ...INVERTER_WATTS }),
  s32('string2Power', 30_961, 'W', { internal: true, ...INVERTER_WATTS }),
  s32('string3Power', 30_967, 'W', { internal: true, ...INVERTER_WATTS }),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1, optional: true },
      { point: 'string3Power', factor: -1, optional: true },
    ],
  },
  s32('power', 30_775, 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('Register 30775 is the power of the AC port, positive while the inverter gives it.'),
  }),
  ...phases(s32, 'power', [30_777, 30_779, 30_781], 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('Registers 30777 to 30781 are the powers of the phases.'),
  }),
  ...phases(u32, 'voltage', [30_783, 30_785, 30_787], 'V', {
    scale: 0.01,
    ...PHASE_VOLTS,
    ...doubted('Registers 30783 to 30787 are the voltages of the phases, in 0.01 V.'),
  }),
  u32('frequency', 30_803, 'Hz', {
    scale: 0.01,
    ...GRID_HERTZ,
    ...doubted('Register 30803 is the frequency, in 0.01 Hz.'),
  }),
  s32('temperature', 30_953, '°C', {
    scale: 0.1,
    rate: 'low',
    ...CELSIUS,
    ...doubted('Register 30953 is the temperature inside, in 0.1 °C.'),
  }),
  u32('operating', 30_201, 'bool', {
    oneOf: [307, 455],
    ...doubted(
      'Condition 307 (ok) or 455 (warning) of register 30201 means that the inverter runs.',
    ),
  }),
  u32('fault', 30_201, 'bool', {
    oneOf: [35],
    ...doubted('Condition 35 of register 30201 means a fault.'),
  }),
  u64('exportEnergy', 30_513, 'Wh', {
    ...counter,
    ...doubted('Register 30513 counts the energy out of the AC port.'),
  }),
];

/** The battery: what it gives and what it takes stand in registers of their own. */
const batteryPoints: ProfilePoint[] = [
  inputU32('chargingPower', 31_393, 'W', watts),
  inputU32('dischargingPower', 31_395, 'W', watts),
  {
    id: 'batteryPower',
    unit: 'W',
    sum: [{ point: 'chargingPower' }, { point: 'dischargingPower', factor: -1 }],
  },
  u32('stateOfCharge', 30_845, '%', PERCENT),
  u64('batteryDischargeEnergy', 31_401, 'Wh', counter),
  u64('batteryChargeEnergy', 31_397, 'Wh', {
    ...counter,
    ...doubted('Register 31397 counts the energy into the battery.'),
  }),
  s32('batteryTemperature', 30_849, '°C', {
    scale: 0.1,
    rate: 'low',
    ...CELSIUS,
    ...doubted('Register 30849 is the temperature of the battery, in 0.1 °C.'),
  }),
  u32('batteryVoltage', 30_851, 'V', {
    scale: 0.01,
    minimum: 0,
    maximum: 1000,
    ...doubted('Register 30851 is the voltage of the battery, in 0.01 V.'),
  }),
];

/** The meter: import and export stand in registers of their own, in all and by phase. */
function meterPoints(port: 'grid' | 'device'): ProfilePoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  const difference = (id: string, phase: string): ProfilePoint => ({
    id,
    unit: 'W',
    sum: [{ point: `meterImport${phase}` }, { point: `meterExport${phase}`, factor: -1 }],
    ...(phase === '' ? GRID_WATTS : GRID_PHASE_WATTS),
  });
  const split: RegisterPoint[] = [
    inputS32('meterImport', 30_865, 'W', watts),
    inputS32('meterExport', 30_867, 'W', watts),
    ...phases(inputU32, 'meterExport', [31_259, 31_261, 31_263], 'W', watts),
    ...phases(inputU32, 'meterImport', [31_265, 31_267, 31_269], 'W', watts),
  ];
  return [
    ...split,
    difference(name('gridPower', 'power'), ''),
    difference(name('gridPowerL1', 'powerL1'), 'L1'),
    difference(name('gridPowerL2', 'powerL2'), 'L2'),
    difference(name('gridPowerL3', 'powerL3'), 'L3'),
    s32(name('gridImportEnergy', 'importEnergy'), 30_581, 'Wh', counter),
    s32(name('gridExportEnergy', 'exportEnergy'), 30_583, 'Wh', {
      ...counter,
      ...doubted('Register 30583 counts the energy to the grid.'),
    }),
  ];
}

type Sign = 'positive' | 'negative' | 'zero' | 'notPositive' | 'notNegative';

const constant = (address: number, value: number, more = {}) => ({
  table: 'holding' as const,
  address,
  multiple: true,
  fields: [{ encoding: 'u32' as const, value }],
  ...more,
});

/** One bound of the battery: carries the command in one direction and is zero in the other. */
const bound = (address: number, factor: 1 | -1) => {
  const [with_, without]: [Sign, Sign] =
    factor === 1 ? ['positive', 'notPositive'] : ['negative', 'notNegative'];
  return [
    {
      table: 'holding' as const,
      address,
      multiple: true,
      fields: [{ encoding: 'u32' as const, value: { factor } }],
      when: with_,
    },
    constant(address, 0, { when: without, purpose: 'setPoint' }),
  ];
};

/** The most that this profile commands: the configuration narrows it to the battery's own. */
const MOST_WATTS = 15_000;

/** Least and most charging, least and most discharging, then the mode: 2289 charges, 2290 discharges. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: -MOST_WATTS,
  maximum: MOST_WATTS,
  steps: [
    ...bound(40_793, 1),
    ...bound(40_795, 1),
    ...bound(40_797, -1),
    ...bound(40_799, -1),
    constant(40_801, 0, { purpose: 'setPoint' }),
    constant(40_236, 2289, { when: 'positive' }),
    constant(40_236, 2290, { when: 'negative' }),
    constant(40_236, 2424, { when: 'zero' }),
  ],
  verify: 'none',
  storage: 'volatile',
  expiryMs: 60_000,
  refreshMs: 30_000,
  onLoss: 'returns to its own operation after 60 s without all six set points',
  fallback: { value: 'own' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  follows: { point: 'batteryPower', tolerance: 300 },
  release: [
    constant(40_793, 0),
    constant(40_795, MOST_WATTS),
    constant(40_797, 0),
    constant(40_799, MOST_WATTS),
    constant(40_801, 0),
    constant(40_236, 2424),
  ],
  confidence: 'medium',
  believed: [
    'Registers 40236 and 40793 to 40801 are cyclic set points and volatile.',
    'The set points cannot be read back.',
    'The default mode (2424) with both upper bounds at 0 leaves the battery idle.',
  ],
};

const quirks = [
  "Modbus is off until it is switched on; SMA's own profile is at unit 3, SunSpec at unit 126.",
  'Registers are addressed by the number in the paper, without subtracting one.',
  'All six set points must come within 60 s, or the inverter returns to its own operation.',
];

const believed = ['At most 100 registers in one read.'];

/** SMA Smart Energy hybrid inverters; the meter behind them shows as the grid port. */
export const smaHybrid: Profile = {
  ...common,
  id: 'sma-hybrid',
  models: ['Sunny Tripower Smart Energy', 'Sunny Boy Smart Energy'],
  roles: ['hybridInverter'],
  blocks: [
    { table: 'holding', address: 30_773, count: 32, rate: 'high' },
    { table: 'input', address: 30_865, count: 4, rate: 'high' },
    { table: 'input', address: 31_259, count: 12, rate: 'high' },
    { table: 'input', address: 31_393, count: 4, rate: 'high' },
  ],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryPower],
  deny: [
    {
      table: 'holding',
      address: 40_200,
      count: 36,
      why: 'operating mode, grid code and control of active and reactive power (Grid Guard)',
    },
    { table: 'holding', address: 41_000, count: 3000, why: 'grid code (Grid Guard)' },
    { table: 'holding', address: 43_090, count: 2, why: 'Grid Guard code' },
  ],
  quirks: [...quirks, 'State the limits of the battery in the configuration: they are not read.'],
  confidence: 'medium',
  believed,
  sameDeviceAs: ['sma-hybrid-meter'],
  vectors: [
    {
      note: 'two strings, charging 2,500 W, exporting 2 kW in its own register',
      registers: [
        { table: 'holding', address: 30_201, bytes: '00000133' },
        { table: 'holding', address: 30_513, bytes: '000000000012D687' },
        { table: 'holding', address: 30_581, bytes: '000493E0 0007A120' },
        { table: 'holding', address: 30_773, bytes: '00000BB8 00000D7A' },
        { table: 'holding', address: 30_777, bytes: '0000047E 0000047E 0000047E' },
        { table: 'holding', address: 30_783, bytes: '00005A0A 00005A78 0000599C' },
        { table: 'holding', address: 30_803, bytes: '0000138A' },
        { table: 'holding', address: 30_845, bytes: '00000037' },
        { table: 'holding', address: 30_849, bytes: '000000FA 0000A028' },
        { table: 'holding', address: 30_953, bytes: '0000019F' },
        { table: 'holding', address: 30_961, bytes: '00000BB8' },
        { table: 'holding', address: 30_967, bytes: '80000000' },
        { table: 'holding', address: 31_397, bytes: '000000000003 0D40' },
        { table: 'holding', address: 31_401, bytes: '000000000002BF20' },
        { table: 'input', address: 30_865, bytes: '00000000 000007D0' },
        { table: 'input', address: 31_259, bytes: '00000320 00000258 00000258' },
        { table: 'input', address: 31_265, bytes: '00000000 00000000 00000000' },
        { table: 'input', address: 31_393, bytes: '000009C4 00000000' },
      ],
      values: {
        operating: 1,
        fault: 0,
        exportEnergy: 1_234_567_000,
        pvPower: -6000,
        power: -3450,
        powerL1: -1150,
        powerL2: -1150,
        powerL3: -1150,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        frequency: 50.02,
        temperature: 41.5,
        batteryPower: 2500,
        stateOfCharge: 55,
        batteryTemperature: 25,
        batteryVoltage: 410,
        batteryChargeEnergy: 200_000_000,
        batteryDischargeEnergy: 180_000_000,
        gridPower: -2000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridImportEnergy: 300_000_000,
        gridExportEnergy: 500_000_000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 40_793, bytes: '00000BB8' },
            { table: 'holding', address: 40_795, bytes: '00000BB8' },
            { table: 'holding', address: 40_797, bytes: '00000000' },
            { table: 'holding', address: 40_799, bytes: '00000000' },
            { table: 'holding', address: 40_801, bytes: '00000000' },
            { table: 'holding', address: 40_236, bytes: '000008F1' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 40_793, bytes: '00000000' },
            { table: 'holding', address: 40_795, bytes: '00000000' },
            { table: 'holding', address: 40_797, bytes: '000009C4' },
            { table: 'holding', address: 40_799, bytes: '000009C4' },
            { table: 'holding', address: 40_801, bytes: '00000000' },
            { table: 'holding', address: 40_236, bytes: '000008F2' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 40_793, bytes: '00000000' },
            { table: 'holding', address: 40_795, bytes: '00000000' },
            { table: 'holding', address: 40_797, bytes: '00000000' },
            { table: 'holding', address: 40_799, bytes: '00000000' },
            { table: 'holding', address: 40_801, bytes: '00000000' },
            { table: 'holding', address: 40_236, bytes: '00000978' },
          ],
        },
      ],
    },
    {
      note: 'at night: PV, battery and meter are not there; what is not there is no zero',
      registers: [
        { table: 'holding', address: 30_201, bytes: '00FFFFFD' },
        { table: 'holding', address: 30_773, bytes: '80000000 80000000' },
        { table: 'holding', address: 30_845, bytes: 'FFFFFFFF' },
        { table: 'holding', address: 30_961, bytes: '80000000' },
        { table: 'holding', address: 31_401, bytes: 'FFFFFFFFFFFFFFFF' },
        { table: 'input', address: 30_865, bytes: '80000000 80000000' },
        { table: 'input', address: 31_393, bytes: 'FFFFFFFF 000005DC' },
      ],
      values: {
        operating: null,
        pvPower: null,
        power: null,
        stateOfCharge: null,
        batteryPower: null,
        batteryDischargeEnergy: null,
        gridPower: null,
      },
    },
  ],
};

/** The meter behind an SMA hybrid inverter as the grid meter of the site. */
export const smaHybridMeter: Profile = {
  ...common,
  id: 'sma-hybrid-meter',
  models: ['Energy meter behind a Smart Energy inverter'],
  roles: ['gridMeter'],
  blocks: [
    { table: 'input', address: 30_865, count: 4, rate: 'high' },
    { table: 'input', address: 31_259, count: 12, rate: 'high' },
    { table: 'input', address: 31_435, count: 6, rate: 'high' },
  ],
  points: [
    ...meterPoints('device'),
    ...phases(inputS32, 'current', [31_435, 31_437, 31_439], 'A', {
      scale: 0.001,
      ...PHASE_AMPERES,
    }),
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [quirks[0] ?? '', quirks[1] ?? ''],
  confidence: 'medium',
  believed,
  sameDeviceAs: ['sma-hybrid'],
  vectors: [
    {
      note: 'importing 1.2 kW, exporting on L2',
      registers: [
        { table: 'holding', address: 30_581, bytes: '000493E0 0007A120' },
        { table: 'input', address: 30_865, bytes: '000004B0 00000000' },
        { table: 'input', address: 31_259, bytes: '00000000 000000C8 00000000' },
        { table: 'input', address: 31_265, bytes: '000003E8 00000000 00000190' },
        { table: 'input', address: 31_435, bytes: '00001478 FFFFFC18 000006D6' },
      ],
      values: {
        power: 1200,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 1.75,
        importEnergy: 300_000_000,
        exportEnergy: 500_000_000,
      },
    },
  ],
};
