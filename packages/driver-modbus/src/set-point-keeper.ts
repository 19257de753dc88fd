import type { Clock, CommandOutcome, Log, ProfileControl } from '@microgrid/devices';
import type { CommandV1 } from '@microgrid/events';
import type { WriteRequest } from '@microgrid/modbus';
import { commandIn, commandNumber, controlWrites, type Lookup } from './control-writes.js';
import { compilePoint } from './point-decoder.js';
import { decodeField } from './interpret-controls.js';
import type { UnitLink } from './unit-link.js';
import { isRegisterPoint, pointSize, type Profile } from '@microgrid/devices';
import { WriteBudget } from './write-budget.js';

/** A set point that holds until its validity ends. */
interface Lease {
  value: number;
  /** Monotonic instant at which it lapses. */
  untilMs: number;
  /** Registers as last written, by address. */
  written: ReadonlyMap<number, string>;
  /** When all its steps were last written. */
  writtenMs: number;
  changedMs: number;
  confirmed: boolean;
  readback: number | undefined;
}

/** What a keeper needs to know. */
export interface SetPointKeeperOptions {
  readonly device: string;
  readonly profile: Profile;
  readonly control: ProfileControl;
  readonly link: UnitLink;
  readonly clock: Clock;
  readonly lookup: Lookup;
  readonly log: Log;
}

/** Registers that stood idle between two written ones may be read along when reading back. */
const READ_BACK_BRIDGE = 16;

/**
 * Keeps one control at the last commanded value: writes it, reads it back, rewrites it before the
 * device would fall back, and hands the control back when the command lapses. It has no timer;
 * {@link SetPointKeeper.service} is called at each poll.
 */
export class SetPointKeeper {
  private lease: Lease | undefined;
  private readonly budget: WriteBudget;

  constructor(private readonly options: SetPointKeeperOptions) {
    const { storage, writesPerDay } = options.control;
    this.budget = new WriteBudget(writesPerDay ?? (storage === 'volatile' ? Infinity : 24));
  }

  /** Whether a set point of ours is, or may be, in force. */
  get active(): boolean {
    return this.lease !== undefined;
  }

  private get refreshMs(): number {
    const { expiryMs, refreshMs, storage } = this.options.control;
    if (storage !== 'volatile') return Infinity;
    return refreshMs ?? (expiryMs === undefined ? Infinity : expiryMs / 2);
  }

  private unitValue(value: number): number | boolean {
    return this.options.control.unit === 'bool' ? value !== 0 : value;
  }

  /** Applies a command whose value is already within bounds. */
  async apply(command: CommandV1, value: number, receivedMs: number): Promise<CommandOutcome> {
    const { clock, control } = this.options;
    const nowMs = clock.monotonicMs();
    const untilMs = receivedMs + command.validForMs;
    if (nowMs >= untilMs) {
      return { status: 'expired', reason: `valid for ${command.validForMs} ms, which have passed` };
    }
    const lease = this.lease;
    const same = lease?.confirmed === true && lease.value === value;
    if (lease !== undefined && same && nowMs - lease.writtenMs < this.refreshMs) {
      lease.untilMs = untilMs;
      return this.outcome(lease, 'holds already');
    }
    const dwellMs = control.minimumDwellMs ?? 0;
    if (lease !== undefined && lease.value !== value && nowMs - lease.changedMs < dwellMs) {
      const reason = `changed less than ${dwellMs} ms ago; ${lease.value} is kept`;
      return { status: 'rejected', reason };
    }
    if (!this.budget.allows(nowMs)) {
      return { status: 'rejected', reason: `daily budget of ${this.budget.perDay} writes is used` };
    }
    return this.write(value, untilMs, nowMs);
  }

  private async write(value: number, untilMs: number, nowMs: number): Promise<CommandOutcome> {
    const { control, lookup } = this.options;
    const plan = controlWrites(control.steps, value, lookup);
    if (!plan.ok) return { status: 'failed', reason: plan.reason };
    const before = this.lease;
    const full = before?.confirmed !== true || nowMs - before.writtenMs >= this.refreshMs;
    const lease: Lease = {
      value,
      untilMs,
      written: new Map(plan.writes.map((write) => [write.address, keyOf(write)])),
      writtenMs: full ? nowMs : before.writtenMs,
      changedMs: before?.value === value ? before.changedMs : nowMs,
      confirmed: false,
      readback: undefined,
    };
    // From here on the device may hold the new value, so it must be released in the end.
    this.lease = lease;
    for (const write of plan.writes) {
      if (!full && before.written.get(write.address) === keyOf(write)) continue;
      this.budget.spend(nowMs);
      const result = await this.options.link.write(write);
      if (!result.ok) {
        lease.writtenMs = -Infinity;
        const reason = `writing ${write.table} ${write.address}: ${result.failure.cause}`;
        return { status: 'failed', reason };
      }
    }
    await this.confirm(lease, plan.writes);
    return this.outcome(lease, full ? 'written' : 'changed');
  }

  private outcome(lease: Lease, how: string): CommandOutcome {
    const readback =
      lease.readback === undefined ? {} : { readback: this.unitValue(lease.readback) };
    if (lease.confirmed) {
      const asked = this.options.control.verify !== 'none';
      return { status: 'applied', reason: asked ? `${how}, confirmed` : how, ...readback };
    }
    const found = lease.readback === undefined ? 'nothing' : String(lease.readback);
    return {
      status: 'accepted',
      reason: `${how}, but the device says ${found} instead of ${lease.value}`,
      ...readback,
    };
  }

  private async confirm(lease: Lease, writes: readonly WriteRequest[]): Promise<void> {
    const { verify } = this.options.control;
    if (verify === 'none') {
      lease.confirmed = true;
    } else if (verify === 'registers') {
      await this.confirmRegisters(lease, writes);
    } else {
      const value = await this.readPoint(verify.point);
      lease.readback = value;
      lease.confirmed = value !== undefined && Math.abs(value - lease.value) <= verify.tolerance;
    }
  }

  /** Reads every written register back, in as few reads as their distances allow. */
  private async confirmRegisters(lease: Lease, writes: readonly WriteRequest[]): Promise<void> {
    const found = new Map<string, number>();
    for (const { table, address, count } of readBackSpans(writes)) {
      const result = await this.options.link.read(table, address, count);
      if (!result.ok) return;
      for (let index = 0; index < count; index += 1) {
        found.set(`${table}/${address + index}`, Number(result.value[index]));
      }
    }
    lease.confirmed = writes.every(({ table, address, values }) =>
      Array.from(values, Number).every((value, index) => {
        return found.get(`${table}/${address + index}`) === value;
      }),
    );
    const { control, lookup } = this.options;
    lease.readback = lease.confirmed
      ? lease.value
      : commandIn(
          control,
          (table, address, count) => {
            const registers = Array.from({ length: count }, (_, index) =>
              found.get(`${table}/${address + index}`),
            );
            return registers.every((register) => register !== undefined) ? registers : undefined;
          },
          decodeField,
          lookup,
        );
  }

  private async readPoint(id: string): Promise<number | undefined> {
    const { profile, link, lookup } = this.options;
    const point = profile.points.find((candidate) => candidate.id === id);
    if (point === undefined || !isRegisterPoint(point)) return undefined;
    const result = await link.read(point.table, point.address, pointSize(point));
    if (!result.ok) return undefined;
    const exponent = point.scaleFrom === undefined ? undefined : lookup(point.scaleFrom);
    return compilePoint(point, 0)(result.value, exponent);
  }

  /** What is due now: release after the command lapsed, refresh, or a look whether it was taken. */
  async service(): Promise<void> {
    const { lease } = this;
    if (lease === undefined) return;
    const { clock, control, log, device, lookup } = this.options;
    const nowMs = clock.monotonicMs();
    if (nowMs >= lease.untilMs) {
      log('info', `${device}: ${control.id} lapsed, handing back`, { value: lease.value });
      await this.release();
      return;
    }
    if (nowMs - lease.writtenMs >= this.refreshMs) {
      const outcome = await this.write(lease.value, lease.untilMs, nowMs);
      if (outcome.status !== 'applied') {
        log('warn', `${device}: refresh of ${control.id}: ${outcome.reason}`);
      }
      return;
    }
    if (lease.confirmed || lease.writtenMs === -Infinity) return;
    const plan = controlWrites(control.steps, lease.value, lookup);
    if (plan.ok) await this.confirm(lease, plan.writes);
  }

  /** Hands the control back. What cannot be written now is tried again at the next service. */
  async release(): Promise<boolean> {
    const { lease } = this;
    if (lease === undefined) return true;
    const { control, link, log, device, lookup } = this.options;
    const plan = controlWrites(control.release, 0, lookup);
    if (!plan.ok) {
      log('error', `${device}: release of ${control.id}: ${plan.reason}`);
      return false;
    }
    lease.untilMs = -Infinity;
    for (const write of plan.writes) {
      const result = await link.write(write);
      if (!result.ok) {
        log('warn', `${device}: release of ${control.id}: ${result.failure.cause}`);
        return false;
      }
    }
    this.lease = undefined;
    return true;
  }

  /** The number a command stands for. */
  static number(command: CommandV1): number {
    return commandNumber(command.value);
  }
}

const keyOf = ({ values }: WriteRequest): string => Array.from(values, Number).join(' ');

interface ReadBackSpan {
  readonly table: 'holding' | 'coil';
  readonly address: number;
  count: number;
}

function readBackSpans(writes: readonly WriteRequest[]): ReadBackSpan[] {
  const spans: ReadBackSpan[] = [];
  for (const { table, address, values } of [...writes].sort((a, b) => a.address - b.address)) {
    const last = spans.at(-1);
    const near =
      last !== undefined &&
      last.table === table &&
      address - (last.address + last.count) <= READ_BACK_BRIDGE;
    if (near) last.count = Math.max(last.count, address + values.length - last.address);
    else spans.push({ table, address, count: values.length });
  }
  return spans;
}
