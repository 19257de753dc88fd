import { Worker } from 'node:worker_threads';
import {
  CONTRACT_VERSION,
  driverManifest,
  type Clock,
  type DriverManifest,
  type Log,
} from '@microgrid/devices';
import { GatewayError } from '../gateway-error.js';
import type { DriverPackage } from './driver-package.js';
import type { HostLimits, WorkerFile } from './host-limits.js';
import type { DeviceAnswer, PointsNews } from './hosted-call.js';
import { HostedDevice, type HostedContext } from './hosted-device.js';
import { RpcPeer, type RpcSide } from './rpc-peer.js';

/** What a host is made of. */
export interface DriverHostOptions {
  readonly package: DriverPackage;
  readonly worker: WorkerFile;
  readonly limits: HostLimits;
  readonly gateway: string;
  readonly clock: Clock;
  /** How fast the gateway's clock runs; 0 = its owner moves it. */
  readonly speed: number;
  readonly log: Log;
  /** Told when the driver is in trouble, and with undefined when it is well again. */
  readonly onTrouble: (trouble: Trouble | undefined) => void;
}

/** A driver that failed. */
export interface Trouble {
  readonly severity: 'warning' | 'critical';
  readonly text: string;
}

interface Hosted {
  readonly device: HostedDevice;
  open: boolean;
  opening: Promise<string | undefined> | undefined;
}

interface Thread {
  readonly worker: Worker;
  readonly peer: RpcPeer;
  readonly watchdog: NodeJS.Timeout;
  /** When it was heard last, real ms; Infinity while it loads. */
  heardMs: number;
}

type DeviceArgs = Readonly<Record<string, unknown>> & { readonly device: string };

/**
 * One driver package in one thread. A thread that crashes, hangs or runs out of memory is ended and
 * started again within a budget; meanwhile its devices read as bad with the cause, and the gateway
 * and every other driver go on.
 */
export class DriverHost {
  private thread: Thread | undefined;
  private manifest: DriverManifest | undefined;
  private readonly hosted = new Map<string, Hosted>();
  private failuresMs: number[] = [];
  private restarting: NodeJS.Timeout | undefined;
  /** Why there is no thread now. */
  private down = 'it was not started';
  private closed = false;

  constructor(private readonly options: DriverHostOptions) {}

  private get name(): string {
    return this.options.package.name;
  }

  /**
   * Starts the thread and loads the package. One that crashes or hangs while it loads is started
   * again like any other.
   * @throws GatewayError `bad-driver` for a package that is no driver or was written for another
   *   version of the contract.
   */
  async start(): Promise<void> {
    try {
      await this.spawn();
    } catch (error) {
      if (error instanceof GatewayError) throw error;
    }
  }

  private async spawn(): Promise<void> {
    const { worker: how, package: own, limits } = this.options;
    const worker = new Worker(how.file, {
      workerData: { file: own.file, package: own.name },
      execArgv: [...(how.execArgv ?? [])],
      // The gateway's environment holds passwords.
      env: {},
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMegabytes },
    });
    const peer = new RpcPeer(worker, this.side());
    const thread: Thread = {
      worker,
      peer,
      heardMs: Infinity,
      watchdog: setInterval(() => {
        this.watch(thread);
      }, limits.silentMs / 4),
    };
    this.thread = thread;
    this.listen(thread);
    const loaded = await this.load(thread);
    this.manifest = loaded;
    this.down = '';
  }

  /** A thread that says nothing while it was asked hangs; one that dies has crashed. */
  private listen(thread: Thread): void {
    const { worker } = thread;
    let printed = false;
    const print = (): void => {
      if (!printed)
        this.options.log('warn', `driver ${this.name} prints; it should use context.log`);
      printed = true;
    };
    worker.stdout.on('data', print);
    worker.stderr.on('data', print);
    worker.on('message', () => {
      if (thread.heardMs !== Infinity) thread.heardMs = performance.now();
    });
    worker.on('error', (error) => {
      this.fail(thread, `it crashed: ${error.message}`);
    });
    worker.on('exit', (code) => {
      this.fail(thread, `its thread ended with code ${code}`);
    });
  }

  private watch(thread: Thread): void {
    const { silentMs } = this.options.limits;
    const isSilent = (): boolean => performance.now() - thread.heardMs > silentMs;
    if (isSilent()) {
      // This thread may have been the busy one: what has arrived meanwhile is heard first.
      setImmediate(() => {
        if (isSilent()) this.fail(thread, `it did not respond for ${silentMs} ms`);
      });
      return;
    }
    if (thread.heardMs !== Infinity) thread.peer.call('ping', undefined).catch(() => undefined);
  }

  private async load(thread: Thread): Promise<DriverManifest> {
    const { limits } = this.options;
    let told: unknown;
    try {
      told = await this.within('load', undefined, undefined, limits.loadMs);
      thread.heardMs = performance.now();
    } catch (error) {
      const { name, code, message } = error as Error & { code?: string };
      if (name === 'DevicesError' && code === 'bad-driver') throw this.refuse(message);
      this.fail(thread, `it cannot be loaded: ${message}`);
      throw error;
    }
    const version = (told as { contractVersion?: unknown } | undefined)?.contractVersion;
    if (version !== CONTRACT_VERSION) {
      throw this.refuse(
        `it was written for version ${String(version)} of the driver contract, this gateway has version ${CONTRACT_VERSION}; install a version of ${this.name} for contract ${CONTRACT_VERSION}, or the gateway that goes with it`,
      );
    }
    const manifest = driverManifest.safeParse(told);
    if (!manifest.success) throw this.refuse(`manifest: ${manifest.error.message}`);
    return manifest.data;
  }

  /** A package that can never work is a mistake of the configuration, not bad luck. */
  private refuse(why: string): GatewayError {
    const { name, version } = this.options.package;
    this.closed = true;
    this.endThread(why);
    return new GatewayError('bad-driver', `drivers: ${name} ${version}: ${why}`);
  }

  private side(): RpcSide {
    const own = (device: string): Hosted => {
      const found = this.hosted.get(device);
      if (found !== undefined) return found;
      throw new Error(`${device}: not a device of this driver`);
    };
    const wire =
      (method: string) =>
      (call: DeviceArgs, signal: AbortSignal): Promise<unknown> =>
        own(call.device).device.landlord.serve(method, call as never, signal);
    const wireEvent =
      (name: string) =>
      (news: DeviceArgs): void => {
        this.hosted.get(news.device)?.device.landlord.hear(name, news as never);
      };
    const calls = [
      'modbus',
      'http.request',
      'http.stream',
      'http.send',
      'http.close',
      'mqtt.publish',
    ];
    const events = ['identityChanged', 'mqtt.subscribe', 'mqtt.unsubscribe'];
    const storeOf = (device: string) => own(device).device.context.store;
    return {
      calls: {
        ...Object.fromEntries(calls.map((method) => [method, wire(method)])),
        'store.get': ({ device, key }: DeviceArgs) => storeOf(device).get(String(key)),
        'store.set': ({ device, key, value }: DeviceArgs) =>
          storeOf(device).set(String(key), value as never),
      },
      events: {
        ...Object.fromEntries(events.map((name) => [name, wireEvent(name)])),
        points: ({ device, readings }: PointsNews) => {
          this.hosted.get(device)?.device.publish(readings);
        },
        intervals: ({ device, intervals }: DeviceArgs) => {
          this.hosted
            .get(device)
            ?.device.publishIntervals(Array.isArray(intervals) ? intervals : []);
        },
        log: ({ device, level, message, fields }: DeviceArgs) => {
          const plain = fields as Readonly<Record<string, unknown>> | undefined;
          this.options.log(levelOf(level), `${device}: ${String(message)}`, plain);
        },
      },
    };
  }

  /**
   * Makes a device of this driver and tries to open it.
   * @throws GatewayError `bad-config` for a configuration that the driver refuses.
   */
  async device(context: HostedContext): Promise<HostedDevice> {
    const { device: id } = context;
    const device = new HostedDevice(
      context,
      {
        call: (method, argument, signal) => this.callDevice(id, method, argument, signal),
        ensureOpen: () => this.ensureOpen(id),
        tell: (news) => {
          this.thread?.peer.emit('wire', news);
        },
      },
      {
        role: this.manifest?.families[0] ?? 'meter',
        points: [...(this.manifest?.capabilities.points ?? [])],
      },
    );
    this.hosted.set(id, { device, open: false, opening: undefined });
    await this.ensureOpen(id);
    return device;
  }

  private clockNow() {
    const { clock, speed } = this.options;
    return { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs(), speed };
  }

  private async ensureOpen(id: string): Promise<string | undefined> {
    if (this.down !== '') return `driver ${this.name}: ${this.down}`;
    const hosted = this.hosted.get(id);
    if (hosted === undefined || hosted.open) return undefined;
    hosted.opening ??= this.open(hosted).finally(() => {
      hosted.opening = undefined;
    });
    return hosted.opening;
  }

  private async open(hosted: Hosted): Promise<string | undefined> {
    const { device, config } = hosted.device.context;
    const { gateway } = this.options;
    const wire = hosted.device.landlord.first();
    const call = { device, gateway, config, wire, clock: this.clockNow() };
    try {
      const { state } = (await this.within('open', call)) as DeviceAnswer;
      hosted.device.learn(state);
      hosted.open = true;
      return undefined;
    } catch (error) {
      const { name, code, message } = error as Error & { code?: string };
      if (name === 'DevicesError' && code === 'bad-config') {
        throw new GatewayError('bad-config', `devices: ${message}`);
      }
      return `driver ${this.name}: ${message}`;
    }
  }

  private async callDevice(
    device: string,
    method: string,
    argument: unknown,
    signal?: AbortSignal,
  ): Promise<DeviceAnswer> {
    if (this.hosted.get(device)?.open !== true) {
      throw new Error(`driver ${this.name}: ${this.down === '' ? 'not open' : this.down}`);
    }
    const call = { device, argument, clock: this.clockNow() };
    return (await this.within(method, call, signal)) as DeviceAnswer;
  }

  /** A call that ends: with an answer, with the thread, or with the deadline, and then with both. */
  private async within(
    method: string,
    args: unknown,
    signal?: AbortSignal,
    callMs = this.options.limits.callMs,
  ): Promise<unknown> {
    const { thread } = this;
    if (thread === undefined) throw new Error(this.down);
    const timer = setTimeout(() => {
      this.fail(thread, `a call of ${method} has not ended for ${callMs} ms`);
    }, callMs);
    try {
      return await thread.peer.call(method, args, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private endThread(why: string): void {
    const { thread } = this;
    this.thread = undefined;
    this.down = why;
    for (const hosted of this.hosted.values()) {
      hosted.open = false;
      hosted.device.landlord.abandon();
    }
    if (thread === undefined) return;
    clearInterval(thread.watchdog);
    thread.peer.end(new Error(`driver ${this.name}: ${why}`));
    void thread.worker.terminate();
  }

  private fail(thread: Thread, why: string): void {
    if (this.thread !== thread || this.closed) return;
    this.endThread(why);
    const { limits, log } = this.options;
    const nowMs = performance.now();
    this.failuresMs = [...this.failuresMs.filter((ms) => nowMs - ms < limits.windowMs), nowMs];
    const times = this.failuresMs.length;
    const devices = [...this.hosted.keys()].join(', ') || 'none';
    if (times > limits.restarts) {
      this.down = `${why}; it is stopped`;
      const minutes = Math.round(limits.windowMs / 60_000);
      const text = `Driver ${this.name} failed ${times} times within ${minutes} min, last because ${why}. It stays stopped and its devices (${devices}) cannot be read or commanded. Update or repair the package, then restart the gateway`;
      log('error', text);
      this.options.onTrouble({ severity: 'critical', text });
      return;
    }
    const waitMs = limits.backoffMs * 2 ** (times - 1);
    const text = `Driver ${this.name}: ${why}. Its devices (${devices}) are bad until it is back; restart ${times} of ${limits.restarts} in ${waitMs} ms`;
    log('error', text);
    this.options.onTrouble({ severity: 'warning', text });
    this.restarting = setTimeout(() => {
      void this.restart();
    }, waitMs);
  }

  private async restart(): Promise<void> {
    try {
      await this.spawn();
    } catch (error) {
      if (error instanceof GatewayError) {
        this.options.onTrouble({ severity: 'critical', text: error.message });
      }
      return;
    }
    await Promise.all(
      [...this.hosted.keys()].map((id) =>
        this.ensureOpen(id).catch((error: unknown) => {
          this.options.log('error', error instanceof Error ? error.message : String(error));
        }),
      ),
    );
    if (this.down === '') this.options.onTrouble(undefined);
  }

  /** Ends the thread; the devices were closed before. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.restarting);
    const worker = this.thread?.worker;
    this.endThread('the gateway is stopping');
    await worker?.terminate();
  }

  /** The gateway is stopping: requests under way are given up. */
  stop(): void {
    this.thread?.peer.emit('stop', undefined);
  }
}

function levelOf(level: unknown) {
  return level === 'debug' || level === 'info' || level === 'warn' ? level : 'error';
}
