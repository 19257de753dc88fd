/**
 * Round trips a second and CPU time of the client per round trip, next to two other clients against
 * the same server in the same run: a small C program built with libmodbus, or, where that is not
 * installed, this package's in a process of its own. Only the clients' CPU time is counted. They take
 * turns in short rounds and the median round is told, because machines are noisy.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { client as jsmodbus } from 'jsmodbus';
import modbusSerial from 'modbus-serial';
import { LibmodbusPeer, missingForLibmodbus } from './libmodbus.test-data.js';
import { openTcpBus } from './tcp-bus.js';
import { startTcpServer } from './tcp-server.js';
import { bank } from './testing/bank.js';

const host = '127.0.0.1';
const roundMs = 250;
const rounds = 9;

/** One connection that reads `registers` holding registers from address 0. */
interface Reader {
  read(registers: number): Promise<ArrayLike<number>>;
  close(): void;
}

const clients: Record<string, (port: number) => Promise<Reader>> = {
  microgrid: (port) => {
    const bus = openTcpBus({ host, port });
    return Promise.resolve({
      read: (count) => bus.read(1, { table: 'holding', address: 0, count }),
      close: () => void bus.close(),
    });
  },
  'modbus-serial': async (port) => {
    const client = new modbusSerial.default();
    await client.connectTCP(host, { port });
    client.setID(1);
    client.setTimeout(1000);
    return {
      read: async (count) => (await client.readHoldingRegisters(0, count)).data,
      close: () => {
        client.close(() => undefined);
      },
    };
  },
  jsmodbus: async (port) => {
    const socket = connect({ host, port, noDelay: true });
    const client = new jsmodbus.TCP(socket, 1, 1000);
    await once(socket, 'connect');
    return {
      read: async (count) => {
        const { response } = await client.readHoldingRegisters(0, count);
        return response.body.valuesAsArray;
      },
      close: () => {
        socket.destroy();
      },
    };
  },
};

/** Every connection reads in a loop, one request in flight each. */
async function round(readers: readonly Reader[], registers: number) {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  let trips = 0;
  await Promise.all(
    readers.map(async (reader) => {
      while (performance.now() - startedMs < roundMs) {
        const values = await reader.read(registers);
        if (values[registers - 1] !== (registers - 1) * 7) throw new Error('wrong data');
        trips += 1;
      }
    }),
  );
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (trips / elapsedMs) * 1000, cpuMicros: (user + system) / trips };
}

const median = (values: readonly number[]): number =>
  Math.round([...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN);

async function compare(server: Server, registers: number, connections: number): Promise<void> {
  const { port } = server;
  const open = await Promise.all(
    Object.entries(clients).map(async ([name, connectTo]) => ({
      name,
      readers: await Promise.all(Array.from({ length: connections }, () => connectTo(port))),
      results: [] as Awaited<ReturnType<typeof round>>[],
    })),
  );
  // The first turn warms up and is not counted.
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const { readers, results } of open) {
      const result = await round(readers, registers);
      if (turn > 0) results.push(result);
    }
  }
  const figures = open.map(({ name, readers, results }) => {
    for (const reader of readers) reader.close();
    return [
      name,
      {
        roundTripsPerSecond: median(results.map(({ perSecond }) => perSecond)),
        cpuMicrosPerRoundTrip: median(results.map(({ cpuMicros }) => cpuMicros)),
      },
    ] as const;
  });
  const clientsFigures = Object.fromEntries(figures);
  console.log(
    JSON.stringify({
      bench: 'modbus',
      registers,
      connections,
      server: server.name,
      ...clientsFigures,
    }),
  );
}

async function serve(): Promise<void> {
  const server = await startTcpServer({ host, port: 0, units: new Map([[1, bank()]]) });
  process.once('disconnect', () => void server.close());
  process.send?.(server.port);
}

interface Server {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

async function startLibmodbus(): Promise<Server> {
  const probe = await startTcpServer({ port: 0, units: new Map() });
  await probe.close();
  const peer = new LibmodbusPeer();
  await peer.serve('tcp', String(probe.port));
  return { name: 'libmodbus', port: probe.port, close: () => peer.close() };
}

async function startOwn(): Promise<Server> {
  const script = process.argv[1];
  if (script === undefined) throw new Error('run this file as a program');
  const child = fork(script, ['serve']);
  const [port] = (await once(child, 'message')) as [number];
  return {
    name: 'this package, own process',
    port,
    close: () => {
      child.disconnect();
      return Promise.resolve();
    },
  };
}

async function main(): Promise<void> {
  const server = await (missingForLibmodbus() === undefined ? startLibmodbus() : startOwn());
  for (const connections of [1, 50]) {
    for (const registers of [10, 100]) await compare(server, registers, connections);
  }
  await server.close();
}

void (process.argv[2] === 'serve' ? serve() : main());
