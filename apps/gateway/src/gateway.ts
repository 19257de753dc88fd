import { resolve } from 'node:path';
import { Subject, type Observable } from 'rxjs';
import type { UpstreamSignals } from '@microgrid/control';
import type { Clock, DriverStore, Log } from '@microgrid/devices';
import type { IntervalV1, ReadingV1 } from '@microgrid/events';
import { nodeHash, nodeVerify } from '@microgrid/journal/node';
import { localTime } from '@microgrid/units/calendar';
import { Alarms } from './alarms.js';
import type { GatewayConfig } from './configuration.js';
import { consoleState } from './console-state.js';
import { serveConsole, type ConsoleServer } from './console-server.js';
import { DayHistory } from './day-history.js';
import { DecisionLoop } from './decision-loop.js';
import { DevicePoller } from './device-poller.js';
import { driverStore } from './driver-store.js';
import { DriverHosts } from './driver-host/driver-hosts.js';
import { TodaysEnergy } from './energy-today.js';
import { GatewayError } from './gateway-error.js';
import { IntervalBook } from './interval-book.js';
import { IntervalMeter } from './interval-meter.js';
import { sourcesOf } from './interval-source.js';
import { LoadProfileIntake } from './load-profile-intake.js';
import { standardErrorLog } from './log.js';
import { openMqttTransport } from './mqtt-transport.js';
import type { GatewayPorts, Running } from './ports.js';
import { SiteDevices } from './site-devices.js';
import { openStore, type Store } from './store.js';
import { systemClock } from './system-clock.js';
import { UplinkEnd } from './uplink-end.js';

/**
 * Starts a gateway: opens store, buses and devices, serves the console and ticks. Reading, deciding
 * and metering go on whatever happens to broker, coordinator or page.
 * @throws GatewayError for a configuration that cannot work; what was opened is closed again.
 */
export async function start(config: GatewayConfig, ports: GatewayPorts = {}): Promise<Running> {
  const gateway = new Gateway(config, ports);
  try {
    await gateway.open();
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return gateway;
}

/** Part of a tick that devices have to answer in. */
const PATIENCE = 0.8;

/** A part of the gateway that must be closed, newest first. */
type Closing = () => Promise<void> | void;

class Gateway implements Running {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly startedMs: number;
  private readonly stopping = new AbortController();
  private readonly alarms: Alarms;
  private readonly history: DayHistory;
  private readonly energy: TodaysEnergy;
  private readonly readings = new Subject<ReadingV1>();
  private readonly pollers: DevicePoller[] = [];
  private readonly meters: { meter: IntervalMeter; poller: DevicePoller }[] = [];
  private readonly intakes: { intake: LoadProfileIntake; poller: DevicePoller }[] = [];
  private readonly closings: Closing[] = [];
  private store: Store | undefined;
  private decisions: DecisionLoop | undefined;
  private uplink: UplinkEnd | undefined;
  private console: ConsoleServer | undefined;
  private ticking: Promise<void> | undefined;

  /** Every reading as it is taken. */
  readonly readings$: Observable<ReadingV1> = this.readings.asObservable();
  private readonly intervals = new Subject<IntervalV1>();
  /** Every interval once it is durable. */
  readonly intervals$: Observable<IntervalV1> = this.intervals.asObservable();

  constructor(
    private readonly config: GatewayConfig,
    private readonly ports: GatewayPorts,
  ) {
    this.clock = ports.clock ?? systemClock;
    this.log = ports.log ?? standardErrorLog;
    this.startedMs = this.clock.monotonicMs();
    this.alarms = new Alarms(({ id, severity, text }, over) => {
      if (over) this.log('info', `over: ${text}`, { alarm: id });
      else this.log(severity === 'critical' ? 'error' : 'warn', text, { alarm: id });
    });
    this.history = new DayHistory(config.site.timeZone);
    this.energy = new TodaysEnergy(config.site.timeZone);
  }

  get publicKey(): string {
    return this.store?.signing.publicKey ?? '';
  }

  get consoleUrl(): string {
    return this.console?.url ?? '';
  }

  async open(): Promise<void> {
    const { config, ports, clock, log } = this;
    const folder = resolve(ports.baseFolder ?? '.', config.dataFolder);
    const store = await openStore(folder, clock.nowMs(), { restored: ports.restored ?? false });
    this.store = store;
    this.closings.push(() => {
      store.close();
    });
    await this.openDevices(store);
    await this.openMetering(store);
    const { policy } = config.control;
    if (policy !== undefined) {
      const { documents } = store;
      const site = config.site.id;
      this.decisions = await DecisionLoop.open({ site, policy, clock, documents, log });
    }
    this.openUplink(store);
    await this.openConsole();
    if (ports.selfTicking ?? true) this.tickByItself();
  }

  private async openDevices(store: Store): Promise<void> {
    const { config, ports, clock, log, stopping } = this;
    const devices = new SiteDevices({
      config,
      ports,
      clock,
      log,
      signal: stopping.signal,
      startHosts: () => this.startDrivers(),
      storeOf: (device) => this.storeOf(store, device),
      opened: (close) => this.closings.push(close),
    });
    for (const { entry, device } of await devices.open()) {
      this.pollers.push(
        new DevicePoller(device, entry.label ?? entry.id, clock, (reading) => {
          this.readings.next(reading);
        }),
      );
    }
  }

  /** What a driver notes as delivered must be durable before: its intervals come first. */
  private storeOf(store: Store, device: string): DriverStore {
    const own = driverStore(store.documents, device);
    const flush = async (): Promise<void> => {
      for (const { intake, poller } of this.intakes) {
        if (poller.device.description.device === device) await intake.flush();
      }
    };
    return {
      get: (key) => own.get(key),
      set: async (key, value) => {
        await flush();
        await own.set(key, value);
      },
    };
  }

  /** The books of all metering points, and what fills them. */
  private async openMetering(store: Store): Promise<void> {
    const { config, clock, log } = this;
    const { journal, find, documents } = store;
    for (const point of config.metering.points) {
      const poller = this.poller(point.device);
      const entry = config.devices.find(({ id }) => id === point.device);
      const sources = sourcesOf(point, entry);
      const { fallbackAfterMs } = point;
      const { gateway } = config;
      const book = new IntervalBook({
        sources,
        fallbackAfterMs,
        gateway,
        journal,
        find,
        clock,
        log,
      });
      book.intervals$.subscribe(this.intervals);
      if (sources.includes('loadProfile')) {
        const { resolution } = config.metering;
        const onUnusable = (why: string): void => {
          this.tellUnusable(poller, why);
        };
        const intake = await LoadProfileIntake.open({
          point,
          resolution,
          book,
          documents,
          clock,
          log,
          onUnusable,
        });
        intake.listen(poller.device);
        this.closings.push(() => {
          intake.close();
        });
        this.intakes.push({ intake, poller });
      }
      if (!sources.includes('registers')) continue;
      const meter = await IntervalMeter.open(point, config, book, documents, clock, log);
      this.meters.push({ meter, poller });
    }
  }

  private tellUnusable({ label, device }: DevicePoller, why: string): void {
    const id = device.description.device;
    const text = `${label}: ${why}`;
    const alarm = { severity: 'warning', text, device: id } as const;
    this.alarms.raise(`load-profile/${id}`, alarm, this.clock.nowMs());
  }

  /** Every driver package has its thread before a device is opened, and after the last was closed. */
  private async startDrivers(): Promise<DriverHosts> {
    const { config, ports, clock, log, alarms } = this;
    const hosts = new DriverHosts({
      gateway: config.gateway,
      baseFolder: ports.baseFolder ?? '.',
      worker: ports.driverWorker,
      limits: ports.driverLimits ?? {},
      clock,
      speed: ports.selfTicking === false ? 0 : (ports.speed ?? 1),
      log,
      onTrouble: (name, trouble) => {
        if (trouble === undefined) alarms.clear(`driver/${name}`);
        else alarms.raise(`driver/${name}`, trouble, clock.nowMs());
      },
    });
    this.closings.push(() => hosts.close());
    this.stopping.signal.addEventListener('abort', () => {
      hosts.stop();
    });
    await hosts.start(config.drivers);
    return hosts;
  }

  private poller(id: string): DevicePoller {
    const found = this.pollers.find(({ device }) => device.description.device === id);
    if (found !== undefined) return found;
    throw new GatewayError('unknown-device', `device ${id} is not configured`);
  }

  private openUplink(store: Store): void {
    const { config, ports, clock, log, alarms } = this;
    if (config.uplink === undefined) return;
    const transport = (ports.openTransport ?? openMqttTransport)(config, ports.baseFolder ?? '.');
    const uplink = new UplinkEnd({
      gateway: config.gateway,
      coordinatorKey: config.uplink.coordinatorKey,
      signing: store.signing,
      earlierKeys: store.earlierKeys,
      verifying: nodeVerify,
      hash: nodeHash,
      transport,
      outbox: store.outbox,
      documents: store.documents,
      clock,
      log,
      alarms,
    });
    this.uplink = uplink;
    this.closings.push(() => uplink.close());
  }

  private async openConsole(): Promise<void> {
    const { config, ports } = this;
    if (config.console === undefined) return;
    const server = await serveConsole(
      config.console,
      {
        state: () => this.state(),
        history: (day) =>
          this.history.day(day ?? localTime(config.site.timeZone, this.clock.nowMs()).date),
      },
      ports.consoleFolder,
    );
    this.console = server;
    this.closings.push(() => server.close());
  }

  private async state(): Promise<object> {
    return consoleState({
      config: this.config,
      clock: this.clock,
      startedMs: this.startedMs,
      speed: this.ports.speed,
      pollers: this.pollers,
      decisions: this.decisions,
      signals: this.signals(),
      today: this.energy.summary(this.pollers),
      alarms: this.alarms.list(),
      uplink: await this.uplink?.status(),
    });
  }

  /** A tick in real milliseconds. */
  private get realTickMs(): number {
    return this.config.control.tickMs / (this.ports.speed ?? 1);
  }

  private tickByItself(): void {
    const timer = setInterval(() => {
      // A slow round is not doubled: the next tick waits for it.
      this.ticking ??= this.tick()
        .catch((error: unknown) => {
          this.log('error', `tick failed: ${String(error)}`);
        })
        .finally(() => {
          this.ticking = undefined;
        });
    }, this.realTickMs);
    this.closings.push(() => {
      clearInterval(timer);
    });
  }

  async tick(): Promise<void> {
    const { pollers, clock, stopping } = this;
    await this.withinPatience(Promise.all(pollers.map((poller) => poller.poll(stopping.signal))));
    await Promise.all([this.decide(), this.meter()]);
    const nowMs = clock.nowMs();
    this.energy.observe(nowMs, pollers);
    const flows = this.decisions?.explanation?.flows;
    if (flows !== undefined) this.history.add(nowMs, flows);
    for (const poller of pollers) this.watch(poller, nowMs);
    this.console?.changed();
  }

  /** In real time a device that does not answer must not hold up the decision about the others. */
  private async withinPatience(polled: Promise<unknown>): Promise<void> {
    if (this.ports.selfTicking === false) {
      await polled;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, this.realTickMs * PATIENCE);
    });
    await Promise.race([polled, patience]);
    clearTimeout(timer);
  }

  private async decide(): Promise<void> {
    await this.decisions?.run(this.pollers, this.signals());
  }

  /** A store that fails must not stop control: the registers count on and the next tick tries again. */
  private async meter(): Promise<void> {
    try {
      for (const { intake } of this.intakes) await intake.flush();
      for (const { meter, poller } of this.meters) await meter.take(poller);
      this.alarms.clear('storage');
    } catch (error) {
      const text = `Intervals cannot be stored: ${String(error)}`;
      this.alarms.raise('storage', { severity: 'critical', text }, this.clock.nowMs());
    }
  }

  private watch(poller: DevicePoller, nowMs: number): void {
    const { device } = poller.device.description;
    if (poller.online) this.alarms.clear(`offline/${device}`);
    else {
      const { failure } = poller;
      const text =
        failure === undefined
          ? `${poller.label} does not answer`
          : `${poller.label} cannot be read: ${failure}`;
      this.alarms.raise(`offline/${device}`, { severity: 'warning', text, device }, nowMs);
    }
    const raised = poller.device.alarms?.() ?? [];
    this.alarms.keep(
      `device/${device}/`,
      raised.map(({ code, subject, severity, text }) => ({
        id: `${code}/${subject}`,
        severity,
        text: `${poller.label}: ${text}`,
        device,
      })),
      nowMs,
    );
  }

  signals(): UpstreamSignals {
    return this.uplink?.signals() ?? {};
  }

  async drain(timeoutMs: number): Promise<boolean> {
    return (await this.uplink?.drain(timeoutMs)) ?? true;
  }

  async close(): Promise<void> {
    const closings = this.closings.splice(0).reverse();
    if (closings.length === 0) return;
    await this.ticking;
    for (const { meter } of this.meters) await meter.save();
    this.stopping.abort();
    for (const closing of closings) {
      try {
        await closing();
      } catch (error) {
        this.log('error', `closing: ${String(error)}`);
      }
    }
    this.readings.complete();
    this.intervals.complete();
  }
}
