import type { Clock } from './clock.js';
import type { SetPointPort, SetPointWrite, WriteResult } from './set-point-port.js';

type Facts = SetPointPort['facts'];

/** Facts to differ from the usual ones; undefined takes one away. */
export type FactChanges = { readonly [Name in keyof Facts]?: Facts[Name] | undefined };

/** What may go wrong with one write. */
export type WriteFault = 'in-progress' | 'refused' | 'unreachable' | 'deaf';

/**
 * A device with a set point of three registers (fallback, value, enable) that falls back by itself,
 * and the port to it. Every request is recorded.
 */
export class FakeSetPoint implements SetPointPort {
  readonly control: string;
  readonly bool = false;
  readonly facts: Facts;
  readonly seen: string[] = [];
  readonly registers = new Map<string, number>([
    ['fallback', 0],
    ['value', 0],
    ['enable', 0],
  ]);
  /** Faults by place; `*` for every request. */
  readonly faults = new Map<string, WriteFault>();
  /** What it falls back to, as the driver knows it. */
  told: ReturnType<SetPointPort['fallback']> = 0;
  safe: number | undefined = 0;
  delayMs: number | undefined;
  /** The place that wears out although the control does not. */
  once: string | undefined;
  maximum = 100;
  private writtenMs = -Infinity;

  constructor(
    private readonly clock: Clock,
    facts: FactChanges = {},
    control = 'batteryPower',
  ) {
    this.control = control;
    this.facts = {
      storage: 'volatile',
      risk: 'import',
      expiryMs: 60_000,
      refreshMs: 30_000,
      responseMs: 0,
      minimumDwellMs: 0,
      writesPerDay: 'unlimited',
      ...facts,
    } as Facts;
  }

  /** What the device does now: its set point, or by itself. */
  get inForce(): number | 'own' {
    const { expiryMs = Infinity } = this.facts;
    const lapsed = this.clock.monotonicMs() - this.writtenMs >= expiryMs;
    return this.registers.get('enable') === 1 && !lapsed
      ? (this.registers.get('value') ?? 0)
      : 'own';
  }

  /** Writes since the last call. */
  writes(): string[] {
    return this.seen.splice(0).filter((request) => !request.startsWith('read'));
  }

  fallback() {
    return this.told;
  }

  safeValue() {
    return this.safe;
  }

  unrestricted(value: number) {
    return this.control === 'exportLimit' && value >= this.maximum;
  }

  plan(value: number) {
    return [this.write('fallback', 60), this.write('value', value), this.write('enable', 1)];
  }

  planRelease() {
    return [this.write('enable', 0)];
  }

  readBack(value: number) {
    this.seen.push('read');
    if (this.faults.get('*') === 'unreachable') return Promise.resolve(undefined);
    const found = this.registers.get('value');
    const confirmed = found === value && this.registers.get('enable') === 1;
    return Promise.resolve(found === undefined ? { confirmed } : { confirmed, value: found });
  }

  private write(place: string, value: number): SetPointWrite {
    return {
      place,
      content: String(value),
      ...(this.delayMs === undefined ? {} : { delayMs: this.delayMs }),
      ...(this.once === place ? { once: true } : {}),
      send: () => Promise.resolve(this.send(place, value)),
      stands: () => {
        this.seen.push(`read ${place}`);
        const unreachable = this.faults.get('*') === 'unreachable';
        return Promise.resolve(unreachable ? undefined : this.registers.get(place) === value);
      },
    };
  }

  private send(place: string, value: number): WriteResult {
    const fault = this.faults.get(place) ?? this.faults.get('*');
    this.seen.push(`${place}=${value}`);
    if (fault === 'refused') return { kind: 'failed', cause: 'exception 3', lasting: true };
    if (fault === 'unreachable') return { kind: 'failed', cause: 'timeout' };
    if (fault !== 'deaf' && fault !== 'in-progress') {
      this.registers.set(place, value);
      this.writtenMs = this.clock.monotonicMs();
    }
    return fault === 'in-progress' ? { kind: 'in-progress' } : { kind: 'done' };
  }
}
