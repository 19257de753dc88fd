import {
  CommandGate,
  DevicesError,
  type CommandOutcome,
  type CommandTime,
  type Device,
  type DeviceCommand,
  type DriverContext,
  type Profile,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { Subject } from 'rxjs';
import { compileProfile, type CompiledProfile } from './compiled-profile.js';
import type { ModbusDeviceConfig } from './config.js';
import { commandNumber } from './control-writes.js';
import { boundsOf, describe, type ControlBounds } from './describe.js';
import { checkIdentity } from './identity-check.js';
import { Poller } from './poller.js';
import { safetyTable } from './safety-table.js';
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
  private readonly gate: CommandGate;
  private readonly points = new Subject<readonly ReadingV1[]>();
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

  safety(): SafetyTable {
    return safetyTable(this.profile, this.poller.lookup);
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
    for (const keeper of this.keepers.values()) {
      if (keeper.active) await this.gate.exclusively(() => keeper.service());
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

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, (admitted, time) => this.apply(admitted, time));
  }

  private async apply(command: DeviceCommand, time: CommandTime): Promise<CommandOutcome> {
    const control = this.profile.controls.find(({ id }) => id === command.control);
    const keeper = this.keepers.get(command.control);
    if (control === undefined || keeper === undefined) {
      return rejected(`${this.context.device} has no control ${command.control}`);
    }
    const bounds = boundsOf(control, this.config.limits, this.poller.lookup);
    if (!this.identified || bounds === undefined) {
      return { status: 'failed', reason: 'the device has not been reached yet' };
    }
    const wanted = commandNumber(command.value);
    const value = clamp(wanted, bounds, control);
    const outcome = await keeper.apply(command, value, time.receivedMs);
    return value === wanted
      ? outcome
      : { ...outcome, reason: `${outcome.reason}; ${wanted} was brought to ${value}` };
  }

  async release(): Promise<void> {
    for (const keeper of this.keepers.values()) {
      if (keeper.active) await this.gate.exclusively(() => keeper.release());
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.points.complete();
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
