import {
  DevicesError,
  type CommandOutcome,
  type Device,
  type DriverContext,
  type Profile,
} from '@microgrid/devices';
import type { CommandV1, DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { compileProfile, type CompiledProfile } from './compiled-profile.js';
import type { ModbusDeviceConfig } from './config.js';
import { commandNumber } from './control-writes.js';
import { boundsOf, describe, type ControlBounds } from './describe.js';
import { checkIdentity } from './identity-check.js';
import { Poller } from './poller.js';
import { SetPointKeeper } from './set-point-keeper.js';
import { UnitLink } from './unit-link.js';

const rejected = (reason: string): CommandOutcome => ({ status: 'rejected', reason });

/** A device behind a Modbus bus, as its profile describes it. */
export class ModbusDevice implements Device {
  private readonly compiled: CompiledProfile;
  private readonly link: UnitLink;
  private readonly poller: Poller;
  private readonly keepers: ReadonlyMap<string, SetPointKeeper>;
  private described: DeviceDescriptionV1;
  private identified = false;
  private mismatch: { readonly reason: string; readonly checkedMs: number } | undefined;
  private lastSequence = -Infinity;
  private lastCommand: { readonly id: string; readonly outcome: CommandOutcome } | undefined;
  private closed = false;
  /** Writes to the device happen one command at a time. */
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly profile: Profile,
    private readonly context: DriverContext<ModbusBus>,
    private readonly config: ModbusDeviceConfig,
  ) {
    const { device, transport, clock, log } = context;
    this.compiled = compileProfile(profile, config.phases ?? profile.phases);
    const timeoutMs = config.requestTimeoutMs ?? profile.transport.requestTimeoutMs;
    this.link = new UnitLink(transport, config.unit ?? profile.transport.unit, timeoutMs);
    const { compiled, link } = this;
    this.poller = new Poller({ device, compiled, link, clock, lowRateMs: config.lowRateMs });
    const { lookup } = this.poller;
    this.keepers = new Map(
      profile.controls.map((control) => [
        control.id,
        new SetPointKeeper({ device, profile, control, link, clock, lookup, log }),
      ]),
    );
    this.described = this.describe();
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

  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.writing.then(work, work);
    this.writing = turn.catch(() => undefined);
    return turn;
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    if (!this.identified) {
      const cause = await this.identify(signal);
      if (cause !== undefined) return this.poller.unreadable(cause);
    }
    for (const keeper of this.keepers.values()) {
      if (keeper.active) await this.exclusively(() => keeper.service());
    }
    const { readings, ratingsChanged, lost } = await this.poller.poll(signal);
    if (lost !== undefined) {
      this.identified = false;
      this.poller.forget();
    } else if (ratingsChanged) {
      this.described = this.describe();
    }
    return readings;
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
    this.mismatch = undefined;
    this.identified = true;
    return undefined;
  }

  async command(command: CommandV1): Promise<CommandOutcome> {
    this.assertOpen();
    const receivedMs = this.context.clock.monotonicMs();
    if (this.lastCommand?.id === command.id) return this.lastCommand.outcome;
    const refusal = this.refusal(command);
    if (refusal !== undefined) return rejected(refusal);
    const control = this.profile.controls.find(({ id }) => id === command.control);
    const keeper = this.keepers.get(command.control);
    if (control === undefined || keeper === undefined) {
      return rejected(`${this.context.device} has no control ${command.control}`);
    }
    const bounds = boundsOf(control, this.config.limits, this.poller.lookup);
    if (!this.identified || bounds === undefined) {
      return { status: 'failed', reason: 'the device has not been reached yet' };
    }
    this.lastSequence = command.sequence;
    const wanted = commandNumber(command.value);
    const value = clamp(wanted, bounds, control);
    const outcome = await this.exclusively(() => keeper.apply(command, value, receivedMs));
    const answer =
      value === wanted
        ? outcome
        : { ...outcome, reason: `${outcome.reason}; ${wanted} was brought to ${value}` };
    this.lastCommand = { id: command.id, outcome: answer };
    return answer;
  }

  /** Why a command is not for this device or not allowed, before its value is looked at. */
  private refusal(command: CommandV1): string | undefined {
    const { device, gateway } = this.context;
    if (command.device !== device) return `meant for device ${command.device}, this is ${device}`;
    if (command.audience !== device && command.audience !== gateway) {
      return `meant for ${command.audience}, expected ${gateway ?? device}`;
    }
    if (command.sequence <= this.lastSequence) {
      return `sequence ${command.sequence} is not above the last one, ${this.lastSequence}`;
    }
    const control = this.profile.controls.find(({ id }) => id === command.control);
    if (control === undefined) return `${device} has no control ${command.control}`;
    const bool = control.unit === 'bool';
    if (bool !== (typeof command.value === 'boolean')) {
      return `${command.control}: got ${String(command.value)}, expected ${bool ? 'true or false' : 'a number'}`;
    }
    if (typeof command.value === 'number' && !Number.isFinite(command.value)) {
      return `${command.control}: got ${command.value}, expected a finite number`;
    }
    return undefined;
  }

  async release(): Promise<void> {
    for (const keeper of this.keepers.values()) {
      if (keeper.active) await this.exclusively(() => keeper.release());
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
  }
}

/** Brings a value into its bounds; between zero and a charger's minimum it becomes zero. */
function clamp(
  value: number,
  { minimum = -Infinity, maximum = Infinity }: ControlBounds,
  control: { readonly allowZero?: boolean | undefined; readonly step?: number | undefined },
): number {
  const { step } = control;
  // The tolerance keeps 0.3 / 0.1 on its step.
  const stepped = step === undefined ? value : Math.floor(value / step + 1e-9) * step;
  if (control.allowZero === true && stepped < minimum) return 0;
  return Math.min(maximum, Math.max(minimum, stepped)) + 0;
}
