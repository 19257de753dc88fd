import type { ModbusTwin } from '@microgrid/devices';
import {
  openRtuOverTcpBus,
  openTcpBus,
  startRtuOverTcpServer,
  startTcpServer,
  type FaultPlan,
  type ModbusBus,
  type UnitHandler,
} from '@microgrid/modbus';
import { cappedBus } from './capped-bus.js';
import { DriverKitError } from './driver-kit-error.js';
import type { KitCase, KitWorld } from './kit-case.js';
import type { ModbusEndpoint, ModbusWire } from './kit-options.js';
import { openPseudoTerminal } from './pseudo-terminal.js';

/** Real time a request waits for its reply where a line is broken on purpose. */
export const TIMEOUT_MS = 60;
/** Unit on the same line that nobody answers for. */
export const NEIGHBOUR = 246;

const BAUD = 115_200;
const patience = {
  requestTimeoutMs: TIMEOUT_MS,
  connectTimeoutMs: 2000,
  reconnectMinimumMs: 1,
  reconnectMaximumMs: 5,
  busyDelayMs: 1,
  breaker: { minimumMs: 1, maximumMs: 5 },
} as const;

/** A twin behind a real wire whose replies can be broken. */
export interface WiredLine {
  readonly world: KitWorld;
  readonly bus: ModbusBus;
  readonly unit: number;
  /** What goes wrong now; undefined: nothing. */
  plan: FaultPlan | undefined;
  close(): Promise<void>;
}

interface Served {
  readonly endpoint: ModbusEndpoint;
  close(): Promise<void>;
}

type Units = ReadonlyMap<number, UnitHandler>;

async function serve(wire: ModbusWire, units: Units, faults: FaultPlan): Promise<Served> {
  if (wire === 'rtu') return serveSerial(units, faults);
  const start = wire === 'tcp' ? startTcpServer : startRtuOverTcpServer;
  const options = { host: '127.0.0.1', port: 0, units, faults, unknownUnit: 'silence' } as const;
  const server = await start(options);
  return {
    endpoint: { wire, host: '127.0.0.1', port: server.port },
    close: () => server.close(),
  };
}

async function serveSerial(units: Units, faults: FaultPlan): Promise<Served> {
  const { startRtuServer } = await import('@microgrid/modbus/serial');
  const terminal = await openPseudoTerminal();
  const server = await startRtuServer({ path: terminal.slave, baudRate: BAUD, units, faults });
  return {
    endpoint: { wire: 'rtu', path: terminal.master },
    close: async () => {
      await server.close();
      await terminal.close();
    },
  };
}

async function openBus(endpoint: ModbusEndpoint): Promise<ModbusBus> {
  if (endpoint.wire === 'rtu') {
    const { openRtuBus } = await import('@microgrid/modbus/serial');
    return openRtuBus({ ...patience, path: endpoint.path, baudRate: BAUD });
  }
  const { host, port } = endpoint;
  return endpoint.wire === 'tcp'
    ? openTcpBus({ ...patience, host, port })
    : openRtuOverTcpBus({ ...patience, host, port });
}

function modbusTwin(world: KitWorld): ModbusTwin {
  if (world.twin.kind === 'modbus') return world.twin;
  throw new DriverKitError('bad-options', `a twin of kind ${world.twin.kind} has no Modbus wire`);
}

/** Serves a new twin on a wire and opens a bus to it. */
export async function wiredLine(
  kit: KitCase,
  wire: ModbusWire,
  timeoutMs = TIMEOUT_MS,
): Promise<WiredLine> {
  const world = kit.world();
  const { unit, handler } = modbusTwin(world);
  const plans: { now: FaultPlan | undefined } = { now: undefined };
  const faults: FaultPlan = (request) => plans.now?.(request);
  const served = await serve(wire, new Map([[unit, handler]]), faults);
  const bus = await (kit.options.openBus ?? openBus)(served.endpoint);
  return {
    world,
    unit,
    bus: cappedBus(bus, timeoutMs),
    get plan() {
      return plans.now;
    },
    set plan(plan) {
      plans.now = plan;
    },
    close: async () => {
      await bus.close();
      await served.close();
    },
  };
}
