import type { Profile, ProfileControl, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { doubted, phases, registers } from '../registers.js';
import {
  CELSIUS,
  GRID_HERTZ,
  GRID_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
} from './bounds.js';

const u16 = registers({ table: 'input', encoding: 'u16' });
const s16 = registers({ table: 'input', encoding: 's16' });

/** 32-bit values come with their less significant register first. */
const u32 = registers({ table: 'input', encoding: 'u32', wordOrder: 'little' });
const s32 = registers({ table: 'input', encoding: 's32', wordOrder: 'little' });

const counter = { minimum: 0, rate: 'low' } as const;
const believedLayout = doubted('Registers of the X3 series with three phases (from 0x6A).');

/** Strings, AC port and state. */
const inverterPoints: ProfilePoint[] = [
  s16('temperature', 8, '°C', {
    rate: 'low',
    ...CELSIUS,
    ...doubted('Register 8 is the temperature in whole degrees.'),
  }),
  u16('operating', 9, 'bool', {
    oneOf: [2],
    ...doubted('Run mode 2 (register 9) is normal operation.'),
  }),
  u16('fault', 9, 'bool', { oneOf: [3, 4], ...doubted('Run modes 3 and 4 are faults.') }),
  u16('string1Power', 10, 'W', { internal: true }),
  u16('string2Power', 11, 'W', { internal: true }),
  u16('string3Power', 292, 'W', { internal: true }),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1 },
      { point: 'string3Power', factor: -1, optional: true },
    ],
  },
  ...phases(u16, 'voltage', [106, 110, 114], 'V', {
    scale: 0.1,
    ...PHASE_VOLTS,
    ...believedLayout,
  }),
  ...phases(s16, 'current', [107, 111, 115], 'A', {
    scale: 0.1,
    ...PHASE_AMPERES,
    ...believedLayout,
  }),
  ...phases(s16, 'power', [108, 112, 116], 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('The power of a phase (108, 112, 116) is positive while the inverter gives it.'),
  }),
  {
    id: 'power',
    unit: 'W',
    sum: [
      { point: 'powerL1' },
      { point: 'powerL2', optional: true },
      { point: 'powerL3', optional: true },
    ],
    ...doubtedSum(),
  },
  u16('frequency', 109, 'Hz', { scale: 0.01, ...GRID_HERTZ, ...believedLayout }),
  u32('pvEnergy', 148, 'kWh', { scale: 0.1, ...counter }),
];

function doubtedSum() {
  return { confidence: 'believed', believed: ['The AC power is the sum of the phases.'] } as {
    confidence: 'believed';
    believed: string[];
  };
}

/** The battery: the device counts charging as positive, like the house. */
const batteryPoints: RegisterPoint[] = [
  s16('batteryPower', 22, 'W', {
    sign: 1,
    ...INVERTER_WATTS,
    ...doubted('Register 22 is the power of the first battery, positive while it charges.'),
  }),
  u16('stateOfCharge', 28, '%', {
    ...PERCENT,
    ...doubted('Register 28 is the state of charge of the first battery.'),
  }),
];

/** The meter: what is fed in is positive. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    s32(name('gridPower', 'power'), 70, 'W', { sign: -1, ...GRID_WATTS }),
    u32(name('gridExportEnergy', 'exportEnergy'), 72, 'kWh', {
      scale: 0.01,
      ...counter,
      ...doubted('Register 72 counts what is fed in, in 0.01 kWh.'),
    }),
    u32(name('gridImportEnergy', 'importEnergy'), 74, 'kWh', { scale: 0.01, ...counter }),
  ];
}

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'SolaX',
  phases: 3,
  transport: {
    kinds: ['tcp', 'rtu'],
    unit: 1,
    port: 502,
    baudRate: 19_200,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 100,
    minimumPollIntervalMs: 1000,
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/solax.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    {
      title: 'wills106/homeassistant-solax-modbus, plugin_solax.py',
      reference: '27875b3b (2026-08-04)',
    },
  ],
  confidence: 'medium',
};

const single = (address: number, map: readonly (readonly [number, number])[]) => ({
  table: 'holding' as const,
  address,
  fields: [
    {
      encoding: 'u16' as const,
      value: { map: map.map(([from, to]): [number, number] => [from, to]) },
    },
  ],
});

/** Manual operation (use mode 3) with 0 = neither charging nor discharging, 1 = forced charging. */
const batteryMode: ProfileControl = {
  id: 'batteryMode',
  unit: 'state',
  states: [
    { value: 0, name: 'self-use' },
    { value: 1, name: 'no discharging (and no charging)' },
    { value: 2, name: 'charging, also from the grid' },
  ],
  steps: [
    single(32, [
      [0, 0],
      [1, 0],
      [2, 1],
    ]),
    single(31, [
      [0, 0],
      [1, 3],
      [2, 3],
    ]),
  ],
  verify: 'none',
  storage: 'unknown',
  onLoss: 'stays in the last use mode',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'import',
  responseMs: 10_000,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
  release: [
    { table: 'holding', address: 32, fields: [{ encoding: 'u16', value: 0 }] },
    { table: 'holding', address: 31, fields: [{ encoding: 'u16', value: 0 }] },
  ],
  believed: [
    'Use mode 0 (self-use) is what the user wants when nobody commands.',
    'Written registers cannot be read back at the same addresses.',
  ],
};

const quirks = [
  '32-bit values come with the less significant register first.',
  'Settings must be unlocked in the inverter before they can be written.',
  'Remote control with a timeout exists (VPP) and is not part of this profile.',
];

/** SolaX X1 and X3 hybrid inverters, generations 3 and 4; the meter shows as the grid port. */
export const solaxX1X3: Profile = {
  ...common,
  id: 'solax-x1-x3',
  models: [
    'X3-Hybrid G4',
    'X3-Hybrid G3',
    'Q.HOME ESS HYB-G3',
    'X1-Hybrid G3 and G4 (meter, PV and battery)',
  ],
  roles: ['hybridInverter'],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryMode],
  deny: [
    {
      table: 'holding',
      address: 0,
      count: 28,
      why: 'unlock code, clock, grid code and protection',
    },
  ],
  quirks: [...quirks, 'A single-phase X1 has its AC values elsewhere: they are absent here.'],
  believed: ['At most 100 registers in one read.'],
  sameDeviceAs: ['solax-x1-x3-meter'],
  vectors: [
    {
      note: 'charging with 2,500 W, feeding in 2,000 W (the device says +2000); low register first',
      registers: [
        { table: 'input', address: 8, bytes: '0029 0002 0BB8 0BB8' },
        { table: 'input', address: 22, bytes: '09C4' },
        { table: 'input', address: 28, bytes: '0037' },
        { table: 'input', address: 70, bytes: '07D0 0000 C350 0000 E240 0001' },
        {
          table: 'input',
          address: 106,
          bytes: '0901 0034 047E 138A 090C FFCC 047E 0000 08F6 0036 047E',
        },
        { table: 'input', address: 148, bytes: 'D687 0012' },
        { table: 'input', address: 292, bytes: '0064' },
      ],
      values: {
        temperature: 41,
        operating: 1,
        fault: 0,
        pvPower: -6100,
        batteryPower: 2500,
        stateOfCharge: 55,
        gridPower: -2000,
        gridExportEnergy: 500_000_000,
        gridImportEnergy: 1_234_560_000,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 5.2,
        currentL3: 5.4,
        powerL1: -1150,
        powerL2: -1150,
        powerL3: -1150,
        power: -3450,
        frequency: 50.02,
        pvEnergy: 123_456_700_000,
      },
      commands: [
        {
          control: 'batteryMode',
          value: 0,
          writes: [
            { table: 'holding', address: 32, bytes: '0000' },
            { table: 'holding', address: 31, bytes: '0000' },
          ],
        },
        {
          control: 'batteryMode',
          value: 1,
          writes: [
            { table: 'holding', address: 32, bytes: '0000' },
            { table: 'holding', address: 31, bytes: '0003' },
          ],
        },
        {
          control: 'batteryMode',
          value: 2,
          writes: [
            { table: 'holding', address: 32, bytes: '0001' },
            { table: 'holding', address: 31, bytes: '0003' },
          ],
        },
      ],
    },
    {
      note: 'discharging and importing',
      registers: [
        { table: 'input', address: 22, bytes: 'FA24' },
        { table: 'input', address: 70, bytes: 'FB50 FFFF' },
      ],
      values: { batteryPower: -1500, gridPower: 1200 },
    },
  ],
};

/** The meter behind a SolaX hybrid inverter as the grid meter of the site. */
export const solaxX1X3Meter: Profile = {
  ...common,
  id: 'solax-x1-x3-meter',
  models: ['Meter or current transformers behind an X1 or X3 hybrid'],
  roles: ['gridMeter'],
  points: [
    ...meterPoints('device'),
    ...phases(u16, 'voltage', [202, 203, 204], 'V', { scale: 0.1, ...PHASE_VOLTS }),
    ...phases(s16, 'current', [206, 207, 208], 'A', { scale: 0.1, ...PHASE_AMPERES }),
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [quirks[0] ?? ''],
  believed: ['At most 100 registers in one read.'],
  sameDeviceAs: ['solax-x1-x3'],
  vectors: [
    {
      note: 'importing 1,200 W; low register first',
      registers: [
        { table: 'input', address: 70, bytes: 'FB50 FFFF C350 0000 E240 0001' },
        { table: 'input', address: 202, bytes: '0901 090C 08F6 0000 FFCC 000A 0012' },
      ],
      values: {
        power: 1200,
        exportEnergy: 500_000_000,
        importEnergy: 1_234_560_000,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 1,
        currentL3: 1.8,
      },
    },
  ],
};
