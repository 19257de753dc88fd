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
  type DriverContext,
  type MqttMessage,
  type MqttTransport,
  type PointName,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject, Subscription } from 'rxjs';
import type { MqttSwitchConfig } from './config.js';
import { ReportedState } from './reported-state.js';
import { SwitchPort } from './switch-port.js';
import { afterPowerCut, switchSafety } from './switch-safety.js';
import { Topics, type Prefix } from './topics.js';

const decoder = new TextDecoder();
const causeOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** One relay of a Tasmota device. */
export class MqttSwitchDevice implements Device {
  private readonly batches = new Subject<readonly ReadingV1[]>();
  readonly points$ = this.batches.asObservable();
  private readonly state: ReportedState;
  private readonly topics: Topics;
  private readonly gate: CommandGate;
  private readonly warnings: DeviceAlarms;
  private readonly keeper: SetPointKeeper;
  private readonly heard = new Subscription();
  private points: readonly PointName[] = ['switchState'];
  private brokerUp = true;
  private identified = false;
  private closed = false;

  constructor(
    private readonly context: DriverContext<MqttTransport>,
    private readonly config: MqttSwitchConfig,
  ) {
    const { device, gateway, clock, store, log, transport, signal } = context;
    this.state = new ReportedState(config.relay);
    this.topics = new Topics(config.topic, config.fullTopic);
    this.warnings = new DeviceAlarms(({ severity, text }) => {
      log(severity === 'critical' ? 'error' : 'warn', `${device}: ${text}`);
    });
    const description = (): DeviceDescriptionV1 => this.description;
    this.gate = new CommandGate({ device, gateway, clock, store, description });
    const port = new SwitchPort(config, this.state, store, (name, payload) =>
      this.send(name, payload, signal),
    );
    this.keeper = new SetPointKeeper({ device, port, clock, log, store, alarms: this.warnings });
    this.heard.add(
      transport.connected$.subscribe((up) => {
        this.brokerUp = up;
        if (!up) this.identified = false;
      }),
    );
    for (const prefix of ['stat', 'tele'] as const) {
      const messages = transport.subscribe(this.topics.of(prefix, '+'));
      this.heard.add(
        messages.subscribe((message) => {
          this.hear(prefix, message);
        }),
      );
    }
  }

  get description(): DeviceDescriptionV1 {
    const { config, state, points } = this;
    const { model = 'Tasmota', serial } = state.identity;
    const { onLoss } = switchSafety(config, state.powerOnState);
    return {
      kind: 'deviceDescription',
      version: 1,
      device: this.context.device,
      role: config.role,
      manufacturer: 'Tasmota',
      model,
      ...(serial === undefined ? {} : { serial }),
      phases: config.phases,
      points: [...points],
      controls: [
        {
          id: 'switch',
          unit: 'bool',
          volatile: true,
          expiresAfterMs: config.deadManSeconds * 1000,
          onLoss: onLoss.slice(0, 200),
        },
      ],
      limits: config.maxImportWatts === undefined ? {} : { maxImportWatts: config.maxImportWatts },
    };
  }

  safety(): SafetyTable {
    return { switch: switchSafety(this.config, this.state.powerOnState) };
  }

  alarms(): readonly DeviceAlarm[] {
    return this.warnings.list();
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new DevicesError('closed', `device ${this.context.device} is closed; open it again`);
  }

  private async send(name: string, payload: string, signal: AbortSignal): Promise<void> {
    await this.context.transport.publish(this.topics.of('cmnd', name), payload, { signal });
  }

  private hear(prefix: Prefix, { topic, payload, retained }: MqttMessage): void {
    const name = this.topics.nameIn(prefix, topic);
    if (name === undefined || this.closed) return;
    // What a broker kept says nothing about now, but for the last will.
    if (retained && name !== 'LWT') return;
    const wasOnline = this.state.online;
    const told = this.state.take(name, decoder.decode(payload), this.context.clock.nowMs());
    if (this.state.online === true && wasOnline === false) this.identified = false;
    this.points = [...new Set([...this.points, ...told])];
    if (told.length > 0) this.batches.next(this.readings(told, undefined));
    this.warn();
  }

  /** A relay that a power cut turns on is not left in its safe state. */
  private warn(): void {
    const { powerOnState } = this.state;
    const unsafe =
      powerOnState === 1 || powerOnState === 2 || powerOnState === 4 || powerOnState === 5;
    if (unsafe) {
      const text = `switch: after a power cut it is ${afterPowerCut(powerOnState) ?? 'on'} (PowerOnState ${powerOnState}); set it to 0 or 3`;
      this.warnings.raise('fallback-above-limit', 'switch', text);
    } else this.warnings.clear('fallback-above-limit', 'switch');
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    let lost = this.state.online === false ? 'offline, says its last will' : undefined;
    if (!this.brokerUp) lost = 'no connection to the broker';
    if (lost === undefined) {
      await this.gate.exclusively(() => this.keeper.service());
      lost = await this.ask(signal);
    }
    const readings = this.readings(this.points, lost);
    if (!this.closed) this.batches.next(readings);
    return readings;
  }

  /** Asks for what the next poll will show: the answers come by themselves. */
  private async ask(signal: AbortSignal): Promise<string | undefined> {
    try {
      if (this.identified) {
        await this.send('STATUS', '11', signal);
        await this.send('STATUS', '10', signal);
      } else await this.send('STATUS', '0', signal);
      if (this.keeper.active || this.state.pulseTime === undefined) {
        await this.send(`PulseTime${this.config.relay}`, '', signal);
      }
      this.identified = this.state.identity.serial !== undefined;
      return undefined;
    } catch (error) {
      return causeOf(error);
    }
  }

  private readings(points: readonly PointName[], lost: string | undefined): readonly ReadingV1[] {
    const { device, clock } = this.context;
    const nowMs = clock.nowMs();
    return points.map((point) => {
      const reported = this.state.points.get(point);
      const origin = { device, point, at: formatInstant(reported?.atMs ?? nowMs) };
      const now = { device, point, at: formatInstant(nowMs) };
      if (lost !== undefined) return missingReading(now, lost);
      if (reported === undefined) return missingReading(now, 'not reported');
      const ageMs = nowMs - reported.atMs;
      if (ageMs > this.config.maximumAgeMs) {
        return missingReading(now, `no report for ${Math.round(ageMs / 1000)} s`);
      }
      return readingOf(origin, reported.value);
    });
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, (accepted, { untilMs }) => {
      if (!this.brokerUp || this.state.online === false) {
        return Promise.resolve({ status: 'failed', reason: 'the device cannot be reached' });
      }
      return this.keeper.apply({
        value: Number(accepted.value),
        untilMs,
        validForMs: accepted.validForMs,
        safeValue: accepted.safeValue === undefined ? undefined : Number(accepted.safeValue),
      });
    });
  }

  async makeSafe(why: string): Promise<void> {
    await this.gate.exclusively(() => this.keeper.makeSafe(why));
  }

  async release(): Promise<void> {
    await this.gate.exclusively(async () => {
      if (this.keeper.active) await this.keeper.release();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.heard.unsubscribe();
    this.batches.complete();
  }
}
