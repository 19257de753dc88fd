import {
  CommandGate,
  DeviceAlarms,
  DevicesError,
  missingReading,
  readingOf,
  SetPointKeeper,
  type CommandOutcome,
  type Device,
  type DeviceAlarm,
  type DeviceCommand,
  type DeviceIdentity,
  type DriverContext,
  type HttpTransport,
  type PushStream,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject, type Subscription } from 'rxjs';
import {
  componentKey,
  componentsIn,
  parseComponent,
  presentPoints,
  reversedPoints,
  valueOf,
  type ShellyComponent,
  type ShellyPoint,
} from './component.js';
import type { ShellyConfig } from './config.js';
import { describeShelly, identityOf } from './describe.js';
import { memberAt } from './json-record.js';
import { RpcClient } from './rpc-client.js';
import { parseNotification, StatusStore } from './status-store.js';
import { SwitchPort } from './switch-port.js';
import { switchSafety, type InitialState } from './switch-safety.js';

/** How long after a stream broke the next one is tried. */
const STREAM_RETRY_MS = 60_000;
const STREAM_PATH = '/rpc';

const causeOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** One component of a Shelly device. */
export class ShellyDevice implements Device {
  private readonly batches = new Subject<readonly ReadingV1[]>();
  readonly points$ = this.batches.asObservable();
  private readonly rpc: RpcClient;
  private readonly gate: CommandGate;
  private readonly warnings: DeviceAlarms;
  private readonly store = new StatusStore();
  private keeper: SetPointKeeper | undefined;
  private component: ShellyComponent | undefined;
  private points: readonly ShellyPoint[] = [];
  private identity: DeviceIdentity = {};
  private initialState: InitialState | undefined;
  private reachable = false;
  private stream: { readonly push: PushStream; readonly heard: Subscription } | undefined;
  private streamTriedMs = -Infinity;
  private closed = false;

  constructor(
    private readonly context: DriverContext<HttpTransport>,
    private readonly config: ShellyConfig,
  ) {
    const { device, gateway, clock, store, log, transport } = context;
    this.rpc = new RpcClient(transport, config.requestTimeoutMs);
    this.warnings = new DeviceAlarms(({ severity, text }) => {
      log(severity === 'critical' ? 'error' : 'warn', `${device}: ${text}`);
    });
    const description = (): DeviceDescriptionV1 => this.description;
    this.gate = new CommandGate({ device, gateway, clock, store, description });
    if (config.component !== undefined) this.component = parseComponent(config.component);
  }

  get description(): DeviceDescriptionV1 {
    const { device } = this.context;
    const { component, points, identity, config, initialState } = this;
    return describeShelly({ device, component, points, identity, config, initialState });
  }

  safety(): SafetyTable {
    if (this.component !== undefined && this.component.kind !== 'switch') return {};
    return { switch: switchSafety(this.config, this.initialState) };
  }

  alarms(): readonly DeviceAlarm[] {
    return this.warnings.list();
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new DevicesError('closed', `device ${this.context.device} is closed; open it again`);
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    const lost = await this.poll(signal);
    const { keeper } = this;
    if (keeper !== undefined && lost === undefined) {
      await this.gate.exclusively(() => keeper.service());
    }
    if (lost === undefined) await this.listen(signal);
    const readings = this.readings(this.points, lost);
    if (!this.closed) this.batches.next(readings);
    return readings;
  }

  /** @returns why the device cannot be read, or undefined when it was */
  private async poll(signal: AbortSignal): Promise<string | undefined> {
    try {
      if (!this.reachable) await this.identify(signal);
      const status = await this.rpc.call('Shelly.GetStatus', {}, signal);
      const problem = this.take(status);
      if (problem !== undefined) return problem;
      if (!this.reachable) await this.learnConfig(signal);
      this.reachable = true;
      return undefined;
    } catch (error) {
      this.reachable = false;
      return causeOf(error);
    }
  }

  private async identify(signal: AbortSignal): Promise<void> {
    const info = await this.rpc.call('Shelly.GetDeviceInfo', {}, signal);
    const identity = identityOf(info);
    const { serial } = this.identity;
    if (serial !== undefined && identity.serial !== undefined && serial !== identity.serial) {
      const text = `${this.context.device}: another device answers: ${identity.serial}, before ${serial}`;
      this.context.log('warn', text);
    }
    this.identity = identity;
  }

  /** Takes a whole status. @returns why it is of no use */
  private take(status: Readonly<Record<string, unknown>>): string | undefined {
    const component = this.component ?? componentsIn(status)[0];
    if (component === undefined) return 'the device has no component that measures or switches';
    if (memberAt(status, [componentKey(component)]) === undefined) {
      const found = componentsIn(status).map(componentKey).join(', ');
      return `the device has no ${componentKey(component)}; it has ${found === '' ? 'none' : found}`;
    }
    this.component = component;
    this.store.replace(status);
    const present = presentPoints(component, status);
    // A field may be left out while its measurement fails: the point stays.
    const known = new Set(this.points.map(({ point }) => point));
    const points = this.config.reversed ? reversedPoints(present) : present;
    this.points = [...this.points, ...points.filter(({ point }) => !known.has(point))];
    if (component.kind === 'switch') this.keeper ??= this.makeKeeper(component.id);
    return undefined;
  }

  private makeKeeper(id: number): SetPointKeeper {
    const { device, clock, log, store, signal } = this.context;
    const port = new SwitchPort(this.rpc, id, this.config, signal);
    return new SetPointKeeper({ device, port, clock, log, store, alarms: this.warnings });
  }

  /** What the device does after a power cut; a state that is not safe is said. */
  private async learnConfig(signal: AbortSignal): Promise<void> {
    const { component, config, warnings } = this;
    if (component?.kind !== 'switch') return;
    const found = await this.rpc.call('Switch.GetConfig', { id: component.id }, signal);
    const state = found['initial_state'];
    if (typeof state === 'string') this.initialState = state as InitialState;
    const opposite = config.safeState === 'on' ? 'off' : 'on';
    if (state === opposite) {
      const text = `switch: after a power cut it turns ${opposite} (initial_state), which is not its safe state ${config.safeState}`;
      warnings.raise('fallback-above-limit', 'switch', text);
    } else warnings.clear('fallback-above-limit', 'switch');
  }

  /** Opens the stream of changes where there is none. */
  private async listen(signal: AbortSignal): Promise<void> {
    const nowMs = this.context.clock.monotonicMs();
    if (!this.config.push || this.stream !== undefined) return;
    if (nowMs - this.streamTriedMs < STREAM_RETRY_MS) return;
    this.streamTriedMs = nowMs;
    try {
      const push = await this.context.transport.stream(STREAM_PATH, { signal });
      const heard = push.messages$.subscribe({
        next: (text) => {
          this.hear(text);
        },
        error: () => {
          this.stream = undefined;
        },
        complete: () => {
          this.stream = undefined;
        },
      });
      this.stream = { push, heard };
      // A device pushes to those that have asked it something on the same stream.
      await push.send(this.rpc.frame('Shelly.GetDeviceInfo'));
    } catch (error) {
      this.context.log('debug', `${this.context.device}: no stream: ${causeOf(error)}`);
    }
  }

  private hear(text: string): void {
    const notification = parseNotification(text);
    if (notification === undefined || this.closed || !this.reachable) return;
    this.store.apply(notification);
    const changed = this.points.filter(
      ({ path }) => memberAt(notification.changed, path) !== undefined,
    );
    if (changed.length > 0) this.batches.next(this.readings(changed, undefined));
  }

  private readings(points: readonly ShellyPoint[], lost: string | undefined): readonly ReadingV1[] {
    const { device, clock } = this.context;
    const at = formatInstant(clock.nowMs());
    return points.map((each) => {
      const origin = { device, point: each.point, at };
      if (lost !== undefined) return missingReading(origin, lost);
      const value = valueOf(each, this.store.status, this.config.reversed);
      return value === undefined ? missingReading(origin, 'no value') : readingOf(origin, value);
    });
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, async (accepted, { untilMs }) => {
      const { keeper } = this;
      if (keeper === undefined || !this.reachable) {
        return { status: 'failed', reason: 'the device cannot be reached' };
      }
      return keeper.apply({
        value: Number(accepted.value),
        untilMs,
        validForMs: accepted.validForMs,
        safeValue: accepted.safeValue === undefined ? undefined : Number(accepted.safeValue),
      });
    });
  }

  async makeSafe(why: string): Promise<void> {
    await this.gate.exclusively(async () => this.keeper?.makeSafe(why));
  }

  async release(): Promise<void> {
    await this.gate.exclusively(async () => {
      if (this.keeper?.active === true) await this.keeper.release();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.stream?.heard.unsubscribe();
    await this.stream?.push.close().catch(() => undefined);
    this.stream = undefined;
    this.batches.complete();
  }
}
