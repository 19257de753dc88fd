import { pathToFileURL } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import type { CommandOutcome, Device, DeviceCommand, Driver, Log } from '@microgrid/devices';
import { forbidSockets } from './forbid-sockets.js';
import type {
  DeviceAnswer,
  DeviceCall,
  DeviceState,
  OpenCall,
  WorkerStart,
} from './hosted-call.js';
import { leaseOf, type Lease } from './lease.js';
import { RpcPeer } from './rpc-peer.js';
import { WorkerClock } from './worker-clock.js';

type AnyDriver = Driver<unknown>;

function isDriver(value: unknown): value is AnyDriver {
  return typeof value === 'object' && value !== null && 'manifest' in value && 'open' in value;
}

/** The driver among the exports of a module, whether it was ESM or CommonJS. */
function driverOf(module: unknown): AnyDriver | undefined {
  const exported = module as Record<string, unknown>;
  const inner = exported['default'] as Record<string, unknown> | undefined;
  return [exported['driver'], inner, inner?.['driver'], inner?.['default']].find(isDriver);
}

/** Log fields that cannot be cloned are told as text. */
function cloneable(fields: Readonly<Record<string, unknown>>): unknown {
  try {
    return structuredClone(fields);
  } catch {
    return {
      fields: JSON.stringify(fields, (_key, value: unknown) =>
        typeof value === 'function' ? '[function]' : value,
      ),
    };
  }
}

interface Opened {
  readonly device: Device;
  readonly lease: Lease;
  readonly stopping: AbortController;
}

/** A driver's side of the thread: loads the package and runs its devices. */
export class WorkerSide {
  private readonly peer: RpcPeer;
  private readonly clock = new WorkerClock();
  private readonly opened = new Map<string, Opened>();
  private readonly leases = new Map<string, Lease>();
  private driver: AnyDriver | undefined;

  constructor(
    port: MessagePort,
    private readonly start: WorkerStart,
  ) {
    this.peer = new RpcPeer(port, {
      calls: {
        load: () => this.load(),
        ping: () => Promise.resolve(true),
        open: (call: OpenCall) => this.open(call),
        probe: (call: OpenCall, signal) => this.probe(call, signal),
        read: (call: DeviceCall, signal) => this.on(call, (device) => device.read(signal)),
        command: (call: DeviceCall) => this.on(call, (device) => command(device, call.argument)),
        release: (call: DeviceCall) => this.on(call, (device) => device.release()),
        makeSafe: (call: DeviceCall) =>
          this.on(call, async (device) => device.makeSafe?.(String(call.argument))),
        close: (call: DeviceCall) => this.close(call),
      },
      events: {
        stop: () => {
          for (const { stopping } of this.opened.values()) stopping.abort();
        },
        wire: (news: { readonly device: string; readonly value: unknown }) => {
          this.leases.get(news.device)?.hear?.(news.value);
        },
      },
    });
  }

  private async load(): Promise<unknown> {
    forbidSockets();
    const module: unknown = await import(pathToFileURL(this.start.file).href);
    this.driver = driverOf(module);
    if (this.driver !== undefined) return structuredClone(this.driver.manifest);
    throw Object.assign(
      new Error('expected an export named driver (or the default) made by defineDriver'),
      { name: 'DevicesError', code: 'bad-driver' },
    );
  }

  private context({ device, gateway, wire, clock }: OpenCall, signal: AbortSignal) {
    this.clock.set(clock);
    const { peer } = this;
    const lease = leaseOf(peer, device, wire);
    this.leases.set(device, lease);
    const log: Log = (level, message, fields) => {
      const plain = fields === undefined ? undefined : cloneable(fields);
      peer.emit('log', { device, level, message, fields: plain });
    };
    const store = {
      get: (key: string) => peer.call('store.get', { device, key }),
      set: async (key: string, value: unknown) => {
        await peer.call('store.set', { device, key, value });
      },
    };
    const context = {
      device,
      gateway,
      transport: lease.transport,
      clock: this.clock,
      log,
      store,
      signal,
    };
    return { context, lease };
  }

  private async probe(call: OpenCall, signal: AbortSignal): Promise<unknown> {
    return this.loaded().probe(this.context(call, signal).context, call.config);
  }

  private async open(call: OpenCall): Promise<DeviceAnswer> {
    const stopping = new AbortController();
    const { context, lease } = this.context(call, stopping.signal);
    const device = await this.loaded().open(context, call.config);
    this.opened.set(call.device, { device, lease, stopping });
    device.points$.subscribe((readings) => {
      this.peer.emit('points', { device: call.device, readings });
    });
    device.intervals$?.subscribe((intervals) => {
      this.peer.emit('intervals', { device: call.device, intervals });
    });
    return { value: undefined, state: stateOf(device) };
  }

  private async on(
    { device: id, clock }: DeviceCall,
    run: (device: Device) => Promise<unknown>,
  ): Promise<DeviceAnswer> {
    this.clock.set(clock);
    const opened = this.opened.get(id);
    if (opened === undefined) throw new Error(`device ${id} is not open`);
    const value = await run(opened.device);
    return { value, state: stateOf(opened.device) };
  }

  private async close(call: DeviceCall): Promise<DeviceAnswer> {
    const answer = await this.on(call, (device) => device.close());
    this.opened.get(call.device)?.lease.end?.();
    this.opened.delete(call.device);
    return answer;
  }

  private loaded(): AnyDriver {
    if (this.driver === undefined) throw new Error('not loaded');
    return this.driver;
  }
}

function command(device: Device, argument: unknown): Promise<CommandOutcome> {
  return device.command(argument as DeviceCommand);
}

function stateOf(device: Device): DeviceState {
  return {
    description: device.description,
    safety: device.safety(),
    alarms: device.alarms?.() ?? [],
    canMakeSafe: device.makeSafe !== undefined,
  };
}
