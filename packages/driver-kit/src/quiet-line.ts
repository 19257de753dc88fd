import type { Device, DriverContext } from '@microgrid/devices';
import {
  memoryBroker,
  memoryHttp,
  type MemoryBroker,
  type MemoryHttp,
} from '@microgrid/devices/testing';
import type { ReadingV1 } from '@microgrid/events';
import type { KitCase, KitWorld } from './kit-case.js';
import { MemoryBus, type LineFault } from './memory-bus.js';

/** Real time a request that hangs stays unanswered. */
const HANG_MS = 50;

/** A twin and its driver with nothing between them: no wire, no real time. */
export interface QuietLine {
  readonly world: KitWorld;
  readonly transport: unknown;
  /** Requests so far that changed something, or tried to. */
  readonly writes: number;
  /** Subscriptions and streams open now. */
  readonly listeners: number;
  setFault(fault: LineFault): void;
  /** Whether writes can be made to be confirmed and ignored. */
  readonly canBeDeaf: boolean;
  readonly http?: MemoryHttp;
  readonly broker?: MemoryBroker;
  /** Connects or disconnects the twin of a broker. */
  setTwinPresent(present: boolean): void;
  open(): Promise<Device>;
  context(): DriverContext<unknown>;
}

function modbusLine(world: KitWorld): Omit<QuietLine, 'open' | 'context' | 'world'> {
  const { twin } = world;
  if (twin.kind !== 'modbus') throw new TypeError('not a Modbus twin');
  const bus = new MemoryBus(twin.unit, twin.handler);
  return {
    transport: bus,
    canBeDeaf: true,
    get writes() {
      // Custom functions may write too: only the twin knows.
      return Math.max(bus.writes.length, twin.writes);
    },
    get listeners() {
      return bus.listeners;
    },
    setFault: (fault) => {
      bus.fault = fault;
    },
    setTwinPresent: (present) => {
      bus.fault = present ? 'none' : 'silent';
    },
  };
}

function httpLine(world: KitWorld): Omit<QuietLine, 'open' | 'context' | 'world'> {
  const { twin } = world;
  if (twin.kind !== 'http') throw new TypeError('not an HTTP twin');
  const http = memoryHttp(twin);
  const faults = {
    none: { kind: 'none' },
    deaf: { kind: 'none' },
    silent: { kind: 'timeout' },
    unreachable: { kind: 'unreachable' },
    hangs: { kind: 'hang', afterMs: HANG_MS },
  } as const;
  return {
    transport: http.transport,
    http,
    canBeDeaf: false,
    get writes() {
      return twin.writes;
    },
    get listeners() {
      return http.streams;
    },
    setFault: (fault) => {
      http.setFault(faults[fault]);
    },
    setTwinPresent: (present) => {
      http.setFault(present ? faults.none : faults.silent);
    },
  };
}

function mqttLine(world: KitWorld): Omit<QuietLine, 'open' | 'context' | 'world'> {
  const { twin } = world;
  if (twin.kind !== 'mqtt') throw new TypeError('not an MQTT twin');
  const broker = memoryBroker();
  const ofTwin = broker.client();
  let disconnect: (() => void) | undefined = twin.connect(ofTwin);
  const ofTwinOnly = broker.subscriptions;
  const setTwinPresent = (present: boolean): void => {
    if (present) disconnect ??= twin.connect(ofTwin);
    else {
      disconnect?.();
      disconnect = undefined;
    }
  };
  return {
    transport: broker.client(),
    broker,
    canBeDeaf: false,
    get writes() {
      return twin.writes;
    },
    get listeners() {
      return broker.subscriptions - (disconnect === undefined ? 0 : ofTwinOnly);
    },
    setFault: (fault) => {
      broker.setReachable(fault !== 'unreachable');
      setTwinPresent(fault !== 'silent' && fault !== 'hangs');
    },
    setTwinPresent,
  };
}

/** Connects the twin of a new world to its driver. */
export function quietLine(kit: KitCase, world: KitWorld = kit.world()): QuietLine {
  const lines = { modbus: modbusLine, http: httpLine, mqtt: mqttLine };
  const line = lines[world.twin.kind](world);
  const context = (): DriverContext<unknown> => world.context(line.transport);
  return Object.defineProperties(
    { world, context, open: () => kit.driver.open(context(), kit.config) },
    Object.getOwnPropertyDescriptors(line),
  ) as QuietLine;
}

/** Lets messages that are under way arrive. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/**
 * Reads once every point is due. What a device pushes after it was asked arrives between two polls,
 * so the second poll's readings count.
 */
export async function readDue(world: KitWorld, device: Device): Promise<readonly ReadingV1[]> {
  world.clock.advance(world.kit.slowestPointMs);
  await device.read();
  await settled();
  world.clock.advance(1000);
  const readings = await device.read();
  await settled();
  return readings;
}
