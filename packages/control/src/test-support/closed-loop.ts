import type { CommandV1, DeviceDescriptionV1 } from '@microgrid/events';
import { describeDevices, observe, step, type Observation, type Site } from '@microgrid/plant';
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
  observation: Observation,
  description: DeviceDescriptionV1,
  unreadable: readonly string[] = [],
): Record<string, PointReading> {
  const shown = observation[description.device] ?? {};
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

  private seen: { site: Site; observation: Observation } | undefined;

  private observe(): Observation {
    if (this.seen?.site !== this.site) {
      this.seen = { site: this.site, observation: observe(this.site) };
    }
    return this.seen.observation;
  }

  snapshot(disturbance: Disturbance = {}): Snapshot {
    return {
      nowMs: this.site.atMs,
      monotonicMs: this.site.atMs,
      site: this.site.config.id,
      devices: this.descriptions.map((description) => ({
        description,
        readings: readings(this.observe(), description, disturbance.unreadable),
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
    this.site = step(this.site, this.site.atMs + this.periodMs, inputs);
    return decision;
  }

  /** Periods without control: set points stay as they are. */
  skip(periods: number): void {
    this.site = step(this.site, this.site.atMs + periods * this.periodMs);
  }

  /** A point as the plant shows it now. */
  shown(device: string, point: string): number {
    return this.observe()[device]?.[point] ?? Number.NaN;
  }
}
