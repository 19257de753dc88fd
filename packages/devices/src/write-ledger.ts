import type { Clock } from './clock.js';
import type { DriverStore } from './driver-store.js';

const DAY_MS = 86_400_000;
/** A difference between both clocks above this is a correction of the wall clock, not drift. */
const STEP_MS = 60_000;
/** A wall clock before this was never set: 2026-01-01. */
const UNSET_BEFORE_MS = 1_767_225_600_000;

/** What a ledger is made of. */
export interface WriteLedgerOptions {
  /** Most writes in any 24 h; `unlimited` keeps nothing. */
  readonly perDay: number | 'unlimited';
  readonly store: DriverStore;
  /** Where it is stored. */
  readonly key: string;
  readonly clock: Clock;
}

/**
 * Counts writes to registers that wear out, over restarts: no more than so many in any 24 hours.
 *
 * While it runs, writes age by the monotonic clock, so a corrected wall clock neither frees nor blocks
 * any. Over a restart they age by the wall clock, and not at all where that went backwards or was
 * never set. Each write is on disk before it is on the wire.
 */
export class WriteLedger {
  /** Monotonic instants of the writes, oldest first; those of before the start are negative. */
  private spentMs: number[] = [];
  private loading: Promise<void> | undefined;
  private saved: { readonly wallMs: number; readonly steadyMs: number } | undefined;

  constructor(private readonly options: WriteLedgerOptions) {}

  /** Reads what was stored; needed once before anything else. Repeated only if it failed. */
  async open(): Promise<void> {
    if (this.options.perDay === 'unlimited') return;
    this.loading ??= this.load();
    try {
      await this.loading;
    } catch (error) {
      this.loading = undefined;
      throw error;
    }
  }

  private async load(): Promise<void> {
    const { store, key, clock } = this.options;
    const stored = await store.get(key);
    if (!isStored(stored)) return;
    const steadyMs = clock.monotonicMs();
    const awayMs = stored.wallMs < UNSET_BEFORE_MS ? 0 : Math.max(0, clock.nowMs() - stored.wallMs);
    this.spentMs = stored.agesMs.map((age) => steadyMs - age - awayMs);
    this.saved = { wallMs: stored.wallMs + awayMs, steadyMs };
  }

  /** How many writes are left now. */
  left(): number {
    const { perDay, clock } = this.options;
    if (perDay === 'unlimited') return Infinity;
    const nowMs = clock.monotonicMs();
    while ((this.spentMs[0] ?? Infinity) <= nowMs - DAY_MS) this.spentMs.shift();
    return Math.max(0, perDay - this.spentMs.length);
  }

  /** How long ago the last write was, ms; Infinity without one in the last 24 h. */
  sinceLastMs(): number {
    this.left();
    return this.options.clock.monotonicMs() - (this.spentMs.at(-1) ?? -Infinity);
  }

  /**
   * Counts writes, on disk when it resolves.
   * @throws RangeError when fewer are left. @throws what the store throws; then nothing may be written.
   */
  async spend(count: number): Promise<void> {
    if (this.options.perDay === 'unlimited' || count === 0) return;
    if (count > this.left()) {
      throw new RangeError(`write ledger: got ${count} writes, expected at most ${this.left()}`);
    }
    const nowMs = this.options.clock.monotonicMs();
    for (let index = 0; index < count; index += 1) this.spentMs.push(nowMs);
    // Counted even if storing fails: what is counted too much does no harm.
    await this.save();
  }

  /**
   * Stores the ages anew after the wall clock was corrected, so that a restart does not take the
   * correction for time that has passed. Cheap while nothing happened.
   */
  async settle(): Promise<void> {
    if (this.saved === undefined || this.left() === this.options.perDay) return;
    const { clock } = this.options;
    const wall = clock.nowMs() - this.saved.wallMs;
    const steady = clock.monotonicMs() - this.saved.steadyMs;
    if (Math.abs(wall - steady) > STEP_MS) await this.save();
  }

  private async save(): Promise<void> {
    const { store, key, clock } = this.options;
    const steadyMs = clock.monotonicMs();
    const wallMs = clock.nowMs();
    const agesMs = this.spentMs.map((spent) => Math.floor(steadyMs - spent));
    await store.set(key, { version: 1, wallMs, agesMs });
    this.saved = { wallMs, steadyMs };
  }
}

function isStored(value: unknown): value is { wallMs: number; agesMs: number[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { wallMs, agesMs } = value as { wallMs?: unknown; agesMs?: unknown };
  return (
    typeof wallMs === 'number' &&
    Array.isArray(agesMs) &&
    agesMs.every((age) => typeof age === 'number' && age >= 0)
  );
}
