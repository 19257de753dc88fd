import type { PointName } from '@microgrid/devices';
import { memberAt, type JsonRecord } from './json-record.js';

/** Kinds of components that measure or switch. */
export const COMPONENT_KINDS = ['switch', 'em', 'em1', 'pm1'] as const;
/** A kind of component. */
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

/** One component of a device, as in `switch:0`. */
export interface ShellyComponent {
  readonly kind: ComponentKind;
  /** Number within its kind, from 0. */
  readonly id: number;
}

/** Name of a component in statuses and configurations. */
export const componentKey = ({ kind, id }: ShellyComponent): string => `${kind}:${id}`;

/** The component a text names, or undefined. */
export function parseComponent(key: string): ShellyComponent | undefined {
  const match = /^(switch|em1?|pm1):(\d{1,3})$/.exec(key);
  const kind = COMPONENT_KINDS.find((name) => name === match?.[1]);
  return kind === undefined ? undefined : { kind, id: Number(match?.[2]) };
}

/** A point of a component: where its value stands in the device's status. */
export interface ShellyPoint {
  readonly point: PointName;
  /** Component that holds it (meters keep their counters in one of their own), and the way inside. */
  readonly path: readonly string[];
  /** What a unit of the field is in the point's unit. */
  readonly factor: number;
  /** How the direction of a reversed current transformer changes it. */
  readonly direction?: 'signed' | 'into' | 'out of';
}

type Row = readonly [
  point: PointName,
  field: string,
  direction?: ShellyPoint['direction'],
  factor?: number,
];

const WH = 1000;
const PHASES = [
  ['a', 'L1'],
  ['b', 'L2'],
  ['c', 'L3'],
] as const;

const RELAY: readonly Row[] = [
  ['power', 'apower', 'signed'],
  ['voltageL1', 'voltage'],
  ['currentL1', 'current'],
  ['powerFactor', 'pf'],
  ['frequency', 'freq'],
  ['importEnergy', 'aenergy.total', 'into', WH],
  ['exportEnergy', 'ret_aenergy.total', 'out of', WH],
];

const ROWS: Readonly<Record<ComponentKind, readonly Row[]>> = {
  switch: [...RELAY, ['temperature', 'temperature.tC'], ['switchState', 'output']],
  pm1: [...RELAY, ['apparentPower', 'aprtpower']],
  em1: [
    ['power', 'act_power', 'signed'],
    ['apparentPower', 'aprt_power'],
    ['voltageL1', 'voltage'],
    ['currentL1', 'current'],
    ['powerFactor', 'pf'],
    ['frequency', 'freq'],
  ],
  em: [
    ['power', 'total_act_power', 'signed'],
    ['apparentPower', 'total_aprt_power'],
    ['frequency', 'a_freq'],
    ...PHASES.flatMap(([letter, phase]): Row[] => [
      [`power${phase}`, `${letter}_act_power`, 'signed'],
      [`voltage${phase}`, `${letter}_voltage`],
      [`current${phase}`, `${letter}_current`],
    ]),
  ],
};

/** Counters that meters keep in a component of their own. */
const DATA: Readonly<Partial<Record<ComponentKind, readonly Row[]>>> = {
  em1: [
    ['importEnergy', 'total_act_energy', 'into', WH],
    ['exportEnergy', 'total_act_ret_energy', 'out of', WH],
  ],
  em: [
    ['importEnergy', 'total_act', 'into', WH],
    ['exportEnergy', 'total_act_ret', 'out of', WH],
    ...PHASES.flatMap(([letter, phase]): Row[] => [
      [`importEnergy${phase}`, `${letter}_total_act_energy`, 'into', WH],
      [`exportEnergy${phase}`, `${letter}_total_act_ret_energy`, 'out of', WH],
    ]),
  ],
};

/** All points a component can have. */
export function pointsOf({ kind, id }: ShellyComponent): readonly ShellyPoint[] {
  const of = (component: string, rows: readonly Row[]): ShellyPoint[] =>
    rows.map(([point, field, direction, factor = 1]) => ({
      point,
      path: [component, ...field.split('.')],
      factor,
      ...(direction === undefined ? {} : { direction }),
    }));
  return [...of(`${kind}:${id}`, ROWS[kind]), ...of(`${kind}data:${id}`, DATA[kind] ?? [])];
}

/** Every point any component can have. */
export const ALL_POINTS: readonly PointName[] = [
  ...new Set(
    COMPONENT_KINDS.flatMap((kind) => pointsOf({ kind, id: 0 }).map((each) => each.point)),
  ),
];

/** Points that a device really has: those whose field its status has, be it null. */
export function presentPoints(
  component: ShellyComponent,
  status: JsonRecord,
): readonly ShellyPoint[] {
  return pointsOf(component).filter(({ path }) => memberAt(status, path) !== undefined);
}

/** Value of a point in a status, in its unit; undefined where there is none. */
export function valueOf(
  { point, path, factor, direction }: ShellyPoint,
  status: JsonRecord,
  reversed: boolean,
): number | undefined {
  const found = memberAt(status, path);
  if (typeof found === 'boolean') return point === 'switchState' ? Number(found) : undefined;
  if (typeof found !== 'number' || !Number.isFinite(found)) return undefined;
  const value = found * factor;
  if (factor === WH) return Math.round(value);
  if (point.startsWith('current')) return Math.abs(value);
  return reversed && direction === 'signed' ? -value + 0 : value;
}

const OPPOSITE: Readonly<Record<string, string>> = { import: 'export', export: 'import' };

/** The points of a component whose current transformers are mounted the other way round. */
export function reversedPoints(points: readonly ShellyPoint[]): readonly ShellyPoint[] {
  return points.map((each) => {
    if (each.direction !== 'into' && each.direction !== 'out of') return each;
    const point = each.point.replace(/^(import|export)/, (word) => OPPOSITE[word] ?? word);
    return { ...each, point: point as PointName };
  });
}

/** The components of a status that measure or switch, meters first. */
export function componentsIn(status: JsonRecord): readonly ShellyComponent[] {
  const order: readonly ComponentKind[] = ['em', 'switch', 'pm1', 'em1'];
  return Object.keys(status)
    .flatMap((key) => parseComponent(key) ?? [])
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.id - b.id);
}
