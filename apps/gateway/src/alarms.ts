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

  /** @param changed told of an alarm that begins or gets another severity, and when it is over. */
  constructor(private readonly changed: (alarm: Alarm, over: boolean) => void = () => undefined) {}

  raise(id: string, alarm: Omit<Alarm, 'id' | 'since'>, nowMs: EpochMs): void {
    const before = this.raised.get(id);
    const since = before?.since ?? formatInstant(Math.floor(nowMs));
    const now: Alarm = { id, ...alarm, since };
    this.raised.set(id, now);
    // A text with a count or a duration in it is no news.
    if (before?.severity !== now.severity) this.changed(now, false);
  }

  clear(id: string): void {
    const before = this.raised.get(id);
    if (this.raised.delete(id) && before !== undefined) this.changed(before, true);
  }

  /** Exactly these alarms are raised among those whose ids begin so; their own ids follow that. */
  keep(prefix: string, alarms: readonly Omit<Alarm, 'since'>[], nowMs: EpochMs): void {
    const now = new Set(alarms.map(({ id }) => prefix + id));
    for (const id of this.raised.keys()) {
      if (id.startsWith(prefix) && !now.has(id)) this.clear(id);
    }
    for (const { id, ...alarm } of alarms) this.raise(prefix + id, alarm, nowMs);
  }

  list(): readonly Alarm[] {
    return [...this.raised.values()];
  }
}
