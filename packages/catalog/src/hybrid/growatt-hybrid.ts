import type { Profile, ProfileControl, ProfilePoint } from '@microgrid/devices';
import { doubted, phases, registers } from '../registers.js';
import { CELSIUS, GRID_HERTZ, PERCENT, PHASE_AMPERES, PHASE_VOLTS } from './bounds.js';

const u16 = registers({ table: 'input', encoding: 'u16' });
const u32 = registers({ table: 'input', encoding: 'u32' });

const watts = { internal: true, scale: 0.1, minimum: 0, maximum: 112_500 } as const;
const counter = { scale: 0.1, minimum: 0, rate: 'low' } as const;
const paper = 'as the protocol of the maker lists it';

/** PV generator, AC port and state; powers are unsigned and counted in 0.1 W. */
const inverterPoints: ProfilePoint[] = [
  u16('operating', 0, 'bool', {
    oneOf: [1, 5, 6],
    ...doubted('States 1, 5 and 6 of register 0 mean that the inverter converts.'),
  }),
  u16('fault', 0, 'bool', { oneOf: [3], ...doubted('State 3 of register 0 means a fault.') }),
  u32('pvPower', 1, 'W', { scale: 0.1, sign: -1, minimum: -100_000, maximum: 0 }),
  u32('power', 35, 'W', {
    scale: 0.1,
    sign: -1,
    minimum: -100_000,
    maximum: 0,
    ...doubted(
      `Register 35 is the power out of the AC port, ${paper}; charging from the grid does not show in it.`,
    ),
  }),
  u16('frequency', 37, 'Hz', {
    scale: 0.01,
    ...GRID_HERTZ,
    ...doubted(`Register 37 is the frequency, ${paper}.`),
  }),
  ...phases(u16, 'voltage', [38, 42, 46], 'V', {
    scale: 0.1,
    ...PHASE_VOLTS,
    ...doubted(`Registers 38, 42 and 46 are the voltages, ${paper}.`),
  }),
  ...phases(u16, 'current', [39, 43, 47], 'A', {
    scale: 0.1,
    ...PHASE_AMPERES,
    ...doubted(`Registers 39, 43 and 47 are the currents, ${paper}.`),
  }),
  u32('pvEnergy', 91, 'kWh', counter),
  u16('temperature', 93, '°C', {
    scale: 0.1,
    rate: 'low',
    ...CELSIUS,
    ...doubted(`Register 93 is the temperature, ${paper}.`),
  }),
];

/** The battery: what it gives and what it takes stand in registers of their own. */
const batteryPoints: ProfilePoint[] = [
  u32('dischargingPower', 1009, 'W', watts),
  u32('chargingPower', 1011, 'W', watts),
  {
    id: 'batteryPower',
    unit: 'W',
    sum: [{ point: 'chargingPower' }, { point: 'dischargingPower', factor: -1 }],
  },
  u16('stateOfCharge', 1014, '%', PERCENT),
  u32('batteryDischargeEnergy', 1054, 'kWh', counter),
  u32('batteryChargeEnergy', 1058, 'kWh', {
    ...counter,
    ...doubted(`Register 1058 counts the energy into the battery, ${paper}.`),
  }),
];

/** The grid connection: import and export stand in registers of their own. */
function meterPoints(port: 'grid' | 'device'): ProfilePoint[] {
  const name = (grid: string, device: string): string => (port === 'grid' ? grid : device);
  return [
    u32('importPower', 1021, 'W', watts),
    u32('exportPower', 1029, 'W', watts),
    {
      id: name('gridPower', 'power'),
      unit: 'W',
      sum: [{ point: 'importPower' }, { point: 'exportPower', factor: -1 }],
    },
    u32(name('gridImportEnergy', 'importEnergy'), 1046, 'kWh', counter),
    u32(name('gridExportEnergy', 'exportEnergy'), 1050, 'kWh', {
      ...counter,
      ...doubted(`Register 1050 counts what is fed in, ${paper}.`),
    }),
  ];
}

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Growatt',
  phases: 3,
  transport: {
    kinds: ['rtu', 'rtuOverTcp', 'tcp'],
    unit: 1,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 100,
    requestDelayMs: 200,
    minimumPollIntervalMs: 1000,
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/growatt-hybrid.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    { title: '0xAHA/Growatt_ModbusTCP, issues 299, 384 and 392: settings wear the EEPROM' },
    { title: 'OpenInverterGateway/OpenInverterGateway, issue 32' },
  ],
  confidence: 'medium',
};

const map = (address: number, values: readonly [number, number, number]) => ({
  table: 'holding' as const,
  address,
  multiple: true,
  fields: [
    {
      encoding: 'u16' as const,
      value: { map: values.map((raw, command): [number, number] => [command, raw]) },
    },
  ],
});

/** Register 1102 puts the battery first in its time slot, 1092 lets the grid charge it; function code 16. */
const batteryMode: ProfileControl = {
  id: 'batteryMode',
  unit: 'state',
  states: [
    { value: 0, name: 'own operation' },
    { value: 1, name: 'battery first: no discharging' },
    { value: 2, name: 'battery first, also from the grid' },
  ],
  steps: [map(1102, [0, 1, 1]), map(1092, [0, 0, 1])],
  verify: 'registers',
  storage: 'stored',
  onLoss: 'keeps the last mode',
  fallback: { value: 'last' },
  safeValue: 0,
  risk: 'import',
  responseMs: 10_000,
  minimumDwellMs: 900_000,
  writesPerDay: 24,
  release: [
    {
      table: 'holding',
      address: 1102,
      multiple: true,
      fields: [{ encoding: 'u16', value: 0 }],
    },
    {
      table: 'holding',
      address: 1092,
      multiple: true,
      fields: [{ encoding: 'u16', value: 0 }],
    },
  ],
  believed: ['The first time slot of "battery first" covers the whole day.'],
};

const quirks = [
  'Only registers 30101, 30154 and 30407 to 30409 of the newest protocol are not stored: every setting used here wears the memory.',
  'At least 200 ms between requests.',
];

const believed = ['At most 100 registers in one read.'];

/** Growatt SPH, SPA and MOD hybrid inverters; the grid connection shows as the grid port. */
export const growattHybrid: Profile = {
  ...common,
  id: 'growatt-hybrid',
  models: ['SPH', 'SPA', 'MOD TL3-XH'],
  roles: ['hybridInverter'],
  blocks: [
    { table: 'input', address: 1009, count: 22, rate: 'high' },
    { table: 'input', address: 1046, count: 14, rate: 'low' },
  ],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryMode],
  deny: [
    { table: 'holding', address: 0, count: 90, why: 'grid code, address, baud rate, active power' },
    { table: 'holding', address: 122, count: 2, why: 'export limit settings, which are stored' },
    { table: 'holding', address: 1100, count: 2, why: 'time slot of "battery first"' },
  ],
  quirks: [
    ...quirks,
    'Once, by hand: registers 1100, 1101 and 1102 must be set to 0, 5947 and 0 in one write, so that the slot covers the day.',
  ],
  believed,
  sameDeviceAs: ['growatt-hybrid-meter'],
  vectors: [
    {
      note: 'producing 6,000.5 W, charging 2,500 W, exporting 2,000 W: each in its own register',
      registers: [
        { table: 'input', address: 0, bytes: '0005 0000EA65' },
        { table: 'input', address: 35, bytes: '000086C4 138A 0901 0034' },
        { table: 'input', address: 42, bytes: '090C 0035' },
        { table: 'input', address: 46, bytes: '08F6 0036' },
        { table: 'input', address: 91, bytes: '0001E240 019F' },
        { table: 'input', address: 1009, bytes: '00000000 000061A8' },
        { table: 'input', address: 1014, bytes: '0037' },
        { table: 'input', address: 1021, bytes: '00000000' },
        { table: 'input', address: 1029, bytes: '00004E20' },
        { table: 'input', address: 1046, bytes: '00007530' },
        { table: 'input', address: 1050, bytes: '0000C350' },
        { table: 'input', address: 1054, bytes: '00004650' },
        { table: 'input', address: 1058, bytes: '00004E20' },
      ],
      values: {
        operating: 1,
        fault: 0,
        pvPower: -6000.5,
        power: -3450,
        frequency: 50.02,
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 5.3,
        currentL3: 5.4,
        pvEnergy: 12_345_600_000,
        temperature: 41.5,
        batteryPower: 2500,
        stateOfCharge: 55,
        gridPower: -2000,
        gridImportEnergy: 3_000_000_000,
        gridExportEnergy: 5_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
        batteryChargeEnergy: 2_000_000_000,
      },
      commands: [
        {
          control: 'batteryMode',
          value: 0,
          writes: [
            { table: 'holding', address: 1102, bytes: '0000' },
            { table: 'holding', address: 1092, bytes: '0000' },
          ],
        },
        {
          control: 'batteryMode',
          value: 1,
          writes: [
            { table: 'holding', address: 1102, bytes: '0001' },
            { table: 'holding', address: 1092, bytes: '0000' },
          ],
        },
        {
          control: 'batteryMode',
          value: 2,
          writes: [
            { table: 'holding', address: 1102, bytes: '0001' },
            { table: 'holding', address: 1092, bytes: '0001' },
          ],
        },
      ],
    },
    {
      note: 'discharging and importing',
      registers: [
        { table: 'input', address: 1009, bytes: '00003A98 00000000' },
        { table: 'input', address: 1021, bytes: '00002EE0' },
        { table: 'input', address: 1029, bytes: '00000000' },
      ],
      values: { batteryPower: -1500, gridPower: 1200 },
    },
  ],
};

/** The grid connection behind a Growatt hybrid inverter as the grid meter of the site. */
export const growattHybridMeter: Profile = {
  ...common,
  id: 'growatt-hybrid-meter',
  models: ['Meter behind an SPH, SPA or MOD TL3-XH'],
  roles: ['gridMeter'],
  blocks: [
    { table: 'input', address: 1021, count: 10, rate: 'high' },
    { table: 'input', address: 1046, count: 6, rate: 'low' },
  ],
  points: meterPoints('device'),
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks,
  believed,
  sameDeviceAs: ['growatt-hybrid'],
  vectors: [
    {
      note: 'importing 1,200 W',
      registers: [
        { table: 'input', address: 1021, bytes: '00002EE0' },
        { table: 'input', address: 1029, bytes: '00000000' },
        { table: 'input', address: 1046, bytes: '00007530' },
        { table: 'input', address: 1050, bytes: '0000C350' },
      ],
      values: { power: 1200, importEnergy: 3_000_000_000, exportEnergy: 5_000_000_000 },
    },
  ],
};
