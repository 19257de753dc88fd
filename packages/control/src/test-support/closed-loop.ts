import type { CommandV1, DeviceDescriptionV1 } from '@microgrid/events';
import { describeDevices, observe, step, type Inputs, type Site } from '@microgrid/plant';
import {
  decide,
  initialMemory,
  type Decision,
  type Memory,
  type PointReading,
  type Policy,
  type Snapshot,
  type UpstreamSignals,
} from '../index.js';

/** What the outside does to one tick. */
export interface Disturbance {
  /** Devices whose readings are bad this tick. */
  readonly unreadable?: readonly string[];
  readonly signals?: UpstreamSignals;
}

/** Readings as a gateway would have them from a site right now. */
export function readings(
  site: Site,
  description: DeviceDescriptionV1,
  unreadable: readonly string[] = [],
): Record<string, PointReading> {
  const shown = observe(site)[description.device] ?? {};
  const bad = unreadable.includes(description.device);
  return Object.fromEntries(
    Object.entries(shown).map(([point, value]): [string, PointReading] => [
      point,
      bad ? { quality: 'bad', ageMs: 0 } : { value, quality: 'good', ageMs: 0 },
    ]),
  );
}

/** A plant under control: read, decide, let the set points act for one period, repeat. */
export class ClosedLoop {
  memory: Memory = initialMemory();
  commands: CommandV1[] = [];
  decision: Decision | undefined;
  private readonly descriptions: DeviceDescriptionV1[];

  constructor(
    public site: Site,
    private readonly policy: Policy,
    private readonly periodMs: number,
  ) {
    this.descriptions = describeDevices(site.config);
  }

  snapshot(disturbance: Disturbance = {}): Snapshot {
    return {
      nowMs: this.site.atMs,
      monotonicMs: this.site.atMs,
      site: this.site.config.id,
      devices: this.descriptions.map((description) => ({
        description,
        readings: readings(this.site, description, disturbance.unreadable),
      })),
      signals: disturbance.signals ?? {},
      memory: this.memory,
    };
  }

  tick(disturbance: Disturbance = {}): Decision {
    const decision = decide(this.snapshot(disturbance), this.policy);
    const inputs: Record<string, Record<string, number | boolean>> = {};
    for (const command of decision.commands) {
      inputs[command.device] = { ...inputs[command.device], [command.control]: command.value };
    }
    this.commands.push(...decision.commands);
    this.memory = decision.memory;
    this.decision = decision;
    this.site = step(this.site, this.site.atMs + this.periodMs, inputs as Inputs);
    return decision;
  }

  /** A point as the plant shows it now. */
  shown(device: string, point: string): number {
    return observe(this.site)[device]?.[point] ?? Number.NaN;
  }
}
