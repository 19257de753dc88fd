import { formatAmperes, formatPercent, formatPower } from './format.js';
import type { ConsoleDevice, ConsoleSetPoint } from './state.js';

/** Below this a port counts as at rest: meters and inverters flicker by a few watts around zero. */
export const REST_WATTS = 15;

/** The elements of a site that the flow diagram knows. */
export type FlowElement = 'grid' | 'pv' | 'battery' | 'house' | 'charger' | 'loads';

const WORDS: Readonly<
  Record<FlowElement, readonly [positive: string, negative: string, rest: string]>
> = {
  grid: ['importing', 'exporting', 'balanced'],
  pv: ['producing', 'consuming', 'resting'],
  battery: ['charging', 'discharging', 'resting'],
  house: ['using', 'unaccounted', 'resting'],
  charger: ['charging', 'discharging', 'not charging'],
  loads: ['using', 'unaccounted', 'off'],
};

/** What an element does at a power with the flow signs of the state; no value: `no reading`. */
export function activity(element: FlowElement, watts: number | undefined): string {
  if (watts === undefined) return 'no reading';
  const [positive, negative, rest] = WORDS[element];
  if (Math.abs(watts) < REST_WATTS) return rest;
  return watts > 0 ? positive : negative;
}

const RULES: Readonly<Record<string, string>> = {
  mainFuse: 'Main fuse',
  nameplate: 'Device limit',
  batteryReserve: 'Battery reserve',
  blind: 'Missing meter',
  contractLimit: 'Contract limit',
  upstreamLimit: 'Grid operator limit',
  lostDevice: 'Lost device',
  shedding: 'Load shedding',
  price: 'Price',
  evCharging: 'Vehicle charging',
  selfConsumption: 'Self-consumption',
};

/** A rule's name for people; a rule this page does not know is spelled out from its identifier. */
export function ruleName(rule: string): string {
  const known = RULES[rule];
  if (known !== undefined) return known;
  const words = rule.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ROLES: Readonly<Record<ConsoleDevice['role'], string>> = {
  gridMeter: 'Grid meter',
  meter: 'Meter',
  pvInverter: 'Solar inverter',
  batteryInverter: 'Battery inverter',
  hybridInverter: 'Hybrid inverter',
  charger: 'Vehicle charger',
  load: 'Load',
  switch: 'Switched load',
};

/** A role's name for people. */
export function roleName(role: ConsoleDevice['role']): string {
  return ROLES[role];
}

function measured(value: number, unit: ConsoleSetPoint['unit']): string {
  if (unit === 'A') return formatAmperes(value);
  if (unit === 'percent') return formatPercent(value);
  return unit === 'W' ? formatPower(value) : String(value);
}

const UNITS: Readonly<Record<string, ConsoleSetPoint['unit']>> = {
  batteryPower: 'W',
  exportLimit: 'W',
  chargeCurrent: 'A',
  switch: 'bool',
};

/** A set point's value as an instruction: `charge with 1.80 kW`, `pause charging`, `switch off`. */
export function instruction(
  point: Pick<ConsoleSetPoint, 'control' | 'unit'>,
  value: number | boolean,
): string {
  if (typeof value === 'boolean') return value ? 'switch on' : 'switch off';
  const amount = measured(value, point.unit ?? UNITS[point.control]);
  switch (point.control) {
    case 'batteryPower':
      if (Math.abs(value) < 1) return 'rest';
      return `${value > 0 ? 'charge' : 'discharge'} with ${amount}`;
    case 'chargeCurrent':
      return value === 0 ? 'pause charging' : `charge with up to ${amount} per phase`;
    case 'exportLimit':
      return value <= 0 ? 'export nothing' : `export at most ${amount}`;
    case 'switch':
      return value === 0 ? 'switch off' : 'switch on';
    default:
      return `${point.control} = ${amount}`;
  }
}

/** Why a set point is less than was wanted, or nothing when it is just that. */
export function narrowing(point: ConsoleSetPoint): string | undefined {
  if (point.wanted === point.granted && point.limitedBy.length === 0) return undefined;
  const by = point.limitedBy.map((rule) => ruleName(rule).toLowerCase()).join(', ');
  const wanted = `wanted: ${instruction(point, point.wanted)}`;
  return by === '' ? wanted : `${wanted}, narrowed by ${by}`;
}
