import type { Clock } from './clock.js';
import type { CommandOutcome } from './command-outcome.js';
import type { DeviceAlarms } from './device-alarm.js';
import type { DriverStore } from './driver-store.js';
import { readHeldNote, writeHeldNote } from './held-note.js';
import type { Log } from './log.js';
import { judgeObedience, noteMeasured, noteReadBack } from './obedience.js';
import { isFallbackAsSafe } from './profile-fallback.js';
import { newLease, type Lease } from './set-point-lease.js';
import type { SetPointPort, SetPointWrite } from './set-point-port.js';
import { WriteSequence, type SequenceState } from './write-sequence.js';
import { WriteWear } from './write-wear.js';

/** How long the safe value of a control is kept up when its policy is gone: two hours. */
export const DEFAULT_BLIND_MODE_MS = 7_200_000;

/** What a keeper needs to know. */
export interface SetPointKeeperOptions {
  readonly device: string;
  readonly port: SetPointPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: DriverStore;
  readonly alarms: DeviceAlarms;
  /** How long the safe value is kept up, ms. Default {@link DEFAULT_BLIND_MODE_MS}. */
  readonly blindModeMs?: number | undefined;
}

/** What a command asks for, its value already within bounds. */
export interface WantedSetPoint {
  readonly value: number;
  /** When it lapses, on the monotonic clock. */
  readonly untilMs: number;
  readonly validForMs: number;
  /** Safe value of the command, within bounds. Default: the control's. */
  readonly safeValue?: number | undefined;
}

/** Least time between two writes of the same value to a register that does not wear out. */
const REWRITE_MS = 60_000;
/** Least time between two tries to write a register that wears out. */
const STORED_RETRY_MS = 300_000;
/** How often a set point that is never refreshed is looked at. */
const RECHECK_MS = 60_000;

const failed = (reason: string): CommandOutcome => ({ status: 'failed', reason });
const rejected = (reason: string): CommandOutcome => ({ status: 'rejected', reason });

/**
 * Keeps one control at the last commanded value and sees that it ends well: writes the fallback first
 * and the enable last, reads back, rewrites what does not wear out before the device would fall back,
 * and never writes what wears out more often than its budget and dwell allow. When the command lapses
 * it writes the safe value, keeps that up while the device's own fallback would be worse, and hands
 * back in the end. What the device does not obey becomes an alarm, not a write loop.
 *
 * It has no timer: {@link SetPointKeeper.service} is called at each poll. Calls must not overlap.
 */
export class SetPointKeeper {
  private lease: Lease | undefined;
  private readonly wear: WriteWear;
  private opened = false;

  constructor(private readonly options: SetPointKeeperOptions) {
    const { port, store, clock } = options;
    this.wear = new WriteWear(port, store, clock);
  }

  /** Whether a set point of ours is, or may be, in force. */
  get active(): boolean {
    return this.lease !== undefined;
  }

  /** The value that a command holds now; undefined when none does. */
  get heldValue(): number | undefined {
    return this.lease?.kind === 'held' ? this.lease.value : undefined;
  }

  /** What was asked for last and is, or may be, in force, also after its command lapsed. */
  get standingValue(): number | undefined {
    return this.lease?.kind === 'releasing' ? undefined : this.lease?.value;
  }

  private get refreshMs(): number {
    return this.options.port.facts.refreshMs ?? Infinity;
  }

  /**
   * Reads what earlier runs stored: counted writes, and a set point that the device never drops by
   * itself. Writes nothing. Called by every other method; a store that fails is asked again.
   */
  async open(): Promise<void> {
    if (this.opened) return;
    const { store, port, clock, alarms } = this.options;
    await this.wear.open();
    const held = await readHeldNote(store, port.control);
    this.opened = true;
    if (held === undefined || port.facts.expiryMs !== undefined) return;
    const { value, safeValue, validForMs } = held;
    const nowMs = clock.monotonicMs();
    const lease = newLease(value, safeValue, nowMs + validForMs, nowMs);
    this.lease = { ...lease, writtenMs: nowMs, restored: true };
    const text = `${port.control} was left at ${this.shown(value)} by an earlier run; without a new command it is made safe in ${validForMs} ms`;
    alarms.raise('left-over', port.control, text);
  }

  /** Applies a set point. */
  async apply(wanted: WantedSetPoint): Promise<CommandOutcome> {
    const opened = await this.tryOpen();
    if (opened !== undefined) return failed(opened);
    const { clock, port } = this.options;
    if (clock.monotonicMs() >= wanted.untilMs) {
      return { status: 'expired', reason: `valid for ${wanted.validForMs} ms, which have passed` };
    }
    const lease = this.lease;
    if (lease?.sequence !== undefined) {
      const state = await this.advance(lease);
      if (state.kind === 'waiting' && lease.value !== wanted.value) {
        return rejected(`${lease.value} is still being written (${state.reason})`);
      }
      if (state.kind === 'waiting') {
        await this.prolong(lease, wanted);
        return { status: 'accepted', reason: state.reason };
      }
    }
    const nowMs = clock.monotonicMs();
    if (lease !== undefined && this.standsFor(lease, wanted.value, nowMs)) {
      await this.prolong(lease, wanted);
      if (!lease.confirmed) await this.confirm(lease);
      return this.outcome(lease, 'holds already');
    }
    const refusal = this.dwellRefusal(lease, wanted.value, nowMs);
    if (refusal !== undefined) return rejected(refusal);
    const plan = port.plan(wanted.value);
    if ('reason' in plan) return failed(plan.reason);
    return this.begin(plan, wanted, nowMs);
  }

  /** Whether what stands is what is wanted, so that nothing need be written. */
  private standsFor(lease: Lease, value: number, nowMs: number): boolean {
    if (lease.kind === 'releasing' || lease.value !== value) return false;
    const sinceMs = nowMs - lease.writtenMs;
    const { expiryMs = Infinity } = this.options.port.facts;
    if (sinceMs >= Math.min(this.refreshMs, expiryMs)) return false;
    // A device that does not obey is not written again and again.
    return lease.confirmed || sinceMs < Math.max(REWRITE_MS, this.dwellMs);
  }

  private get dwellMs(): number {
    return this.options.port.facts.minimumDwellMs;
  }

  private dwellRefusal(lease: Lease | undefined, value: number, nowMs: number): string | undefined {
    const same = lease?.value === value && lease.kind !== 'releasing';
    if (same && !(this.wear.wears && lease.writtenMs === -Infinity)) return undefined;
    const changed = lease === undefined || lease.restored ? Infinity : nowMs - lease.changedMs;
    const sinceMs = Math.min(changed, this.wear.sinceLastMs());
    if (sinceMs >= this.dwellMs) return undefined;
    const kept = lease === undefined ? '' : `; ${this.shown(lease.value)} is kept`;
    return `written less than ${this.dwellMs} ms ago${kept}`;
  }

  private async prolong(lease: Lease, wanted: WantedSetPoint): Promise<void> {
    lease.kind = 'held';
    lease.untilMs = wanted.untilMs;
    lease.safeValue = wanted.safeValue;
    this.clearOf('blind', 'not-safe', 'left-over');
    if (lease.restored) await this.remember(lease, wanted.validForMs);
    lease.restored = false;
  }

  private async begin(
    plan: readonly SetPointWrite[],
    wanted: WantedSetPoint,
    nowMs: number,
  ): Promise<CommandOutcome> {
    const { port, alarms } = this.options;
    const before = this.lease;
    const writes = await this.needed(plan, before, nowMs);
    if (writes === undefined) return failed('what the registers hold cannot be read');
    if (!this.wear.affords(writes, this.wear.keptBack())) {
      const reason = `daily budget of ${port.facts.writesPerDay} writes is used, but for what is kept for the safe value and the release`;
      alarms.raise('budget', port.control, `${port.control}: ${reason}`);
      return rejected(reason);
    }
    alarms.clear('budget', port.control);
    this.clearOf('blind', 'not-safe', 'not-released', 'left-over');
    const lease = this.replace(before, wanted.value, plan, nowMs);
    lease.safeValue = wanted.safeValue;
    lease.untilMs = wanted.untilMs;
    const unstored = await this.remember(lease, wanted.validForMs);
    if (unstored !== undefined) {
      this.lease = before;
      return failed(unstored);
    }
    // Whether part of the writes restarts the device's expiry is not known: count from the last full one.
    const partly = writes.length < plan.filter((write) => write.once !== true).length;
    const counts = !this.wear.wears || port.facts.expiryMs !== undefined;
    const fullMs = before?.writtenMs ?? -Infinity;
    lease.refreshedMs = partly && counts && fullMs !== -Infinity ? fullMs : nowMs;
    const state = await this.start(lease, writes);
    if (state.kind === 'failed') return failed(state.reason);
    if (state.kind === 'waiting') return { status: 'accepted', reason: state.reason };
    const how = writes.length === 0 ? 'holds already' : 'changed';
    return this.outcome(lease, writes.length < plan.length ? how : 'written');
  }

  /** Takes a new value into the lease: from here on the device may hold it. */
  private replace(
    before: Lease | undefined,
    value: number,
    plan: readonly SetPointWrite[],
    nowMs: number,
  ): Lease {
    const lease = newLease(value, undefined, Infinity, nowMs);
    lease.written = new Map(plan.map(({ place, content }) => [place, content]));
    if (before?.value === value && before.kind !== 'releasing') {
      lease.changedMs = before.changedMs;
      lease.mismatchSinceMs = before.mismatchSinceMs;
      lease.astraySinceMs = before.astraySinceMs;
      lease.followed = before.followed;
    }
    this.lease = lease;
    return lease;
  }

  /** The writes that have to go out; undefined when a register that wears out cannot be read. */
  private async needed(
    plan: readonly SetPointWrite[],
    before: Lease | undefined,
    nowMs: number,
  ): Promise<readonly SetPointWrite[] | undefined> {
    if (this.wear.wears) {
      const failed = this.lease?.writtenMs === -Infinity;
      return this.wear.due(plan, failed ? undefined : this.lease?.written);
    }
    const full = before?.confirmed !== true || nowMs - before.writtenMs >= this.refreshMs;
    const changed =
      full || before.kind === 'releasing'
        ? plan
        : plan.filter(({ place, content }) => before.written.get(place) !== content);
    return this.wear.due(changed, undefined);
  }

  private async start(lease: Lease, writes: readonly SetPointWrite[]): Promise<SequenceState> {
    const { clock, port } = this.options;
    lease.triedMs = clock.monotonicMs();
    lease.sequence = new WriteSequence(writes, {
      clock,
      responseMs: port.facts.responseMs,
      beforeSend: (write) => this.count(write),
    });
    return this.advance(lease);
  }

  private async count(write: SetPointWrite): Promise<void> {
    const { alarms, port } = this.options;
    try {
      await this.wear.count(write);
      alarms.clear('store', port.control);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      alarms.raise('store', port.control, `${port.control}: writes cannot be counted: ${cause}`);
      throw error;
    }
  }

  /** Goes on with the writes under way. */
  private async advance(lease: Lease): Promise<SequenceState> {
    const { sequence } = lease;
    if (sequence === undefined) return { kind: 'done' };
    const state = await sequence.run();
    if (state.kind === 'waiting') return state;
    lease.sequence = undefined;
    if (state.kind === 'failed') {
      lease.writtenMs = -Infinity;
      lease.hopeless = state.lasting;
      if (state.lasting) this.disobeyed(state.reason);
      return state;
    }
    lease.hopeless = false;
    lease.writtenMs = lease.refreshedMs;
    if (lease.kind !== 'releasing') await this.confirm(lease);
    return state;
  }

  private async confirm(lease: Lease): Promise<void> {
    const { port, clock } = this.options;
    const found = await port.readBack(lease.value);
    const nowMs = clock.monotonicMs();
    if (found === undefined) {
      lease.checkedMs = nowMs;
      return;
    }
    noteReadBack(lease, found, nowMs);
    this.judge(lease);
  }

  /** A device that goes astray for longer than it may take is reported, and written no more. */
  private judge(lease: Lease): void {
    const { port, clock } = this.options;
    const verdict = judgeObedience(lease, port.facts, clock.monotonicMs(), (value) =>
      this.shown(value),
    );
    if (verdict === 'follows') this.clearOf('disobeyed');
    else if (verdict !== 'waiting') this.disobeyed(verdict.reason);
  }

  private disobeyed(reason: string): void {
    const { alarms, port } = this.options;
    alarms.raise('disobeyed', port.control, `${port.control}: ${reason}`);
  }

  private shown(value: number): string {
    return this.options.port.bool ? String(value !== 0) : String(value);
  }

  /**
   * Takes what was measured since the last poll.
   * @param follows whether it fits the set point in force; undefined = it was not measured.
   */
  observe(follows: boolean | undefined): void {
    const { lease } = this;
    if (lease === undefined || follows === undefined || lease.kind === 'releasing') return;
    if (!lease.confirmed || lease.sequence !== undefined) return;
    noteMeasured(lease, follows, this.options.clock.monotonicMs());
    this.judge(lease);
  }

  private outcome(lease: Lease, how: string): CommandOutcome {
    const value = lease.readback;
    const readback =
      value === undefined ? {} : { readback: this.options.port.bool ? value !== 0 : value };
    if (lease.confirmed) {
      return {
        status: 'applied',
        reason: value === undefined ? how : `${how}, confirmed`,
        ...readback,
      };
    }
    const found = value === undefined ? 'nothing' : this.shown(value);
    return {
      status: 'accepted',
      reason: `${how}, but the device says ${found} instead of ${this.shown(lease.value)}`,
      ...readback,
    };
  }

  /** What is due now: writes under way, the end of a command, a refresh, a look at the device. */
  async service(): Promise<void> {
    if ((await this.tryOpen()) !== undefined) return;
    await this.wear.settle();
    const { lease } = this;
    if (lease === undefined) return;
    if (lease.sequence !== undefined) {
      const state = await this.advance(lease);
      if (state.kind === 'waiting') return;
      if (lease.kind === 'releasing') {
        await this.finishRelease(lease, state);
        return;
      }
    }
    const nowMs = this.options.clock.monotonicMs();
    if (lease.kind === 'releasing') {
      if (this.mayTry(lease, nowMs)) await this.release();
    } else if (lease.kind === 'held' && nowMs >= lease.untilMs) {
      await this.makeSafe('its command lapsed');
    } else if (lease.kind === 'safe') {
      await this.keepSafe(lease, nowMs);
    } else if (lease.kind === 'lapsing') {
      if (nowMs >= lease.untilMs) await this.end('the device has fallen back by itself');
    } else await this.keepUp(lease, nowMs);
  }

  private mayTry(lease: Lease, nowMs: number): boolean {
    if (lease.hopeless) return false;
    return nowMs - lease.triedMs >= (this.wear.wears ? STORED_RETRY_MS : 0);
  }

  /** Refreshes what has to be, writes again what failed, looks at what was not seen lately. */
  private async keepUp(lease: Lease, nowMs: number): Promise<void> {
    const { log, device, port } = this.options;
    const broken = lease.writtenMs === -Infinity;
    if (broken ? this.mayTry(lease, nowMs) : nowMs - lease.writtenMs >= this.refreshMs) {
      const state = await this.rewrite(lease, nowMs);
      if (state?.kind === 'failed') {
        log('warn', `${device}: refresh of ${port.control}: ${state.reason}`);
      }
      return;
    }
    if (broken) return;
    if (lease.restored && lease.readback !== undefined && !lease.confirmed) {
      await this.end('somebody else has changed it since the last run');
      return;
    }
    if (!lease.confirmed || nowMs - lease.checkedMs >= RECHECK_MS) await this.confirm(lease);
  }

  private async rewrite(lease: Lease, nowMs: number): Promise<SequenceState | undefined> {
    const { port, alarms } = this.options;
    const plan = port.plan(lease.value);
    if ('reason' in plan) return { kind: 'failed', reason: plan.reason, lasting: false };
    // A refresh writes what stands already, for the device to count anew; a retry what is missing.
    const refresh = lease.writtenMs !== -Infinity;
    const writes = refresh
      ? plan.filter((write) => write.once !== true)
      : await this.needed(plan, undefined, nowMs);
    if (writes === undefined) return { kind: 'failed', reason: 'cannot be read', lasting: false };
    if (!this.wear.affords(writes, this.wear.wears && refresh ? this.wear.keptBack() : 0)) {
      const text = `${port.control}: daily budget of ${port.facts.writesPerDay} writes is used`;
      alarms.raise('budget', port.control, text);
      return undefined;
    }
    lease.written = new Map(plan.map(({ place, content }) => [place, content]));
    lease.refreshedMs = nowMs;
    return this.start(lease, writes);
  }

  /**
   * Nobody is sure of the set point any more: the safe value is written, and from then on either the
   * device falls back by itself, where that is as safe, or the safe value is kept up for the time of
   * blind mode. A limit that bounds nothing is handed back at once.
   */
  async makeSafe(why: string): Promise<void> {
    if ((await this.tryOpen()) !== undefined) return;
    const { lease } = this;
    if (lease === undefined || lease.kind !== 'held') return;
    const { port, clock, log, device, blindModeMs = DEFAULT_BLIND_MODE_MS } = this.options;
    const safe = lease.safeValue ?? port.safeValue();
    log('info', `${device}: ${port.control}: ${why}`, {
      value: lease.value,
      safeValue: safe ?? null,
    });
    if (safe === undefined || (port.unrestricted(lease.value) && lease.writtenMs !== -Infinity)) {
      await this.release();
      return;
    }
    const nowMs = clock.monotonicMs();
    lease.kind = 'safe';
    lease.safeValue = safe;
    lease.untilMs = nowMs + blindModeMs;
    lease.hopeless = false;
    await this.keepSafe(lease, nowMs, true);
  }

  private async keepSafe(lease: Lease, nowMs: number, first = false): Promise<void> {
    const { port, alarms } = this.options;
    const safe = lease.safeValue ?? lease.value;
    if (nowMs >= lease.untilMs) {
      const blind = alarms.has('blind', port.control);
      await this.release();
      if (blind) {
        const text = `${port.control}: nobody commanded it during blind mode; it was handed back to the device`;
        alarms.raise('blind', port.control, text);
      }
      return;
    }
    const asSafe = isFallbackAsSafe(port.control, port.facts.risk, port.fallback(), safe);
    const standing = lease.value === safe && lease.writtenMs !== -Infinity;
    const due = !standing || (!asSafe && nowMs - lease.writtenMs >= this.refreshMs);
    if (due && (first || this.mayTry(lease, nowMs))) await this.writeSafe(lease, safe, nowMs);
    else if (standing && !lease.confirmed) await this.confirm(lease);
    const now = this.lease ?? lease;
    if (now.writtenMs === -Infinity || now.sequence !== undefined) return;
    if (!asSafe) {
      const text = `${port.control}: nobody is sure of it any more and the device would fall back to something worse; it is kept at ${this.shown(safe)} until blind mode ends`;
      alarms.raise('blind', port.control, text);
    } else if (port.facts.expiryMs !== undefined) {
      now.kind = 'lapsing';
      now.untilMs = now.writtenMs + port.facts.expiryMs;
    }
  }

  private async writeSafe(before: Lease, safe: number, nowMs: number): Promise<void> {
    const { port, alarms } = this.options;
    const plan = port.plan(safe);
    const writes = 'reason' in plan ? undefined : await this.needed(plan, before, nowMs);
    const spare = writes !== undefined && this.wear.affords(writes, 0);
    let problem: string | undefined;
    if ('reason' in plan) problem = plan.reason;
    else if (writes === undefined) problem = 'what the registers hold cannot be read';
    else if (!spare) problem = `the daily budget of ${port.facts.writesPerDay} writes is used`;
    else {
      const lease = this.replace(before, safe, plan, nowMs);
      lease.kind = 'safe';
      lease.safeValue = safe;
      lease.untilMs = before.untilMs;
      await this.remember(lease, Math.max(1, lease.untilMs - nowMs));
      const state = await this.start(lease, writes);
      if (state.kind === 'failed') problem = state.reason;
    }
    if (problem === undefined) this.clearOf('not-safe');
    else {
      before.triedMs = nowMs;
      const text = `${port.control}: the safe value ${this.shown(safe)} could not be written: ${problem}`;
      alarms.raise('not-safe', port.control, text);
    }
  }

  /**
   * Hands the control back now; true when that is done, or nothing was held. What cannot be written
   * is tried again at later calls of {@link SetPointKeeper.service}.
   */
  async release(): Promise<boolean> {
    if ((await this.tryOpen()) !== undefined) return false;
    const { lease } = this;
    if (lease === undefined) return true;
    const { port, clock } = this.options;
    lease.kind = 'releasing';
    lease.untilMs = -Infinity;
    lease.triedMs = clock.monotonicMs();
    const plan = port.planRelease();
    if ('reason' in plan) return this.unreleased(plan.reason);
    const writes = await this.needed(plan, undefined, lease.triedMs);
    if (writes === undefined) return this.unreleased('what the registers hold cannot be read');
    if (!this.wear.affords(writes, 0)) {
      return this.unreleased(`the daily budget of ${port.facts.writesPerDay} writes is used`);
    }
    return this.finishRelease(lease, await this.start(lease, writes));
  }

  private async finishRelease(lease: Lease, state: SequenceState): Promise<boolean> {
    if (state.kind === 'waiting') return false;
    if (state.kind === 'done') {
      await this.end('handed back');
      return true;
    }
    this.unreleased(state.reason);
    // What the device refuses for good is not sent for ever; the alarm stays.
    if (lease.hopeless) {
      this.clearOf('disobeyed');
      this.lease = undefined;
      await this.remember(undefined, 0);
    }
    return false;
  }

  private unreleased(reason: string): false {
    const { alarms, port, log, device } = this.options;
    log('warn', `${device}: release of ${port.control}: ${reason}`);
    alarms.raise('not-released', port.control, `${port.control}: not handed back: ${reason}`);
    return false;
  }

  /** Nothing of ours is in force any more. */
  private async end(why: string): Promise<void> {
    const { log, device, port } = this.options;
    log('info', `${device}: ${port.control}: ${why}`);
    this.lease = undefined;
    this.clearOf('disobeyed', 'not-safe', 'not-released', 'left-over', 'blind');
    await this.remember(undefined, 0);
  }

  private clearOf(...codes: readonly Parameters<DeviceAlarms['clear']>[0][]): void {
    for (const code of codes) this.options.alarms.clear(code, this.options.port.control);
  }

  /** Stores a set point that the device keeps for ever, so that the next run knows of it. */
  private async remember(
    lease: Lease | undefined,
    validForMs: number,
  ): Promise<string | undefined> {
    const { store, port, alarms } = this.options;
    if (port.facts.expiryMs !== undefined) return undefined;
    const note =
      lease === undefined
        ? undefined
        : { value: lease.value, safeValue: lease.safeValue, validForMs };
    try {
      await writeHeldNote(store, port.control, note);
      return undefined;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const text = `${port.control}: what is held cannot be stored: ${cause}`;
      alarms.raise('store', port.control, text);
      return this.wear.wears ? text : undefined;
    }
  }

  private async tryOpen(): Promise<string | undefined> {
    try {
      await this.open();
      return undefined;
    } catch (error) {
      const { alarms, port } = this.options;
      const cause = error instanceof Error ? error.message : String(error);
      alarms.raise('store', port.control, `${port.control}: the store cannot be read: ${cause}`);
      return `the store cannot be read: ${cause}`;
    }
  }
}
