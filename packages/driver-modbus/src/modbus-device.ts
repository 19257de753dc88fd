import {
  CommandGate,
  DeviceAlarms,
  DevicesError,
  SetPointKeeper,
  type CommandOutcome,
  type CommandTime,
  type Device,
  type DeviceAlarm,
  type DeviceCommand,
  type DriverContext,
  type Profile,
  type ProfileControl,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { Subject } from 'rxjs';
import { clampSetPoint } from './clamp-set-point.js';
import { compileProfile, type CompiledProfile } from './compiled-profile.js';
import type { ModbusDeviceConfig } from './config.js';
import { commandNumber } from './control-writes.js';
import { boundsOf, describe } from './describe.js';
import { checkIdentity } from './identity-check.js';
import { ModbusSetPoint } from './modbus-set-point.js';
import { Poller } from './poller.js';
import { safetyTable } from './safety-table.js';
import { UnitLink } from './unit-link.js';

const rejected = (reason: string): CommandOutcome => ({ status: 'rejected', reason });

/** One control with what it takes to command it. */
interface KeptControl {
  readonly control: ProfileControl;
  readonly port: ModbusSetPoint;
  readonly keeper: SetPointKeeper;
}

/** A device behind a Modbus bus, as its profile describes it. */
export class ModbusDevice implements Device {
  private readonly compiled: CompiledProfile;
  private readonly link: UnitLink;
  private readonly poller: Poller;
  private readonly kept: ReadonlyMap<string, KeptControl>;
  private readonly raised: DeviceAlarms;
  private described: DeviceDescriptionV1;
  private identified = false;
  private mismatch: { readonly reason: string; readonly checkedMs: number } | undefined;
  private readonly gate: CommandGate;
  private readonly points = new Subject<readonly ReadingV1[]>();
  private missing: readonly string[] = [];
  private closed = false;

  readonly points$ = this.points.asObservable();

  constructor(
    private readonly profile: Profile,
    private readonly context: DriverContext<ModbusBus>,
    private readonly config: ModbusDeviceConfig,
  ) {
    const { device, gateway, transport, clock, log, store } = context;
    const description = (): DeviceDescriptionV1 => this.described;
    this.gate = new CommandGate({ device, gateway, clock, store, description });
    this.raised = new DeviceAlarms(({ code, text }) => {
      log('warn', `${device}: ${text}`, { alarm: code });
    });
    this.compiled = compileProfile(profile, config.phases ?? profile.phases, config.points);
    const timeoutMs = config.requestTimeoutMs ?? profile.transport.requestTimeoutMs;
    this.link = new UnitLink(transport, config.unit ?? profile.transport.unit, timeoutMs);
    const { compiled, link } = this;
    this.poller = new Poller({ device, compiled, link, clock, lowRateMs: config.lowRateMs });
    this.kept = new Map(profile.controls.map((control) => [control.id, this.keep(control)]));
    this.described = this.describe();
  }

  private keep(control: ProfileControl): KeptControl {
    const { profile, link, config, poller, raised: alarms } = this;
    const { device, clock, log, store } = this.context;
    const { lookup } = poller;
    const bounds = () => boundsOf(control, config.limits, lookup);
    const port = new ModbusSetPoint({ profile, control, link, lookup, bounds });
    const { blindModeMs } = config;
    const keeper = new SetPointKeeper({ device, port, clock, log, store, alarms, blindModeMs });
    return { control, port, keeper };
  }

  get description(): DeviceDescriptionV1 {
    return this.described;
  }

  private describe(): DeviceDescriptionV1 {
    const points = this.compiled.published.map(({ id }) => id);
    const identity = this.poller.identity();
    const { device } = this.context;
    return describe(device, this.profile, this.config, identity, points, this.poller.lookup);
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new DevicesError('closed', `device ${this.context.device} is closed; open it again`);
  }

  safety(): SafetyTable {
    return safetyTable(this.profile, this.poller.lookup);
  }

  alarms(): readonly DeviceAlarm[] {
    return this.raised.list();
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    const readings = await this.poll(signal);
    this.points.next(readings);
    return readings;
  }

  private async poll(signal: AbortSignal): Promise<readonly ReadingV1[]> {
    if (!this.identified) {
      const cause = await this.identify(signal);
      if (cause !== undefined) return this.poller.unreadable(cause);
    }
    for (const { keeper } of this.kept.values()) {
      await this.gate.exclusively(() => keeper.service());
    }
    const { readings, ratingsChanged, lost, repeated } = await this.poller.poll(signal);
    if (repeated === true) return readings;
    if (lost !== undefined) {
      this.identified = false;
      this.poller.forget();
      return readings;
    }
    if (ratingsChanged) {
      this.described = this.describe();
      this.judgeFallbacks();
    }
    this.observe();
    return readings;
  }

  /** What a poll tells beyond its readings. */
  private observe(): void {
    for (const { keeper, port } of this.kept.values()) {
      const { standingValue } = keeper;
      if (standingValue === undefined) continue;
      keeper.observe(port.follows(standingValue, this.poller.measured));
    }
    const missing = this.poller.missingBlocks();
    for (const block of this.missing) {
      if (!missing.includes(block)) this.raised.clear('disabled-block', block);
    }
    for (const block of missing) {
      const text = `${block}: the device answers that it has no such registers; they are asked for again after a reconnection, or in a day`;
      this.raised.raise('disabled-block', block, text);
    }
    this.missing = missing;
  }

  /** A fallback beyond what device or installation bear is found before it is needed. */
  private judgeFallbacks(): void {
    for (const { control, port } of this.kept.values()) {
      const bounds = boundsOf(control, this.config.limits, this.poller.lookup);
      const fallback = control.fallback === undefined ? undefined : port.fallback();
      const { maximum = Infinity, minimum = -Infinity } = bounds ?? {};
      const paused = control.allowZero === true && fallback === 0;
      if (typeof fallback === 'number' && !paused && (fallback > maximum || fallback < minimum)) {
        const text = `${control.id}: on loss of communication the device falls back to ${fallback} ${control.unit}, allowed are ${minimum} to ${maximum}`;
        this.raised.raise('fallback-above-limit', control.id, text);
      } else this.raised.clear('fallback-above-limit', control.id);
    }
  }

  /** Why the device cannot be used, or undefined when it is the right one. */
  private async identify(signal: AbortSignal): Promise<string | undefined> {
    const nowMs = this.context.clock.monotonicMs();
    const { mismatch } = this;
    if (mismatch !== undefined && nowMs - mismatch.checkedMs < this.config.lowRateMs) {
      return mismatch.reason;
    }
    const verdict = await checkIdentity(this.profile, this.link, signal);
    if (verdict.kind === 'unreachable') return verdict.reason;
    if (verdict.kind === 'mismatch') {
      const reason = `not a ${this.profile.id}: ${verdict.reason}`;
      if (mismatch === undefined) this.context.log('error', `${this.context.device}: ${reason}`);
      this.mismatch = { reason, checkedMs: nowMs };
      return reason;
    }
    // Another device answers now: what the bus learnt of the last one is void.
    if (mismatch !== undefined) this.link.forget();
    this.mismatch = undefined;
    this.identified = true;
    return undefined;
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, (admitted, time) => this.apply(admitted, time));
  }

  private async apply(command: DeviceCommand, time: CommandTime): Promise<CommandOutcome> {
    const kept = this.kept.get(command.control);
    if (kept === undefined) {
      return rejected(`${this.context.device} has no control ${command.control}`);
    }
    const { control, keeper } = kept;
    const bounds = boundsOf(control, this.config.limits, this.poller.lookup);
    if (!this.identified || bounds === undefined) {
      return { status: 'failed', reason: 'the device has not been reached yet' };
    }
    const other = this.excluded(control);
    if (other !== undefined) return rejected(`${other} holds a set point of its own; release it`);
    const wanted = commandNumber(command.value);
    const safe = command.safeValue === undefined ? undefined : commandNumber(command.safeValue);
    for (const value of [wanted, safe ?? wanted]) {
      if (control.states?.every((state) => state.value !== value) === true) {
        const states = control.states.map((state) => `${state.value} ${state.name}`).join(', ');
        return rejected(`${control.id}: got ${value}, expected one of ${states}`);
      }
    }
    const value = clampSetPoint(wanted, bounds, control);
    const outcome = await keeper.apply({
      value,
      untilMs: time.untilMs,
      validForMs: command.validForMs,
      safeValue: safe === undefined ? undefined : clampSetPoint(safe, bounds, control),
    });
    return value === wanted
      ? outcome
      : { ...outcome, reason: `${outcome.reason}; ${wanted} was brought to ${value}` };
  }

  /** Another control that shares registers with this one and is in use. */
  private excluded(control: ProfileControl): string | undefined {
    for (const other of this.kept.values()) {
      const apart =
        control.excludes?.includes(other.control.id) === true ||
        other.control.excludes?.includes(control.id) === true;
      if (apart && other.keeper.active) return other.control.id;
    }
    return undefined;
  }

  async makeSafe(why: string): Promise<void> {
    this.assertOpen();
    for (const { keeper } of this.kept.values()) {
      await this.gate.exclusively(() => keeper.makeSafe(why));
    }
  }

  async release(): Promise<void> {
    const active = [...this.kept.values()].filter(({ keeper }) => keeper.active);
    if (active.length === 0) return;
    // The gateway may be stopping, so its signal is no reason to leave the device as it is.
    const { signal } = new AbortController();
    const cause = this.identified ? undefined : await this.identify(signal);
    for (const { keeper, control } of active) {
      if (cause === undefined) await this.gate.exclusively(() => keeper.release());
      else {
        const text = `${control.id}: not handed back: ${cause}`;
        this.raised.raise('not-released', control.id, text);
      }
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.points.complete();
  }
}
