import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClosedPeriod, CoordinatorStatus } from '@microgrid/coordinator';
import {
  start as startGateway,
  type GatewayConfig,
  type OpenTransport,
  type Running as RunningGateway,
} from '@microgrid/gateway';
import { loadOrCreateKeyFile } from '@microgrid/journal/node';
import type { Endpoint } from '@microgrid/simulator';
import { Child } from './child.js';
import { communityFile, gatewayOf } from './community-file.js';
import { gatewayConfig, TICK_MS } from './gateway-config.js';
import { NEIGHBOURHOOD, type DemoSite } from './neighbourhood.js';
import { VirtualClock } from './virtual-clock.js';

/** Simulated time between two rounds of the coordinator. */
const COORDINATOR_MS = 900_000;
/** How long, in real time, a signal may take to every gateway before the run goes on without it. */
const SIGNAL_PATIENCE_MS = 2000;
/** How long, in real time, the last intervals may take to their receipts. */
const DRAIN_MS = 20_000;

/** How the neighbourhood is run. */
export interface NeighbourhoodOptions {
  /** Everything that is written stands in here. */
  readonly folder: string;
  readonly startMs: number;
  readonly seed: number;
  /** Default: all of the neighbourhood. */
  readonly sites?: readonly DemoSite[];
  /** Changes the wire of one gateway, for tests of what it must withstand. */
  readonly openTransport?: (config: GatewayConfig) => OpenTransport;
  /** Where warnings and errors go. Default: standard error. */
  readonly onWarning?: (line: string) => void;
  /** Times real, shown on the page; absent: as fast as it goes. */
  readonly speed?: number;
  /** Built files of the console. */
  readonly consoleFolder?: string;
}

/** Broker, simulator and coordinator in processes of their own, and the gateways, on one virtual clock. */
export class Neighbourhood {
  private readonly clock: VirtualClock;
  private broker!: Child;
  private simulator!: Child;
  private coordinator!: Child;
  private coordinatorUrl = '';
  private readonly gateways: RunningGateway[] = [];
  private readonly closings: (() => Promise<void>)[] = [];

  private readonly sites: readonly DemoSite[];
  private brokerPort = 0;

  private constructor(private readonly options: NeighbourhoodOptions) {
    this.sites = options.sites ?? NEIGHBOURHOOD;
    this.clock = new VirtualClock(options.startMs);
  }

  /** Starts all of it; what was started is stopped again when a part does not start. */
  static async start(options: NeighbourhoodOptions): Promise<Neighbourhood> {
    const neighbourhood = new Neighbourhood(options);
    try {
      await neighbourhood.open();
    } catch (error) {
      await neighbourhood.close();
      throw error;
    }
    return neighbourhood;
  }

  private async open(): Promise<void> {
    const { folder, startMs, seed } = this.options;
    this.broker = this.child('broker');
    this.coordinator = this.child('coordinator');
    this.simulator = this.child('simulator');
    const [{ port }, { endpoints }] = await Promise.all([
      this.broker.ask<{ port: number }>({}),
      this.simulator.ask<{ endpoints: Record<string, Record<string, Endpoint>> }>({
        start: { atMs: startMs, seed, sites: this.sites.map(({ site }) => site) },
      }),
    ]);
    this.brokerPort = port;
    const broker = `mqtt://127.0.0.1:${port}`;
    writeFileSync(
      join(folder, 'community.yaml'),
      communityFile(this.sites, enrolledKeys(this.sites, folder)),
    );
    const { publicKey, httpUrl } = await this.coordinator.ask<{
      publicKey: string;
      httpUrl: string;
    }>({ start: { broker, folder, atMs: startMs } });
    this.coordinatorUrl = httpUrl;
    const uplink = { broker, coordinatorKey: publicKey };
    for (const site of this.sites) {
      const config = gatewayConfig(site, endpoints[site.site.id] ?? {}, uplink);
      const { speed, consoleFolder, openTransport } = this.options;
      const gateway = await startGateway(config, {
        clock: this.clock,
        log: this.logOf(config.gateway),
        selfTicking: false,
        baseFolder: folder,
        ...(openTransport === undefined ? {} : { openTransport }),
        ...(speed === undefined ? {} : { speed }),
        ...(consoleFolder === undefined ? {} : { consoleFolder }),
      });
      this.gateways.push(gateway);
      this.closings.push(() => gateway.close());
    }
  }

  /** Warnings and errors only, each with its sender. */
  private logOf(name: string) {
    const { onWarning = console.error } = this.options;
    return (level: string, message: string): void => {
      if (level === 'warn' || level === 'error') onWarning(`${name}: ${message}`);
    };
  }

  private child(name: 'broker' | 'coordinator' | 'simulator'): Child {
    // Beside this module, in the form this module runs in: source or bundle.
    const module = new URL(`./${name}-process${extname(import.meta.url)}`, import.meta.url);
    const child = Child.start(name, fileURLToPath(module));
    this.closings.push(() => child.stop());
    return child;
  }

  /** Where people look: the coordinator's status and each gateway's page. */
  urls(): readonly { readonly name: string; readonly url: string }[] {
    return [
      ...this.sites.map(({ name }, index) => ({
        name,
        url: this.gateways[index]?.consoleUrl ?? '',
      })),
      { name: 'Coordinator status', url: `${this.coordinatorUrl}api/status` },
    ];
  }

  /** One step of the world: time moves, then every gateway finishes its tick, then the coordinator. */
  async step(toMs: number): Promise<void> {
    await this.simulator.ask({ toMs });
    this.clock.set(toMs);
    await Promise.all(this.gateways.map((gateway) => gateway.tick()));
    if ((toMs - this.options.startMs) % COORDINATOR_MS === 0) await this.coordinate(toMs);
  }

  /** The coordinator's round; every gateway hears its signals before time goes on. */
  private async coordinate(atMs: number): Promise<void> {
    const { sent } = await this.coordinator.ask<{ sent: { id: string; audience: string }[] }>({
      tickMs: atMs,
    });
    const deadline = performance.now() + SIGNAL_PATIENCE_MS;
    for (const { audience, id } of sent) {
      const addressed = this.gateways.filter(
        (_, index) => audience === '*' || audience === gatewayOf(this.sites[index]?.site.id ?? ''),
      );
      const heard = (gateway: RunningGateway): boolean => {
        const { tariff, limit } = gateway.signals();
        return tariff?.signal.id === id || limit?.signal.id === id;
      };
      while (!addressed.every(heard) && performance.now() < deadline) await delay(2);
    }
  }

  /** Steps from one instant to another, as fast as it goes or paced by `beforeStep`. */
  async runTo(
    fromMs: number,
    toMs: number,
    beforeStep?: (atMs: number) => Promise<boolean>,
  ): Promise<boolean> {
    for (let atMs = fromMs; atMs <= toMs; atMs += TICK_MS) {
      if (beforeStep !== undefined && !(await beforeStep(atMs))) return false;
      await this.step(atMs);
    }
    return true;
  }

  /** Kills the broker as a power cut does: whatever it had not delivered is gone. */
  async killBroker(): Promise<void> {
    await this.broker.stop('SIGKILL');
  }

  /** Starts a broker without any memory where the old one was. */
  async restartBroker(): Promise<void> {
    this.broker = this.child('broker');
    await this.broker.ask({ port: this.brokerPort });
  }

  /** What the coordinator knows. */
  status(): Promise<CoordinatorStatus> {
    return this.coordinator.ask({ status: true });
  }

  /** Waits until the coordinator has receipted everything, then closes the period. */
  async closePeriod(startMs: number, endMs: number): Promise<{ folder: string }> {
    const drained = await Promise.all(this.gateways.map((gateway) => gateway.drain(DRAIN_MS)));
    if (drained.includes(false)) {
      throw new Error(`intervals still wait for a receipt after ${DRAIN_MS} ms`);
    }
    const period = await this.coordinator.ask<ClosedPeriod>({ close: { startMs, endMs } });
    return { folder: join(this.options.folder, 'coordinator', period.folder) };
  }

  /** Stops everything, newest first. */
  async close(): Promise<void> {
    for (const closing of this.closings.splice(0).reverse()) await closing();
  }
}

/** Keys are made on first start; their public halves are what the operator enrols. */
function enrolledKeys(sites: readonly DemoSite[], folder: string): Map<string, string> {
  return new Map(
    sites.map(({ site }) => {
      const data = join(folder, 'gateways', site.id);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      return [site.id, loadOrCreateKeyFile(join(data, 'key.pem')).publicKey];
    }),
  );
}
