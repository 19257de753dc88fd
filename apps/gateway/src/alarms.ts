import { formatInstant, type EpochMs } from '@microgrid/units';

/** Something a person should know, as the page shows it. */
export interface Alarm {
  readonly id: string;
  readonly severity: 'warning' | 'critical';
  readonly text: string;
  readonly since: string;
  readonly device?: string;
}

/** What is wrong now. An alarm keeps the instant it began for as long as it is raised. */
export class Alarms {
  private readonly raised = new Map<string, Alarm>();

  raise(id: string, alarm: Omit<Alarm, 'id' | 'since'>, nowMs: EpochMs): void {
    const since = this.raised.get(id)?.since ?? formatInstant(Math.floor(nowMs));
    this.raised.set(id, { id, ...alarm, since });
  }

  clear(id: string): void {
    this.raised.delete(id);
  }

  /** Exactly these alarms are raised among those whose ids begin so; their own ids follow that. */
  keep(prefix: string, alarms: readonly Omit<Alarm, 'since'>[], nowMs: EpochMs): void {
    const now = new Set(alarms.map(({ id }) => prefix + id));
    for (const id of this.raised.keys()) {
      if (id.startsWith(prefix) && !now.has(id)) this.raised.delete(id);
    }
    for (const { id, ...alarm } of alarms) this.raise(prefix + id, alarm, nowMs);
  }

  list(): readonly Alarm[] {
    return [...this.raised.values()];
  }
}
