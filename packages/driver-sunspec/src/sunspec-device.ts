import {
  CommandGate,
  DeviceAlarms,
  DevicesError,
  type CommandOutcome,
  type CommandTime,
  type Device,
  type DeviceAlarm,
  type DeviceCommand,
  type DriverContext,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { Subject } from 'rxjs';
import type { SunspecConfig } from './config.js';
import { boundsOf, describe, type ControlBounds } from './describe.js';
import type { Loss } from './block-reader.js';
import { chooseParts, type DeviceParts } from './device-parts.js';
import { findDevice, identityOf, isSameDevice } from './find-unit.js';
import { spanOf } from './read-plan.js';
import { openFound, type KeptControl, type OpenedDevice } from './opened-device.js';
import { SAFETY_TABLE } from './safety-table.js';
import { controlFacts } from './sunspec-port.js';

/** After so many low-rate periods a device is looked at anew of which a model was refused. */
const RESCAN_PERIODS = 10;

/** A SunSpec device on a Modbus bus. */
export class SunspecDevice implements Device {
  private readonly batches = new Subject<readonly ReadingV1[]>();
  readonly points$ = this.batches.asObservable();
  private readonly gate: CommandGate;
  private readonly warnings: DeviceAlarms;
  private opened: OpenedDevice | undefined;
  private reachable = false;
  /** Its models are not where they were, or it is another one. */
  private moved = false;
  private described: DeviceDescriptionV1;
  private ratingsReadMs = -Infinity;
  private scannedMs = -Infinity;
  private absence: { readonly reason: string; readonly checkedMs: number } | undefined;
  /** Which of the candidate units is looked at next. */
  private turn = 0;
  private closed = false;

  constructor(
    private readonly context: DriverContext<ModbusBus>,
    private readonly config: SunspecConfig,
  ) {
    const { device, gateway, clock, store, log } = context;
    this.warnings = new DeviceAlarms(({ severity, text }) => {
      log(severity === 'critical' ? 'error' : 'warn', `${device}: ${text}`);
    });
    const description = (): DeviceDescriptionV1 => this.described;
    this.gate = new CommandGate({ device, gateway, clock, store, description });
    this.described = describe({
      device,
      role: config.role ?? 'pvInverter',
      phases: config.phases ?? 3,
      identity: {},
      points: [],
      controls: [],
      ratings: undefined,
      config,
    });
  }

  get description(): DeviceDescriptionV1 {
    return this.described;
  }

  safety(): SafetyTable {
    const controls = [...(this.opened?.controls.values() ?? [])];
    const told = controls.map(({ control }) => [
      control.id,
      controlFacts(control, this.config.reversionSeconds),
    ]);
    return { ...SAFETY_TABLE, ...(Object.fromEntries(told) as SafetyTable) };
  }

  alarms(): readonly DeviceAlarm[] {
    return this.warnings.list();
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new DevicesError('closed', `device ${this.context.device} is closed; open it again`);
  }

  /** Looks for the device on all its units, as the first thing that is done with it. */
  async begin(): Promise<void> {
    await this.identify(this.units(), this.context.signal);
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    const readings = await this.poll(signal);
    // What was closed meanwhile has completed its stream.
    if (!this.closed) this.batches.next(readings);
    return readings;
  }

  private async poll(signal: AbortSignal): Promise<readonly ReadingV1[]> {
    if (!this.reachable) {
      const cause = await this.reach(signal);
      if (cause !== undefined) return this.opened?.poller.unreadable(cause) ?? [];
    }
    const { opened } = this;
    if (opened === undefined) return [];
    for (const { keeper, port } of opened.controls.values()) {
      await this.gate.exclusively(async () => {
        if (keeper.active) await port.refresh();
        await keeper.service();
      });
    }
    const { readings, lost, refused } = await opened.poller.poll(signal);
    const trouble = lost ?? (await this.readRatings(opened, refused, signal));
    if (trouble !== undefined) this.lose(trouble);
    else if (this.opened !== undefined) this.describeAnew(this.opened);
    return readings;
  }

  /** What is done at the low rate. */
  private async readRatings(
    { found, ratingBlocks }: OpenedDevice,
    refused: boolean,
    signal: AbortSignal,
  ): Promise<Loss | undefined> {
    const nowMs = this.context.clock.monotonicMs();
    if (nowMs - this.ratingsReadMs < this.config.lowRateMs) return undefined;
    // A bus leaves registers alone that were refused once; an inverter that wakes up has them again.
    if (refused) found.unit.link.forget();
    const { lost } = await found.unit.reader.read(ratingBlocks, signal);
    if (lost !== undefined) return lost;
    this.ratingsReadMs = nowMs;
    this.chooseAnew(found);
    const { refused: closed } = found.unit;
    if (closed.length === 0 || nowMs - this.scannedMs < RESCAN_PERIODS * this.config.lowRateMs) {
      return undefined;
    }
    return { cause: `models ${closed.join(', ')} were refused when it was found`, moved: true };
  }

  /** A battery that was off when its inverter was found appears with its ratings. */
  private chooseAnew({ unit, parts }: OpenedDevice['found']): void {
    const now = chooseParts(unit.images, this.config);
    if (now === undefined || nameOf(now) === nameOf(parts)) return;
    const held = [...(this.opened?.controls.values() ?? [])].some(({ keeper }) => keeper.active);
    // Set points in force are handed back by those that wrote them.
    if (held) return;
    this.context.log('info', `${this.context.device}: is ${nameOf(now)} now`);
    this.opened = openFound({ unit, parts: now }, this.context, this.config, this.warnings);
  }

  private lose({ cause, moved }: Loss): void {
    this.context.log('warn', `${this.context.device}: ${cause}`);
    this.reachable = false;
    this.moved ||= moved;
  }

  /** Why the device still does not answer, or undefined when it does. */
  private async reach(signal: AbortSignal): Promise<string | undefined> {
    const { opened, moved } = this;
    if (opened !== undefined && !moved) return this.greet(opened, signal);
    const units = this.units();
    const unit = units[this.turn % units.length] ?? 1;
    // One unit a poll: silent ones must not hold the others up.
    this.turn += 1;
    return this.identify([unit], signal);
  }

  /** A device that was lost is the same one if its model 1 still says so; else it is looked for anew. */
  private async greet(opened: OpenedDevice, signal: AbortSignal): Promise<string | undefined> {
    const { unit, parts } = opened.found;
    const common = parts.common ?? unit.images[0];
    if (common === undefined) return 'no model is known';
    const before = JSON.stringify(identityOf(parts));
    const span = spanOf(common, parts.common === undefined ? [] : common.layout.points);
    const result = await unit.reader.readSpan(span, signal);
    if (result.kind === 'lost' && !result.loss.moved) return result.loss.cause;
    this.reachable = result.kind === 'read' && JSON.stringify(identityOf(parts)) === before;
    this.moved = !this.reachable;
    if (this.reachable) unit.link.forget();
    return this.reachable ? undefined : this.reach(signal);
  }

  private describeAnew(opened: OpenedDevice): void {
    const now = opened.describe();
    if (JSON.stringify(now) !== JSON.stringify(this.described)) this.described = now;
  }

  /** The units on which the device may be: the one it was found on, else all that are configured. */
  private units(): readonly number[] {
    const { unit, units } = this.config;
    if (this.opened !== undefined) return [this.opened.found.unit.link.unit];
    return unit === undefined ? units : [unit];
  }

  /** Why the device cannot be used, or undefined when it was found. */
  private async identify(
    units: readonly number[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { clock, transport, log, device } = this.context;
    const nowMs = clock.monotonicMs();
    if (this.absence !== undefined && nowMs - this.absence.checkedMs < this.config.lowRateMs) {
      return this.absence.reason;
    }
    const result = await findDevice(transport, units, this.config, signal);
    if (result.kind === 'unreachable') return result.reason;
    if (result.kind === 'absent') {
      const reason = `no such SunSpec device: ${result.reason}`;
      if (this.absence === undefined) log('error', `${device}: ${reason}`);
      // With several units to look at, the next poll looks at the next one.
      const last = this.opened !== undefined || units.length > 1 || this.units().length === 1;
      if (last) this.absence = { reason, checkedMs: nowMs };
      return reason;
    }
    this.absence = undefined;
    this.take(result.device);
    return undefined;
  }

  private take(found: OpenedDevice['found']): void {
    const { opened, context, config } = this;
    const { images, list } = found.unit;
    if (opened !== undefined && isSameDevice(opened.found, found)) {
      opened.found.unit.images.forEach((image, index) => {
        image.registers.set(images[index]?.registers ?? []);
      });
    } else {
      if (opened !== undefined) {
        context.log('warn', `${context.device}: another device, or its models have moved`);
        for (const { code, subject } of this.warnings.list()) this.warnings.clear(code, subject);
      }
      if (list.end !== 'end model') {
        context.log('warn', `${context.device}: the list of models ended with ${list.end}`);
      }
      this.opened = openFound(found, context, config, this.warnings);
    }
    this.reachable = true;
    this.moved = false;
    this.scannedMs = context.clock.monotonicMs();
    this.ratingsReadMs = context.clock.monotonicMs();
    if (this.opened !== undefined) this.describeAnew(this.opened);
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, (accepted, time) => this.apply(accepted, time));
  }

  private async apply(command: DeviceCommand, time: CommandTime): Promise<CommandOutcome> {
    const kept = this.opened?.controls.get(command.control);
    if (kept === undefined || !this.reachable) {
      return { status: 'failed', reason: 'the device cannot be reached' };
    }
    // The set point is written by the scale factors that hold now.
    if (!(await kept.port.refresh())) {
      return { status: 'failed', reason: 'the model of this control cannot be read' };
    }
    const bounds = boundsOf(kept.control, this.config.limits);
    if (bounds === undefined) {
      return { status: 'failed', reason: 'the device has not told its rating' };
    }
    const wanted = Number(command.value);
    const value = clamp(wanted, bounds);
    const outcome = await kept.keeper.apply({
      value,
      untilMs: time.untilMs,
      validForMs: command.validForMs,
      safeValue:
        command.safeValue === undefined ? undefined : clamp(Number(command.safeValue), bounds),
    });
    return value === wanted
      ? outcome
      : { ...outcome, reason: `${outcome.reason}; ${wanted} was brought to ${value}` };
  }

  async makeSafe(why: string): Promise<void> {
    for (const { keeper, port } of this.opened?.controls.values() ?? []) {
      await this.gate.exclusively(async () => {
        if (!keeper.active) return;
        await port.refresh();
        await keeper.makeSafe(why);
      });
    }
  }

  async release(): Promise<void> {
    for (const kept of this.opened?.controls.values() ?? []) {
      await this.gate.exclusively(() => releaseIfHeld(kept));
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.batches.complete();
  }
}

const nameOf = ({ role, storage }: DeviceParts): string =>
  storage.length === 0
    ? `${role} without storage`
    : `${role} with storage by ${storage.map(({ found }) => found.id).join(', ')}`;

async function releaseIfHeld({ keeper, port }: KeptControl): Promise<void> {
  if (!keeper.active) return;
  await port.refresh();
  await keeper.release();
}

const clamp = (value: number, { minimum, maximum }: ControlBounds): number =>
  Math.min(maximum, Math.max(minimum, value)) + 0;
