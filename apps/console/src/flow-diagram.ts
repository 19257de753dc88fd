import { formatPercent, formatPower } from './format.js';
import type { ConsoleState } from './state.js';
import { activity, REST_WATTS, type FlowElement } from './wording.js';

/** How strong a flow looks, in steps: a speed that changed with every watt would never be calm. */
export type Strength = 0 | 1 | 2 | 3;

/** One element of the flow diagram, ready to draw. */
export interface FlowNode {
  readonly element: FlowElement;
  readonly name: string;
  /** Magnitude with its unit, or a dash. */
  readonly power: string;
  /** What it does, in words. */
  readonly activity: string;
  /** Which way its power goes: to the site's busbar, away from it, neither, or not known. */
  readonly direction: 'in' | 'out' | 'rest' | 'unknown';
  readonly strength: Strength;
  /** The battery's state of charge, 0 to 100. */
  readonly stateOfChargePercent?: number;
}

const NAMES: Readonly<Record<FlowElement, string>> = {
  grid: 'Grid',
  pv: 'Solar',
  battery: 'Battery',
  house: 'House',
  charger: 'Vehicle',
  loads: 'Loads',
};

function strength(watts: number): Strength {
  const size = Math.abs(watts);
  if (size < REST_WATTS) return 0;
  return size < 500 ? 1 : size < 2500 ? 2 : 3;
}

function node(element: FlowElement, watts: number | undefined): FlowNode {
  const named = { element, name: NAMES[element], power: formatPower(watts) };
  const words = { activity: activity(element, watts) };
  if (watts === undefined) return { ...named, ...words, direction: 'unknown', strength: 0 };
  // Grid and sun feed the busbar when positive, everything else draws from it.
  const feeds = element === 'grid' || element === 'pv' ? watts : -watts;
  const level = strength(watts);
  const direction = level === 0 ? 'rest' : feeds > 0 ? 'in' : 'out';
  return { ...named, ...words, direction, strength: level };
}

/**
 * The elements of a site in a fixed order. Grid and house always show; the others when the site has
 * a device for them or a value, so that a lost inverter shows as a dash instead of disappearing.
 */
export function flowNodes(state: ConsoleState): FlowNode[] {
  const { flows, devices } = state;
  const has = (...roles: readonly string[]): boolean =>
    devices.some((device) => roles.includes(device.role));
  const nodes = [node('grid', flows.gridWatts)];
  if (flows.pvWatts !== undefined || has('pvInverter', 'hybridInverter')) {
    nodes.push(node('pv', flows.pvWatts));
  }
  if (flows.batteryWatts !== undefined || has('batteryInverter', 'hybridInverter')) {
    const charge = flows.stateOfChargePercent;
    nodes.push({
      ...node('battery', flows.batteryWatts),
      ...(charge === undefined ? {} : { stateOfChargePercent: charge }),
    });
  }
  nodes.push(node('house', flows.houseWatts));
  if (flows.chargerWatts !== undefined || has('charger')) {
    nodes.push(node('charger', flows.chargerWatts));
  }
  if (flows.loadWatts !== undefined || has('load', 'switch')) {
    nodes.push(node('loads', flows.loadWatts));
  }
  return nodes;
}

/** The diagram in one sentence, for those who hear the page. */
export function flowSentence(nodes: readonly FlowNode[]): string {
  const parts = nodes.map((each) => {
    const charge =
      each.stateOfChargePercent === undefined
        ? ''
        : `, ${formatPercent(each.stateOfChargePercent)} charged`;
    const amount = each.direction === 'in' || each.direction === 'out' ? ` ${each.power}` : '';
    return `${each.name}: ${each.activity}${amount}${charge}`;
  });
  return `${parts.join('; ')}.`;
}
