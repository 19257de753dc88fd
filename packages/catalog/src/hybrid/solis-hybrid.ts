import type { Profile, ProfileControl, RegisterPoint } from '@microgrid/devices';
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

const u16 = registers({ table: 'input', encoding: 'u16' });
const s16 = registers({ table: 'input', encoding: 's16' });
const u32 = registers({ table: 'input', encoding: 'u32' });
const s32 = registers({ table: 'input', encoding: 's32' });

const counter = { minimum: 0, rate: 'low' } as const;
const plugin = 'as the Solis plugin of a home automation reads it';

/** PV generator and AC port. */
const inverterPoints: RegisterPoint[] = [
  u32('pvEnergy', 33_029, 'kWh', counter),
  u32('pvPower', 33_057, 'W', { sign: -1, minimum: -100_000, maximum: 0 }),
  ...phases(u16, 'voltage', [33_073, 33_074, 33_075], 'V', {
    scale: 0.1,
    ...PHASE_VOLTS,
    ...doubted(`Registers 33073 to 33075 are the voltages, ${plugin}.`),
  }),
  ...phases(u16, 'current', [33_076, 33_077, 33_078], 'A', {
    scale: 0.1,
    ...PHASE_AMPERES,
    ...doubted(`Registers 33076 to 33078 are the currents, ${plugin}.`),
  }),
  s32('power', 33_079, 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted(`Register 33079 is the power of the AC port, positive while given, ${plugin}.`),
  }),
  s16('temperature', 33_093, '°C', {
    scale: 0.1,
    rate: 'low',
    ...CELSIUS,
    ...doubted(`Register 33093 is the temperature, ${plugin}.`),
  }),
  u16('frequency', 33_094, 'Hz', {
    scale: 0.01,
    ...GRID_HERTZ,
    ...doubted(`Register 33094 is the frequency, ${plugin}.`),
  }),
];

/** The battery: an amount and, apart from it, a direction (0 charges, 1 discharges). */
const batteryPoints: RegisterPoint[] = [
  u16('batteryVoltage', 33_133, 'V', {
    scale: 0.1,
    minimum: 0,
    maximum: 1000,
    ...doubted(`Register 33133 is the voltage of the battery, ${plugin}.`),
  }),
  u16('batteryDirection', 33_135, 'count', { internal: true }),
  u16('stateOfCharge', 33_139, '%', PERCENT),
  u16('stateOfHealth', 33_140, '%', {
    rate: 'low',
    ...PERCENT,
    ...doubted(`Register 33140 is the state of health, ${plugin}.`),
  }),
  s32('batteryPower', 33_149, 'W', {
    absolute: true,
    sign: 1,
    signFrom: { point: 'batteryDirection', minus: [1] },
    ...INVERTER_WATTS,
  }),
  u32('batteryChargeEnergy', 33_161, 'kWh', {
    ...counter,
    ...doubted(`Register 33161 counts the energy into the battery, ${plugin}.`),
  }),
  u32('batteryDischargeEnergy', 33_165, 'kWh', counter),
];

/** The meter: what is fed in is positive. */
function meterPoints(port: 'grid' | 'device'): RegisterPoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    ...phases(s32, name('gridPower', 'power'), [33_257, 33_259, 33_261], 'W', {
      sign: -1,
      ...GRID_PHASE_WATTS,
    }),
    s32(name('gridPower', 'power'), 33_263, 'W', {
      sign: -1,
      absent: [-0x8000_0000],
      ...GRID_WATTS,
    }),
    u32(name('gridImportEnergy', 'importEnergy'), 33_283, 'kWh', { scale: 0.01, ...counter }),
    u32(name('gridExportEnergy', 'exportEnergy'), 33_285, 'kWh', {
      scale: 0.01,
      ...counter,
      ...doubted('Register 33285 counts what is fed in, in 0.01 kWh.'),
    }),
  ];
}

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Solis',
  phases: 3,
  transport: {
    kinds: ['rtu', 'tcp', 'rtuOverTcp'],
    unit: 1,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 50,
    requestDelayMs: 300,
    minimumPollIntervalMs: 1000,
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/solis-hybrid-s.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    {
      title: 'wills106/homeassistant-solax-modbus, plugin_solis.py',
      reference: '27875b3b (2026-08-04)',
    },
    { title: 'stevebuk1/pv_opt, issue 423: settings wear the flash memory' },
  ],
  confidence: 'medium',
};

const map = (address: number, values: readonly [number, number, number]) => ({
  table: 'holding' as const,
  address,
  fields: [
    {
      encoding: 'u16' as const,
      value: {
        map: values.map((raw, command): [number, number] => [command, raw]),
      },
    },
  ],
});

/** Share of the battery that is kept for outages while nobody commands, in percent. */
const RESERVE_PERCENT = 20;

/**
 * Register 43110 is a field of bits: 1 = self-use, 16 = keep a reserve, 32 = charge from the grid. A
 * reserve of 100 % stops discharging; with the grid allowed it charges up to it.
 */
const batteryMode: ProfileControl = {
  id: 'batteryMode',
  unit: 'state',
  states: [
    { value: 0, name: 'self-use' },
    { value: 1, name: 'no discharging' },
    { value: 2, name: 'charging, also from the grid' },
  ],
  steps: [map(43_024, [RESERVE_PERCENT, 100, 100]), map(43_110, [17, 17, 49])],
  verify: 'registers',
  storage: 'stored',
  onLoss: 'keeps the last mode and reserve',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'import',
  responseMs: 10_000,
  minimumDwellMs: 900_000,
  writesPerDay: 24,
  release: [
    {
      table: 'holding',
      address: 43_024,
      fields: [{ encoding: 'u16', value: RESERVE_PERCENT }],
    },
    { table: 'holding', address: 43_110, fields: [{ encoding: 'u16', value: 17 }] },
  ],
  believed: [
    `A reserve of ${RESERVE_PERCENT} % is what the user wants while nobody commands.`,
    'Bits of register 43110 other than 0, 4 and 5 (times of use, backup) are 0.',
  ],
};

const quirks = [
  'The battery power has no sign: register 33135 says 0 for charging and 1 for discharging.',
  'The meter counts feeding in as positive: it is turned.',
  'Settings are kept in flash memory with a limited number of writes: change them rarely.',
];

const believed = ['At most 50 registers in one read.', '300 ms between requests.'];

/** Solis RHI, S5 and S6 hybrid inverters; their meter shows as the grid port. */
export const solisHybrid: Profile = {
  ...common,
  id: 'solis-hybrid',
  models: ['RHI', 'S5-EH', 'S6-EH'],
  roles: ['hybridInverter'],
  blocks: [
    { table: 'input', address: 33_133, count: 34, rate: 'high' },
    { table: 'input', address: 33_257, count: 30, rate: 'high' },
  ],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryMode],
  deny: [
    { table: 'holding', address: 43_000, count: 24, why: 'clock, address, grid code' },
    { table: 'holding', address: 43_025, count: 85, why: 'grid code, protection, power factor' },
  ],
  quirks,
  believed,
  sameDeviceAs: ['solis-hybrid-meter'],
  vectors: [
    {
      note: 'charging: direction 0 leaves the amount positive; feeding in 2,000 W',
      registers: [
        { table: 'input', address: 33_029, bytes: '00003039' },
        { table: 'input', address: 33_057, bytes: '00001770' },
        { table: 'input', address: 33_073, bytes: '0901 090C 08F6 0034 0035 0036 00000D7A' },
        { table: 'input', address: 33_093, bytes: '019F 138A' },
        { table: 'input', address: 33_133, bytes: '0200 0000 0000' },
        { table: 'input', address: 33_139, bytes: '0037 0063' },
        { table: 'input', address: 33_149, bytes: '000009C4' },
        { table: 'input', address: 33_161, bytes: '000007D0' },
        { table: 'input', address: 33_165, bytes: '00000708' },
        { table: 'input', address: 33_257, bytes: '00000320 00000258 00000258 000007D0' },
        { table: 'input', address: 33_283, bytes: '00007530 0000C350' },
      ],
      values: {
        pvEnergy: 12_345_000_000,
        pvPower: -6000,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 5.3,
        currentL3: 5.4,
        power: -3450,
        temperature: 41.5,
        frequency: 50.02,
        batteryVoltage: 51.2,
        stateOfCharge: 55,
        stateOfHealth: 99,
        batteryPower: 2500,
        batteryChargeEnergy: 2_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridPower: -2000,
        gridImportEnergy: 300_000_000,
        gridExportEnergy: 500_000_000,
      },
      commands: [
        {
          control: 'batteryMode',
          value: 0,
          writes: [
            { table: 'holding', address: 43_024, bytes: '0014' },
            { table: 'holding', address: 43_110, bytes: '0011' },
          ],
        },
        {
          control: 'batteryMode',
          value: 1,
          writes: [
            { table: 'holding', address: 43_024, bytes: '0064' },
            { table: 'holding', address: 43_110, bytes: '0011' },
          ],
        },
        {
          control: 'batteryMode',
          value: 2,
          writes: [
            { table: 'holding', address: 43_024, bytes: '0064' },
            { table: 'holding', address: 43_110, bytes: '0031' },
          ],
        },
      ],
    },
    {
      note: 'discharging: direction 1 turns the sign; no meter',
      registers: [
        { table: 'input', address: 33_135, bytes: '0001' },
        { table: 'input', address: 33_149, bytes: '000005DC' },
        { table: 'input', address: 33_263, bytes: '80000000' },
      ],
      values: { batteryPower: -1500, gridPower: null },
    },
  ],
};

/** The meter behind a Solis hybrid inverter as the grid meter of the site. */
export const solisHybridMeter: Profile = {
  ...common,
  id: 'solis-hybrid-meter',
  models: ['Meter behind an RHI, S5 or S6'],
  roles: ['gridMeter'],
  blocks: [{ table: 'input', address: 33_252, count: 35, rate: 'high' }],
  points: [
    ...meterPoints('device'),
    ...phases(u16, 'current', [33_252, 33_254, 33_256], 'A', { scale: 0.01, ...PHASE_AMPERES }),
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: ['The meter counts feeding in as positive: it is turned.'],
  believed,
  sameDeviceAs: ['solis-hybrid'],
  vectors: [
    {
      note: 'importing 1,200 W: the meter says -1200',
      registers: [
        { table: 'input', address: 33_252, bytes: '020C 0000 0064 0000 00B4' },
        { table: 'input', address: 33_257, bytes: 'FFFFFC18 000000C8 FFFFFE70 FFFFFB50' },
        { table: 'input', address: 33_283, bytes: '00007530 0000C350' },
      ],
      values: {
        currentL1: 5.24,
        currentL2: 1,
        currentL3: 1.8,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        power: 1200,
        importEnergy: 300_000_000,
        exportEnergy: 500_000_000,
      },
    },
  ],
};
