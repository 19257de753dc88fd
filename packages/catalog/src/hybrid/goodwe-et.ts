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

const u16 = registers({ table: 'holding', encoding: 'u16' });
const s16 = registers({ table: 'holding', encoding: 's16' });
const u32 = registers({ table: 'holding', encoding: 'u32' });
const s32 = registers({ table: 'holding', encoding: 's32' });
const f32 = registers({ table: 'holding', encoding: 'f32' });

const counter = { scale: 0.1, minimum: 0, rate: 'low' } as const;

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'transport' | 'sentinels' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'GoodWe',
  transport: {
    kinds: ['rtuOverUdp', 'tcp', 'rtu'],
    unit: 247,
    port: 8899,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    requestTimeoutMs: 3000,
    registersPerRead: 125,
    oneClient: true,
  },
  sentinels: { u16: [0xffff], u32: [0xffff_ffff] },
  sources: [
    { title: 'marcelblijleven/goodwe, goodwe/et.py', reference: '66dfcdd' },
    {
      title: 'evcc-io/evcc, templates/definition/meter/goodwe-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    {
      title: 'OpenEMS/openems, io.openems.edge.goodwe, EMS power modes',
      reference: '0e4ea8881f (2026-04-04)',
    },
  ],
  confidence: 'high',
};

const string = (id: string, address: number): RegisterPoint =>
  u32(id, address, 'W', { internal: true, minimum: 0, maximum: 50_000 });

/** The inverter: AC port, strings, backup port and energies. It counts what it gives as positive. */
const inverterPoints: ProfilePoint[] = [
  string('string1Power', 35_105),
  string('string2Power', 35_109),
  string('string3Power', 35_113),
  string('string4Power', 35_117),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1, optional: true },
      { point: 'string3Power', factor: -1, optional: true },
      { point: 'string4Power', factor: -1, optional: true },
    ],
  },
  ...phases(u16, 'voltage', [35_121, 35_126, 35_131], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(u16, 'current', [35_122, 35_127, 35_132], 'A', { scale: 0.1, ...PHASE_AMPERES }),
  u16('frequency', 35_123, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
  ...phases(s16, 'power', [35_125, 35_130, 35_135], 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('Power of a phase is positive while the inverter gives it.'),
  }),
  s16('power', 35_138, 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('Register 35138 is the power of the AC port, positive while the inverter gives it.'),
  }),
  s16('backupPower', 35_170, 'W', { sign: -1, ...INVERTER_WATTS }),
  s16('temperature', 35_176, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u16('operating', 35_187, 'bool', {
    oneOf: [1, 2],
    ...doubted('Work modes 1 (on grid) and 2 (off grid) mean that the inverter converts.'),
  }),
  u16('fault', 35_187, 'bool', { oneOf: [3], ...doubted('Work mode 3 means a fault.') }),
  u32('pvEnergy', 35_191, 'kWh', counter),
  u32('exportEnergy', 35_195, 'kWh', {
    ...counter,
    ...doubted('Register 35195 counts what leaves the AC port.'),
  }),
  u32('importEnergy', 35_200, 'kWh', {
    ...counter,
    ...doubted('Register 35200 counts what enters the AC port.'),
  }),
];

/** The battery: the device counts discharging as positive. */
const batteryPoints: RegisterPoint[] = [
  u16('batteryVoltage', 35_180, 'V', { scale: 0.1, minimum: 0, maximum: 1000 }),
  s16('batteryCurrent', 35_181, 'A', { scale: 0.1, sign: -1, minimum: -200, maximum: 200 }),
  s32('batteryPower', 35_182, 'W', { sign: -1, ...INVERTER_WATTS }),
  u32('batteryChargeEnergy', 35_206, 'kWh', counter),
  u32('batteryDischargeEnergy', 35_209, 'kWh', counter),
  s16('batteryTemperature', 37_003, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u16('stateOfCharge', 37_007, '%', PERCENT),
  u16('stateOfHealth', 37_008, '%', { rate: 'low', ...PERCENT }),
];

/** The meter: the device counts export as positive; energies are float32 in Wh. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    f32(name('gridExportEnergy', 'exportEnergy'), 36_015, 'Wh', { minimum: 0 }),
    f32(name('gridImportEnergy', 'importEnergy'), 36_017, 'Wh', { minimum: 0 }),
    ...phases(s32, name('gridPower', 'power'), [36_019, 36_021, 36_023], 'W', {
      sign: -1,
      ...GRID_PHASE_WATTS,
    }),
    s32(name('gridPower', 'power'), 36_025, 'W', { sign: -1, ...GRID_WATTS }),
  ];
}

const meterElectricity: RegisterPoint[] = [
  u16('frequency', 36_014, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
  s32('reactivePower', 36_033, 'var', { sign: -1, rate: 'low' }),
  ...phases(u16, 'voltage', [36_052, 36_053, 36_054], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(u16, 'current', [36_055, 36_056, 36_057], 'A', { scale: 0.1, ...PHASE_AMPERES }),
];

const mode = (value: number, when?: 'positive' | 'negative' | 'zero') => ({
  table: 'holding' as const,
  address: 47_511,
  fields: [{ encoding: 'u16' as const, value }],
  ...(when === undefined ? {} : { when }),
});

const power = (factor: number, when?: 'notNegative' | 'negative') => ({
  table: 'holding' as const,
  address: 47_512,
  multiple: true,
  fields: [{ encoding: 'u16' as const, value: factor === 0 ? 0 : { factor } }],
  ...(when === undefined ? {} : { when }),
});

/** EMS mode 11 charges the battery with the power set, 12 discharges it, 8 lets it rest. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'dc',
  minimum: -10_000,
  maximum: 10_000,
  steps: [
    power(1, 'notNegative'),
    power(-1, 'negative'),
    mode(11, 'positive'),
    mode(12, 'negative'),
    mode(8, 'zero'),
  ],
  verify: 'registers',
  storage: 'volatile',
  onLoss: 'stays in the last mode until somebody sets another one',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  release: [mode(1), power(0)],
  excludes: ['batteryMode'],
  confidence: 'medium',
  believed: [
    'Registers 47511 and 47512 are volatile: others rewrite them in a cycle.',
    'The firmware knows the modes 8, 11 and 12; newer series have these registers at 42000 and 42001.',
  ],
};

/** EMS mode 1 is its own operation; mode 2 charges from the sun and from the grid up to the power set. */
const batteryMode: ProfileControl = {
  id: 'batteryMode',
  unit: 'state',
  states: [
    { value: 0, name: 'own operation' },
    { value: 1, name: 'no discharging' },
    { value: 2, name: 'charging, also from the grid' },
  ],
  steps: [
    {
      table: 'holding',
      address: 47_512,
      multiple: true,
      fields: [
        {
          encoding: 'u16',
          value: {
            map: [
              [0, 0],
              [1, 0],
              [2, 10_000],
            ],
          },
        },
      ],
    },
    {
      table: 'holding',
      address: 47_511,
      fields: [
        {
          encoding: 'u16',
          value: {
            map: [
              [0, 1],
              [1, 2],
              [2, 2],
            ],
          },
        },
      ],
    },
  ],
  verify: 'registers',
  storage: 'volatile',
  onLoss: 'stays in the last mode until somebody sets another one',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'import',
  responseMs: 10_000,
  minimumDwellMs: 60_000,
  release: [mode(1), power(0)],
  excludes: ['batteryPower'],
  believed: ['Registers 47511 and 47512 are volatile: others rewrite them in a cycle.'],
};

const exportLimit: ProfileControl = {
  id: 'exportLimit',
  unit: 'W',
  terminal: 'ac',
  minimum: 0,
  maximum: 30_000,
  steps: [
    { table: 'holding', address: 47_510, fields: [{ encoding: 'u16', value: { factor: 1 } }] },
    { table: 'holding', address: 47_509, fields: [{ encoding: 'u16', value: 1 }] },
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
  release: [{ table: 'holding', address: 47_509, fields: [{ encoding: 'u16', value: 0 }] }],
  believed: ['The limit acts at the meter.'],
};

const quirks = [
  'A WiFi dongle answers RTU frames over UDP at port 8899; a LAN dongle answers Modbus TCP at port 502.',
  'The meter counts export and the battery counts discharging as positive: both are turned.',
];

const believed = [
  'A block from 35103 to 35211 and one from 36014 to 36057 are answered in one read each.',
];

/** GoodWe ET, EH, BT and BH hybrid inverters; the meter behind them shows as the grid port. */
export const goodweEt: Profile = {
  ...common,
  id: 'goodwe-et',
  models: ['ET', 'EH', 'BT', 'BH'],
  roles: ['hybridInverter'],
  phases: 3,
  blocks: [
    { table: 'holding', address: 35_103, count: 109, rate: 'high' },
    { table: 'holding', address: 36_014, count: 13, rate: 'high' },
    { table: 'holding', address: 37_003, count: 6, rate: 'high' },
  ],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryPower, batteryMode, exportLimit],
  deny: [
    {
      table: 'holding',
      address: 45_000,
      count: 1000,
      why: 'clock, country, grid code and battery settings',
    },
  ],
  quirks: [
    ...quirks,
    'The EMS mode stays until it is changed: it is set back to 1 (own operation) when this program stops.',
  ],
  believed,
  sameDeviceAs: ['goodwe-et-meter'],
  vectors: [
    {
      note: 'two strings, discharging 1.5 kW, exporting 2 kW: the device says +1500 and +2000',
      registers: [
        { table: 'holding', address: 35_105, bytes: '000005DC' },
        { table: 'holding', address: 35_109, bytes: '000003E8' },
        { table: 'holding', address: 35_113, bytes: 'FFFFFFFF' },
        { table: 'holding', address: 35_117, bytes: 'FFFFFFFF' },
        { table: 'holding', address: 35_121, bytes: '0901 0038 138A 0000 0514' },
        { table: 'holding', address: 35_126, bytes: '090C 0039 138A 0000 0515' },
        { table: 'holding', address: 35_131, bytes: '08F6 003A 138A 0000 0516' },
        { table: 'holding', address: 35_138, bytes: '0F3F' },
        { table: 'holding', address: 35_170, bytes: '00FA' },
        { table: 'holding', address: 35_176, bytes: '019F' },
        { table: 'holding', address: 35_180, bytes: '1004 0025 000005DC' },
        { table: 'holding', address: 35_187, bytes: '0001' },
        { table: 'holding', address: 35_191, bytes: '0001E240' },
        { table: 'holding', address: 35_195, bytes: '0001ADB0' },
        { table: 'holding', address: 35_200, bytes: '00000064' },
        { table: 'holding', address: 35_206, bytes: '00004E20 0000 00004650' },
        { table: 'holding', address: 36_015, bytes: '49742400 49F42400' },
        { table: 'holding', address: 36_019, bytes: '00000320 00000258 00000258 000007D0' },
        { table: 'holding', address: 37_003, bytes: 'FFCE' },
        { table: 'holding', address: 37_007, bytes: '0037 0063' },
      ],
      values: {
        pvPower: -2500,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.6,
        currentL2: 5.7,
        currentL3: 5.8,
        frequency: 50.02,
        powerL1: -1300,
        powerL2: -1301,
        powerL3: -1302,
        power: -3903,
        backupPower: -250,
        temperature: 41.5,
        batteryVoltage: 410,
        batteryCurrent: -3.7,
        batteryPower: -1500,
        operating: 1,
        fault: 0,
        pvEnergy: 12_345_600_000,
        exportEnergy: 11_000_000_000,
        importEnergy: 10_000_000,
        batteryChargeEnergy: 2_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
        gridExportEnergy: 1_000_000_000,
        gridImportEnergy: 2_000_000_000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridPower: -2000,
        batteryTemperature: -5,
        stateOfCharge: 55,
        stateOfHealth: 99,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 47_512, bytes: '0BB8' },
            { table: 'holding', address: 47_511, bytes: '000B' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 47_512, bytes: '09C4' },
            { table: 'holding', address: 47_511, bytes: '000C' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 47_512, bytes: '0000' },
            { table: 'holding', address: 47_511, bytes: '0008' },
          ],
        },
        {
          control: 'batteryMode',
          value: 0,
          writes: [
            { table: 'holding', address: 47_512, bytes: '0000' },
            { table: 'holding', address: 47_511, bytes: '0001' },
          ],
        },
        {
          control: 'batteryMode',
          value: 1,
          writes: [
            { table: 'holding', address: 47_512, bytes: '0000' },
            { table: 'holding', address: 47_511, bytes: '0002' },
          ],
        },
        {
          control: 'batteryMode',
          value: 2,
          writes: [
            { table: 'holding', address: 47_512, bytes: '2710' },
            { table: 'holding', address: 47_511, bytes: '0002' },
          ],
        },
        {
          control: 'exportLimit',
          value: 5000,
          writes: [
            { table: 'holding', address: 47_510, bytes: '1388' },
            { table: 'holding', address: 47_509, bytes: '0001' },
          ],
        },
      ],
    },
    {
      note: 'charging 2 kW from the grid: the device says -2000 for both',
      registers: [
        { table: 'holding', address: 35_138, bytes: 'F7CC' },
        { table: 'holding', address: 35_182, bytes: 'FFFFF830' },
        { table: 'holding', address: 35_187, bytes: '0003' },
        { table: 'holding', address: 36_025, bytes: 'FFFFF830' },
        { table: 'holding', address: 37_007, bytes: 'FFFF' },
      ],
      values: {
        power: 2100,
        batteryPower: 2000,
        gridPower: 2000,
        operating: 0,
        fault: 1,
        stateOfCharge: null,
      },
    },
  ],
};

/** The meter behind a GoodWe hybrid inverter as the grid meter of the site. */
export const goodweEtMeter: Profile = {
  ...common,
  id: 'goodwe-et-meter',
  models: ['GM3000 and other meters behind an ET, EH, BT or BH'],
  roles: ['gridMeter'],
  phases: 3,
  blocks: [{ table: 'holding', address: 36_014, count: 44, rate: 'high' }],
  points: [...meterPoints('device'), ...meterElectricity],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks,
  believed,
  sameDeviceAs: ['goodwe-et'],
  vectors: [
    {
      note: 'importing 1.2 kW: the device says -1200',
      registers: [
        { table: 'holding', address: 36_014, bytes: '1387 49742400 49F42400' },
        { table: 'holding', address: 36_019, bytes: 'FFFFFC18 000000C8 FFFFFE70 FFFFFB50' },
        { table: 'holding', address: 36_033, bytes: '00000064' },
        { table: 'holding', address: 36_052, bytes: '0901 090C 08F6 0034 000A 0011' },
      ],
      values: {
        frequency: 49.99,
        exportEnergy: 1_000_000_000,
        importEnergy: 2_000_000_000,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        power: 1200,
        reactivePower: -100,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 1,
        currentL3: 1.7,
      },
    },
  ],
};
