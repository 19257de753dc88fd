import type { Profile, ProfileControl, ProfilePoint, RegisterPoint } from '@microgrid/devices';
import { phases, registers, text } from '../registers.js';
import {
  GRID_HERTZ,
  GRID_PHASE_WATTS,
  INVERTER_WATTS,
  PERCENT,
  PHASE_AMPERES,
  PHASE_VOLTS,
  POWER_FACTOR,
} from './bounds.js';

/**
 * The register list of Venus OS gives scales as divisors: a "10" there means that a value is a tenth of
 * its register.
 */
const u16 = registers({ table: 'holding', encoding: 'u16' });
const s16 = registers({ table: 'holding', encoding: 's16' });
const u32 = registers({ table: 'holding', encoding: 'u32' });
const s32 = registers({ table: 'holding', encoding: 's32' });

const common: Pick<
  Profile,
  'schema' | 'manufacturer' | 'phases' | 'sentinels' | 'sources' | 'confidence'
> = {
  schema: 'microgrid/profile/1',
  manufacturer: 'Victron Energy',
  phases: 3,
  sentinels: { u16: [0xffff], s16: [0x7fff], u32: [0xffff_ffff], s32: [0x7fff_ffff] },
  sources: [
    { title: 'victronenergy/dbus_modbustcp, attributes.csv', reference: '24c50db (2026-04-21)' },
    { title: 'Victron Energy, ESS mode 2 and 3' },
  ],
  confidence: 'high',
};

const system: Profile['transport'] = {
  kinds: ['tcp'],
  unit: 100,
  port: 502,
  registersPerRead: 100,
};

const solar = { internal: true, minimum: 0, maximum: 60_000 } as const;

/** Grid, consumption and AC-coupled PV by phase, from the system service. */
const flows: RegisterPoint[] = [
  ...phases(u16, 'pvOnOutput', [808, 809, 810], 'W', solar),
  ...phases(u16, 'pvOnGrid', [811, 812, 813], 'W', solar),
  ...phases(u16, 'consumption', [817, 818, 819], 'W', solar),
  ...phases(s16, 'gridPower', [820, 821, 822], 'W', { sign: 1, ...GRID_PHASE_WATTS }),
];

const PHASES = ['L1', 'L2', 'L3'] as const;

/** One term for each phase; systems of one phase have no others. */
const byPhase = (id: string, factor: number, needed: boolean) =>
  PHASES.map((phase) => ({
    point: `${id}${phase}`,
    factor,
    ...(needed && phase === 'L1' ? {} : { optional: true }),
  }));

const systemPoints: ProfilePoint[] = [
  text('serial', 800, 6),
  ...flows,
  {
    id: 'gridPower',
    unit: 'W',
    sum: byPhase('gridPower', 1, true),
  },
  {
    // What comes from the grid and from AC-coupled PV and is not consumed goes into the inverter.
    id: 'power',
    unit: 'W',
    sum: [
      ...byPhase('gridPower', 1, true),
      ...byPhase('pvOnGrid', 1, false),
      ...byPhase('pvOnOutput', 1, false),
      ...byPhase('consumption', -1, true),
    ],
    confidence: 'believed',
    believed: ['What is not consumed of grid and AC-coupled PV enters the inverter.'],
  },
  u16('batteryVoltage', 840, 'V', { scale: 0.1, minimum: 0, maximum: 1000 }),
  s16('batteryCurrent', 841, 'A', { scale: 0.1, sign: 1, minimum: -3000, maximum: 3000 }),
  s16('batteryPower', 842, 'W', { sign: 1, ...INVERTER_WATTS }),
  u16('stateOfCharge', 843, '%', PERCENT),
  u16('pvPower', 850, 'W', { sign: -1, minimum: -65_535, maximum: 0 }),
];

/** The most that this profile commands: the configuration narrows it to the inverter's own. */
const MOST_WATTS = 30_000;

/** The set point at the grid connection as an override, which is not a setting. */
const gridPower: ProfileControl = {
  id: 'gridPower',
  unit: 'W',
  terminal: 'ac',
  minimum: -MOST_WATTS,
  maximum: MOST_WATTS,
  steps: [
    {
      table: 'holding',
      address: 2716,
      multiple: true,
      fields: [{ encoding: 's32', value: { factor: 1 } }],
    },
  ],
  verify: 'registers',
  storage: 'volatile',
  // Whether the GX drops the override by itself is not certain: refreshed, but no expiry is relied on.
  refreshMs: 20_000,
  onLoss: 'keeps the set point of the grid connection, or drops it after about 60 s',
  fallback: { value: 'unknown' },
  safeValue: 0,
  risk: 'import',
  responseMs: 10_000,
  release: [
    {
      table: 'holding',
      address: 2716,
      multiple: true,
      fields: [{ encoding: 's32', value: 0 }],
    },
  ],
  confidence: 'medium',
  believed: [
    'The override (2716) is not stored, unlike the setting at 2700.',
    'The GX may drop an override that is not repeated within 60 s: it is written every 20 s.',
    'An override of 0 W is what the user wants while nobody commands.',
  ],
};

/** Settings without a limit hold -1. */
const limit = (
  id: 'dischargeLimit' | 'exportLimit',
  address: number,
  step: number,
): ProfileControl => ({
  id,
  unit: 'W',
  ...(id === 'exportLimit' ? { terminal: 'ac' } : {}),
  minimum: 0,
  maximum: MOST_WATTS,
  step,
  steps: [
    { table: 'holding', address, fields: [{ encoding: 's16', value: { factor: 1 / step } }] },
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
  release: [{ table: 'holding', address, fields: [{ encoding: 's16', value: -1 }] }],
  believed: ['-1 lifts the limit.', 'Paths below /Settings are written to flash memory.'],
});

const quirks = [
  'Modbus TCP is switched on in the GX device (Settings, Services).',
  'Scales in the list of the maker are divisors: 10 means a tenth.',
];

/** Victron GX (Cerbo, Ekrano, Venus OS) with an ESS: what its system service knows, at unit 100. */
export const victronGx: Profile = {
  ...common,
  id: 'victron-gx',
  models: ['Cerbo GX', 'Ekrano GX', 'Venus GX', 'Color Control GX'],
  roles: ['hybridInverter'],
  transport: system,
  identity: { match: [], serial: 'serial' },
  blocks: [
    { table: 'holding', address: 808, count: 15, rate: 'high' },
    { table: 'holding', address: 840, count: 11, rate: 'high' },
  ],
  points: systemPoints,
  controls: [gridPower, limit('dischargeLimit', 2704, 10), limit('exportLimit', 2706, 100)],
  deny: [
    { table: 'holding', address: 806, count: 2, why: 'relays of the GX device' },
    {
      table: 'holding',
      address: 2700,
      count: 4,
      why: 'set point and percentages as settings, which are stored',
    },
    { table: 'holding', address: 2707, count: 2, why: 'feed-in settings, which are stored' },
    { table: 'holding', address: 2900, count: 4, why: 'mode of the ESS and battery life' },
  ],
  quirks: [
    ...quirks,
    'Values are those of 16-bit registers, which every firmware has; the 32-bit ones (from 872) repeat them.',
    'AC-coupled PV is a device of its own: victron-gx-pv. The grid meter is one at its own unit: victron-grid-meter.',
    'The override at 2716 needs Venus OS 3.50 or newer; older ones refuse the write.',
    'In ESS mode 3 set points must be repeated within 60 s; this profile uses mode 2.',
  ],
  believed: ['What is not there reads 65535, 32767 or their 32-bit counterparts.'],
  sameDeviceAs: ['victron-gx-pv'],
  vectors: [
    {
      note: 'exporting 2,000 W; scales are divisors: 512 is 51.2 V; charging is positive',
      registers: [
        { table: 'holding', address: 808, bytes: '0064 0064 0064 01F4 01F4 01F4' },
        { table: 'holding', address: 817, bytes: '012C 00C8 0064 FCE0 FDA8 FDA8' },
        { table: 'holding', address: 840, bytes: '0200 01E8 09C4 0037' },
        { table: 'holding', address: 850, bytes: '0FA0' },
      ],
      values: {
        gridPowerL1: -800,
        gridPowerL2: -600,
        gridPowerL3: -600,
        gridPower: -2000,
        power: -800,
        batteryVoltage: 51.2,
        batteryCurrent: 48.8,
        batteryPower: 2500,
        stateOfCharge: 55,
        pvPower: -4000,
      },
      commands: [
        {
          control: 'gridPower',
          value: 1500,
          writes: [{ table: 'holding', address: 2716, bytes: '000005DC' }],
        },
        {
          control: 'gridPower',
          value: -2000,
          writes: [{ table: 'holding', address: 2716, bytes: 'FFFFF830' }],
        },
        {
          control: 'gridPower',
          value: 0,
          writes: [{ table: 'holding', address: 2716, bytes: '00000000' }],
        },
        {
          control: 'dischargeLimit',
          value: 2500,
          writes: [{ table: 'holding', address: 2704, bytes: '00FA' }],
        },
        {
          control: 'exportLimit',
          value: 5000,
          writes: [{ table: 'holding', address: 2706, bytes: '0032' }],
        },
      ],
    },
    {
      note: 'one phase, no PV, discharging: what is not there is left out',
      registers: [
        { table: 'holding', address: 808, bytes: 'FFFF FFFF FFFF FFFF FFFF FFFF' },
        { table: 'holding', address: 817, bytes: '0708 FFFF FFFF 012C 7FFF 7FFF' },
        { table: 'holding', address: 842, bytes: 'FA24' },
        { table: 'holding', address: 850, bytes: 'FFFF' },
      ],
      values: {
        gridPower: 300,
        gridPowerL2: null,
        power: -1500,
        batteryPower: -1500,
        pvPower: null,
      },
    },
  ],
};

/** AC-coupled PV inverters that a GX device knows, taken together. */
export const victronGxPv: Profile = {
  ...common,
  id: 'victron-gx-pv',
  models: ['AC-coupled PV inverters behind a GX device'],
  roles: ['pvInverter'],
  transport: system,
  blocks: [{ table: 'holding', address: 808, count: 6, rate: 'high' }],
  points: [
    ...phases(u16, 'pvOnOutput', [808, 809, 810], 'W', solar),
    ...phases(u16, 'pvOnGrid', [811, 812, 813], 'W', solar),
    ...PHASES.map((phase): ProfilePoint => ({
      id: `power${phase}`,
      unit: 'W',
      sum: [
        { point: `pvOnOutput${phase}`, factor: -1, optional: true },
        { point: `pvOnGrid${phase}`, factor: -1, optional: true },
      ],
    })),
    {
      id: 'power',
      unit: 'W',
      sum: PHASES.map((phase) => ({ point: `power${phase}`, optional: true })),
    },
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'only read here' }],
  quirks,
  believed: ['What is not there reads 65535.'],
  sameDeviceAs: ['victron-gx'],
  vectors: [
    {
      note: 'producing on both sides of the inverter',
      registers: [{ table: 'holding', address: 808, bytes: '0064 0064 0064 01F4 01F4 01F4' }],
      values: { powerL1: -600, powerL2: -600, powerL3: -600, power: -1800 },
    },
    {
      note: 'none fitted',
      registers: [{ table: 'holding', address: 808, bytes: 'FFFF FFFF FFFF FFFF FFFF FFFF' }],
      values: { power: null, powerL1: null },
    },
  ],
};

const counter = { scale: 0.01, minimum: 0, rate: 'low' } as const;
const ratio = { scale: 0.001, rate: 'low', ...POWER_FACTOR } as const;

/** The grid meter of a GX device at the unit that the GX shows for it (30 as a rule). */
export const victronGridMeter: Profile = {
  ...common,
  id: 'victron-grid-meter',
  models: ['Energy meter on a GX device (com.victronenergy.grid)'],
  roles: ['gridMeter', 'meter'],
  transport: { ...system, unit: 30 },
  blocks: [
    { table: 'holding', address: 2616, count: 22, rate: 'high' },
    { table: 'holding', address: 2638, count: 11, rate: 'high' },
  ],
  points: [
    u16('voltageL1', 2616, 'V', { scale: 0.1, ...PHASE_VOLTS }),
    s16('currentL1', 2617, 'A', { scale: 0.1, ...PHASE_AMPERES }),
    u16('voltageL2', 2618, 'V', { scale: 0.1, ...PHASE_VOLTS }),
    s16('currentL2', 2619, 'A', { scale: 0.1, ...PHASE_AMPERES }),
    u16('voltageL3', 2620, 'V', { scale: 0.1, ...PHASE_VOLTS }),
    s16('currentL3', 2621, 'A', { scale: 0.1, ...PHASE_AMPERES }),
    ...phases(u32, 'importEnergy', [2622, 2624, 2626], 'kWh', counter),
    ...phases(u32, 'exportEnergy', [2628, 2630, 2632], 'kWh', counter),
    u32('importEnergy', 2634, 'kWh', counter),
    u32('exportEnergy', 2636, 'kWh', counter),
    ...phases(s32, 'power', [2638, 2640, 2642], 'W', { sign: 1, ...GRID_PHASE_WATTS }),
    {
      id: 'power',
      unit: 'W',
      sum: PHASES.map((phase) => ({
        point: `power${phase}`,
        ...(phase === 'L1' ? {} : { optional: true }),
      })),
    },
    u16('frequency', 2644, 'Hz', { scale: 0.01, ...GRID_HERTZ }),
    ...phases(s16, 'powerFactor', [2645, 2646, 2647], 'ratio', ratio),
    s16('powerFactor', 2648, 'ratio', ratio),
  ],
  controls: [],
  deny: [{ table: 'holding', address: 0, count: 65_536, why: 'a meter is only read' }],
  quirks: [
    ...quirks,
    'The unit is shown in Settings, Services, Modbus TCP, Available services.',
    'The 32-bit registers from 2622 are used: the 16-bit energies (2603 to 2608) roll over at 655.35 kWh.',
  ],
  believed: ['The grid meter is unit 30 unless the GX shows another one.'],
  vectors: [
    {
      note: 'importing 1,200 W, exporting on L2',
      registers: [
        { table: 'holding', address: 2616, bytes: '0901 0034 090C FFF6 08F6 0012' },
        { table: 'holding', address: 2622, bytes: '000186A0 00030D40 000493E0' },
        { table: 'holding', address: 2628, bytes: '00002710 00004E20 00007530' },
        { table: 'holding', address: 2634, bytes: '000927C0 0000EA60' },
        { table: 'holding', address: 2638, bytes: '000003E8 FFFFFF38 00000190 1387' },
        { table: 'holding', address: 2645, bytes: '03E3 FC18 03DE 03CA' },
      ],
      values: {
        voltageL1: 230.5,
        voltageL2: 231.6,
        voltageL3: 229.4,
        currentL1: 5.2,
        currentL2: 1,
        currentL3: 1.8,
        importEnergyL1: 1_000_000_000,
        importEnergyL2: 2_000_000_000,
        importEnergyL3: 3_000_000_000,
        exportEnergyL1: 100_000_000,
        exportEnergyL2: 200_000_000,
        exportEnergyL3: 300_000_000,
        importEnergy: 6_000_000_000,
        exportEnergy: 600_000_000,
        powerL1: 1000,
        powerL2: -200,
        powerL3: 400,
        power: 1200,
        frequency: 49.99,
        powerFactorL1: 0.995,
        powerFactorL2: -1,
        powerFactorL3: 0.99,
        powerFactor: 0.97,
      },
    },
  ],
};
