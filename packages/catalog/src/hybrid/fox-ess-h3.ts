import type { Profile, ProfileControl, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { doubted, phases, registers } from '../registers.js';
import {
  CELSIUS,
  GRID_HERTZ,
  GRID_PHASE_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
} from './bounds.js';

const u16 = registers({ table: 'holding', encoding: 'u16' });
const s16 = registers({ table: 'holding', encoding: 's16' });
const u32 = registers({ table: 'holding', encoding: 'u32' });

const counter = { scale: 0.1, minimum: 0, rate: 'low' } as const;

/** Strings, AC port and backup port: what the inverter gives is positive there. */
const inverterPoints: ProfilePoint[] = [
  s16('string1Power', 31_002, 'W', { internal: true, ...INVERTER_WATTS }),
  s16('string2Power', 31_005, 'W', { internal: true, ...INVERTER_WATTS }),
  {
    id: 'pvPower',
    unit: 'W',
    sum: [
      { point: 'string1Power', factor: -1 },
      { point: 'string2Power', factor: -1, optional: true },
    ],
  },
  ...phases(u16, 'voltage', [31_006, 31_007, 31_008], 'V', { scale: 0.1, ...PHASE_VOLTS }),
  ...phases(s16, 'current', [31_009, 31_010, 31_011], 'A', { scale: 0.1, ...PHASE_AMPERES }),
  ...phases(s16, 'power', [31_012, 31_013, 31_014], 'W', {
    sign: -1,
    ...INVERTER_WATTS,
    ...doubted('The power of a phase (31012 to 31014) is positive while the inverter gives it.'),
  }),
  {
    id: 'power',
    unit: 'W',
    sum: [{ point: 'powerL1' }, { point: 'powerL2' }, { point: 'powerL3' }],
  },
  u16('frequency', 31_015, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
  s16('backupPowerL1', 31_022, 'W', { internal: true, ...INVERTER_WATTS }),
  s16('backupPowerL2', 31_023, 'W', { internal: true, ...INVERTER_WATTS }),
  s16('backupPowerL3', 31_024, 'W', { internal: true, ...INVERTER_WATTS }),
  {
    id: 'backupPower',
    unit: 'W',
    sum: [
      { point: 'backupPowerL1', factor: -1 },
      { point: 'backupPowerL2', factor: -1 },
      { point: 'backupPowerL3', factor: -1 },
    ],
  },
  s16('temperature', 31_032, '°C', { scale: 0.1, rate: 'low', ...CELSIUS }),
  u32('pvEnergy', 32_000, 'kWh', counter),
];

/** The battery: the device counts discharging as positive. */
const batteryPoints: RegisterPoint[] = [
  s16('batteryPower', 31_036, 'W', { sign: -1, ...INVERTER_WATTS }),
  s16('stateOfCharge', 31_038, '%', PERCENT),
  u32('batteryChargeEnergy', 32_003, 'kWh', counter),
  u32('batteryDischargeEnergy', 32_006, 'kWh', {
    ...counter,
    ...doubted('Register 32006 counts the energy out of the battery.'),
  }),
];

/** The meter: what is fed in is positive. */
function meterPoints(port: 'grid' | 'device'): ProfilePoint[] {
  const name = port === 'grid' ? 'gridPower' : 'power';
  return [
    ...phases(s16, name, [31_026, 31_027, 31_028], 'W', { sign: -1, ...GRID_PHASE_WATTS }),
    {
      id: name,
      unit: 'W',
      sum: [{ point: `${name}L1` }, { point: `${name}L2` }, { point: `${name}L3` }],
    },
    u32(port === 'grid' ? 'gridExportEnergy' : 'exportEnergy', 32_009, 'kWh', {
      ...counter,
      ...doubted('Register 32009 counts what is fed in.'),
    }),
    u32(port === 'grid' ? 'gridImportEnergy' : 'importEnergy', 32_012, 'kWh', counter),
  ];
}

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'transport' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Fox ESS',
  phases: 3,
  transport: {
    kinds: ['rtu', 'tcp', 'rtuOverTcp'],
    unit: 247,
    port: 502,
    baudRate: 9600,
    parity: 'none',
    stopBits: 1,
    registersPerRead: 50,
  },
  sources: [
    {
      title: 'evcc-io/evcc, templates/definition/meter/fox-ess-h3.yaml',
      reference: 'b29b49e30 (2026-08-08)',
    },
    { title: 'nathanmarlor/foxess_modbus, entity_descriptions.py and remote_control_manager.py' },
  ],
  confidence: 'medium',
};

const single = (address: number, value: number) => ({
  table: 'holding' as const,
  address,
  fields: [{ encoding: 'u16' as const, value }],
});

/** Fallback and timeout first, then the power, last the switch: negative charges, so the sign is turned. */
const batteryPower: ProfileControl = {
  id: 'batteryPower',
  unit: 'W',
  terminal: 'ac',
  minimum: -12_000,
  maximum: 12_000,
  steps: [
    // What decides after the timeout: self-use. It is stored, so it is written only when it is not so.
    { ...single(41_000, 0), purpose: 'fallback', once: true },
    { ...single(44_001, 60), purpose: 'fallback' },
    { table: 'holding', address: 44_002, fields: [{ encoding: 's32', value: { factor: -1 } }] },
    single(44_000, 1),
  ],
  verify: 'registers',
  storage: 'volatile',
  expiryMs: 60_000,
  refreshMs: 15_000,
  onLoss: 'after 60 s the work mode decides, which is set to self-use',
  fallback: { value: 'own' },
  safeValue: 0,
  risk: 'both',
  responseMs: 10_000,
  release: [single(44_000, 0)],
  believed: [
    'Registers 44000 to 44003 are volatile.',
    'The power is taken also before remote control is switched on; if not, the next refresh brings it.',
    'The power is that of the AC port: what the PV generator gives is part of it.',
    'Work mode 0 of register 41000 is self-use; the register is stored.',
  ],
};

const quirks = [
  'Through the LAN port of some firmware nothing answers: RS485 with a converter is the sure way.',
  'The battery counts discharging and the meter feeding in as positive: both are turned.',
];

const believed = ['At most 50 registers in one read.'];

/** Fox ESS H3 hybrid inverter; its meter shows as the grid port. */
export const foxEssH3: Profile = {
  ...common,
  id: 'fox-ess-h3',
  models: ['H3', 'AC3'],
  roles: ['hybridInverter'],
  blocks: [
    { table: 'holding', address: 31_002, count: 37, rate: 'high' },
    { table: 'holding', address: 32_000, count: 14, rate: 'low' },
  ],
  points: [...inverterPoints, ...batteryPoints, ...meterPoints('grid')],
  controls: [batteryPower],
  deny: [
    { table: 'holding', address: 40_000, count: 1000, why: 'clock, country and grid code' },
    {
      table: 'holding',
      address: 41_001,
      count: 19,
      why: 'limits of the battery, which are stored',
    },
  ],
  quirks: [
    ...quirks,
    'The work mode decides when this program is silent for 60 s: it is set to self-use before the first set point.',
    'While charging, the greatest state of charge is not respected by the inverter.',
  ],
  believed,
  sameDeviceAs: ['fox-ess-h3-meter'],
  vectors: [
    {
      note: 'giving 3,450 W, discharging 1,500 W (the device says +1500), feeding in 2,000 W',
      registers: [
        { table: 'holding', address: 31_002, bytes: '0BB8' },
        { table: 'holding', address: 31_005, bytes: '0BB8 0901 090C 08F6' },
        { table: 'holding', address: 31_009, bytes: '0034 FFCC 0036 047E 047E 047E 138A' },
        { table: 'holding', address: 31_022, bytes: '0064 0032 0064' },
        { table: 'holding', address: 31_026, bytes: '0320 0258 0258' },
        { table: 'holding', address: 31_032, bytes: '019F' },
        { table: 'holding', address: 31_036, bytes: '05DC 0000 0037' },
        { table: 'holding', address: 32_000, bytes: '0001E240' },
        { table: 'holding', address: 32_003, bytes: '00004E20' },
        { table: 'holding', address: 32_006, bytes: '00004650' },
        { table: 'holding', address: 32_009, bytes: '0000C350' },
        { table: 'holding', address: 32_012, bytes: '00007530' },
      ],
      values: {
        pvPower: -6000,
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
        backupPower: -250,
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridPower: -2000,
        temperature: 41.5,
        batteryPower: -1500,
        stateOfCharge: 55,
        pvEnergy: 12_345_600_000,
        batteryChargeEnergy: 2_000_000_000,
        batteryDischargeEnergy: 1_800_000_000,
        gridExportEnergy: 5_000_000_000,
        gridImportEnergy: 3_000_000_000,
      },
      commands: [
        {
          control: 'batteryPower',
          value: 3000,
          writes: [
            { table: 'holding', address: 41_000, bytes: '0000' },
            { table: 'holding', address: 44_001, bytes: '003C' },
            { table: 'holding', address: 44_002, bytes: 'FFFFF448' },
            { table: 'holding', address: 44_000, bytes: '0001' },
          ],
        },
        {
          control: 'batteryPower',
          value: -2500,
          writes: [
            { table: 'holding', address: 41_000, bytes: '0000' },
            { table: 'holding', address: 44_001, bytes: '003C' },
            { table: 'holding', address: 44_002, bytes: '000009C4' },
            { table: 'holding', address: 44_000, bytes: '0001' },
          ],
        },
        {
          control: 'batteryPower',
          value: 0,
          writes: [
            { table: 'holding', address: 41_000, bytes: '0000' },
            { table: 'holding', address: 44_001, bytes: '003C' },
            { table: 'holding', address: 44_002, bytes: '00000000' },
            { table: 'holding', address: 44_000, bytes: '0001' },
          ],
        },
      ],
    },
    {
      note: 'charging and importing',
      registers: [
        { table: 'holding', address: 31_026, bytes: 'FC18 00C8 FE70' },
        { table: 'holding', address: 31_036, bytes: 'F63C' },
      ],
      values: { gridPower: 1200, gridPowerL2: -200, batteryPower: 2500 },
    },
  ],
};

/** The meter behind a Fox ESS H3 as the grid meter of the site. */
export const foxEssH3Meter: Profile = {
  ...common,
  id: 'fox-ess-h3-meter',
  models: ['Meter behind an H3'],
  roles: ['gridMeter'],
  blocks: [{ table: 'holding', address: 32_009, count: 5, rate: 'low' }],
  points: meterPoints('device'),
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks,
  believed,
  sameDeviceAs: ['fox-ess-h3'],
  vectors: [
    {
      note: 'importing 1,200 W: the meter says -1000, +200 and -400',
      registers: [
        { table: 'holding', address: 31_026, bytes: 'FC18 00C8 FE70' },
        { table: 'holding', address: 32_009, bytes: '0000C350' },
        { table: 'holding', address: 32_012, bytes: '00007530' },
      ],
      values: {
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        power: 1200,
        exportEnergy: 5_000_000_000,
        importEnergy: 3_000_000_000,
      },
    },
  ],
};
