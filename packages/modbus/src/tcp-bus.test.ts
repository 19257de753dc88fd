import { spawn, type ChildProcess } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import type { BusState, ModbusBus } from './bus.js';
import { isModbusError, ModbusError } from './modbus-error.js';
import { exceptionNames } from './modbus-exception.js';
import { openTcpBus, type TcpBusOptions } from './tcp-bus.js';
import { startTcpServer } from './tcp-server.js';
import { bank } from './testing/bank.js';
import { mbap, registersPdu, ScriptedPeer, type PeerRequest } from './scripted-peer.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);
const one = (address: number) => ({ table: 'holding', address, count: 1 }) as const;
const failure = (promise: Promise<unknown>): Promise<ModbusError> =>
  promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)}`)),
    (error: unknown) => (isModbusError(error) ? error : Promise.reject(error as Error)),
  );
const until = (bus: ModbusBus, state: BusState) =>
  firstValueFrom(bus.state$.pipe(filter((now) => now === state)));
/** Answers a register read with its own address as the value of every register. */
const echo = ({ id, unit, pdu, socket }: PeerRequest) => {
  const values = Array<number>(pdu.readUInt16BE(3)).fill(pdu.readUInt16BE(1));
  socket.write(mbap(id, unit, registersPdu(pdu[0] ?? 0, values)));
};

describe('TCP bus against a scripted peer', () => {
  const releases: (() => Promise<unknown>)[] = [];
  const peer = async (answer: (request: PeerRequest) => void, port?: number) => {
    const started = await ScriptedPeer.start(answer, port);
    releases.push(() => started.close());
    return started;
  };
  const open = (port: number, options: Partial<TcpBusOptions> = {}) => {
    const bus = openTcpBus({ host: '127.0.0.1', port, reconnectMinimumMs: 5, ...options });
    releases.unshift(() => bus.close());
    return bus;
  };
  afterEach(async () => {
    for (const release of releases.splice(0)) await release();
  });

  it('never hands a late reply to a later request', async () => {
    let held: PeerRequest | undefined;
    const { port } = await peer((request) => {
      if (request.number === 0) {
        held = request;
        return;
      }
      // The late reply comes first: same unit, function code and length, other data.
      if (held) held.socket.write(mbap(held.id, 1, registersPdu(3, [1111])));
      held = undefined;
      echo(request);
    });
    const bus = open(port);
    const late = await failure(bus.read(1, one(1), { timeoutMs: 30 }));
    expect(late.code).toBe('timeout');
    expect([...(await bus.read(1, one(4242)))]).toEqual([4242]);
    expect(bus.statistics()).toMatchObject({ timeouts: 1, lateReplies: 1, replies: 1, resets: 0 });
  });

  it('never hands over a reply that is 256 requests late', async () => {
    let held: PeerRequest | undefined;
    const { port } = await peer((request) => {
      if (request.number === 0) {
        held = request;
        return;
      }
      if (request.number === 256 && held) {
        held.socket.write(mbap(held.id, 1, registersPdu(3, [1111])));
      }
      echo(request);
    });
    const bus = open(port);
    await failure(bus.read(1, one(1), { timeoutMs: 20 }));
    for (let number = 1; number <= 300; number += 1) {
      expect([...(await bus.read(1, one(number)))]).toEqual([number]);
    }
    expect(bus.statistics()).toMatchObject({ lateReplies: 1, replies: 300 });
  });

  it('drops every frame that does not answer the request, however the stream is cut', async () => {
    type Forgery = readonly [name: string, frame: (request: PeerRequest) => Buffer];
    const right = ({ pdu }: PeerRequest) => registersPdu(3, [pdu.readUInt16BE(1)]);
    const forgeries: Forgery[] = [
      ['wrong id', (request) => mbap((request.id + 256) & 0xffff, 1, registersPdu(3, [666]))],
      ['wrong unit', (request) => mbap(request.id, 2, right(request))],
      ['wrong function', (request) => mbap(request.id, 1, [4, 2, 0, 7])],
      ['exception of another function', (request) => mbap(request.id, 1, [0x84, 2])],
      ['too long', (request) => mbap(request.id, 1, registersPdu(3, [666, 666]))],
      ['too short', (request) => mbap(request.id, 1, [3, 0])],
      ['byte count that lies', (request) => mbap(request.id, 1, [3, 4, 2, 2])],
      ['long exception', (request) => mbap(request.id, 1, [0x83, 2, 0])],
    ];
    let script: { forged: Forgery[]; cuts: number[] } = { forged: [], cuts: [] };
    const { port } = await peer((request) => {
      const frames = script.forged.map(([, frame]) => frame(request));
      const stream = Buffer.concat([...frames, mbap(request.id, 1, right(request))]);
      const cuts = script.cuts.map((cut) => Math.floor(cut * stream.length)).sort((a, b) => a - b);
      const parts = [...cuts, stream.length].map((end, index) =>
        stream.subarray(index === 0 ? 0 : cuts[index - 1], end),
      );
      // One part a turn, so that the parts arrive apart.
      const send = () => {
        const part = parts.shift();
        if (part === undefined) return;
        request.socket.write(part);
        setImmediate(send);
      };
      send();
    });
    const bus = open(port);
    let forged = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...forgeries), { maxLength: 6 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        fc.integer({ min: 0, max: 65535 }),
        async (frames, cuts, address) => {
          script = { forged: frames, cuts };
          forged += frames.length;
          runs += 1;
          expect([...(await bus.read(1, one(address)))]).toEqual([address]);
        },
      ),
      { numRuns: 300 * scale },
    );
    const counted = bus.statistics();
    const dropped =
      counted.unknownReplies +
      counted.foreignUnits +
      counted.foreignFunctions +
      counted.wrongLengths;
    expect(forged).toBeGreaterThan(300);
    expect(counted.replies).toBe(runs);
    expect([dropped, counted.timeouts, counted.lateReplies]).toEqual([forged, 0, 0]);
    expect(counted.foreignUnits).toBeGreaterThan(0);
    expect(counted.wrongLengths).toBeGreaterThan(0);
  });

  it('tells in a timeout how many replies were dropped', async () => {
    const { port } = await peer(({ id, socket }) => socket.write(mbap(id, 9, [3, 2, 0, 1])));
    const error = await failure(open(port, { requestTimeoutMs: 20 }).read(1, one(5)));
    expect(error.message).toContain('1 replies that do not answer it were dropped');
    expect(error.message).toContain('unit 1 function 3 address 5 count 1');
  });

  it('accepts only the exact echo of a write', async () => {
    const { port } = await peer(({ id, pdu, socket }) => {
      const other = Buffer.from(pdu.subarray(0, 5));
      other[4] = (other[4] ?? 0) ^ 1;
      socket.write(Buffer.concat([mbap(id, 1, other), mbap(id, 1, pdu.subarray(0, 5))]));
    });
    const bus = open(port);
    await bus.write(1, { table: 'holding', address: 3, values: [7] });
    await bus.write(1, { table: 'holding', address: 3, values: [7], multiple: true });
    await bus.write(1, { table: 'coil', address: 3, values: [true] });
    await bus.write(1, { table: 'coil', address: 3, values: [true, false, true] });
    expect(bus.statistics()).toMatchObject({ replies: 4, wrongLengths: 4 });
  });

  it('writes the values of the call, whatever the caller does with its array afterwards', async () => {
    const { port } = await peer(({ id, pdu, socket }) => {
      socket.write(mbap(id, 1, pdu.subarray(0, 5)));
      written.push(pdu.toString('hex'));
    });
    const written: string[] = [];
    const bus = open(port);
    const values = [1, 2];
    const write = bus.write(1, { table: 'holding', address: 3, values });
    values.fill(9);
    await write;
    expect(written).toEqual(['10000300020400010002']);
  });

  it('names exceptions', async () => {
    const { port } = await peer(({ id, pdu, socket }) =>
      socket.write(mbap(id, 1, [0x83, pdu.readUInt16BE(1)])),
    );
    const bus = open(port, { busyRetries: 0, busyDelayMs: 1, acknowledgeTimeoutMs: 1 });
    for (const [code, name] of Object.entries(exceptionNames)) {
      const error = await failure(bus.read(1, one(Number(code))));
      expect(error).toMatchObject({ code: 'exception', exceptionCode: Number(code) });
      expect([error.exceptionName, error.message.includes(name)]).toEqual([name, true]);
    }
    const unlisted = await failure(bus.read(1, one(0x81)));
    expect([unlisted.exceptionCode, unlisted.exceptionName]).toEqual([0x81, undefined]);
  });

  it('reports a close or reset by the peer at once, to the request in flight and to those waiting', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const { port } = await peer(({ socket }) => socket[end]());
      const bus = open(port, { requestTimeoutMs: 5000 });
      const startedMs = performance.now();
      const errors = await Promise.all([
        failure(bus.read(1, one(1))),
        failure(bus.read(1, one(2))),
      ]);
      expect(errors.map(({ code }) => code)).toEqual(['connection-lost', 'connection-lost']);
      expect(performance.now() - startedMs).toBeLessThan(2500);
      expect(bus.statistics().connectionLosses).toBe(1);
    }
  });

  it('settles every request when the bus is closed', async () => {
    const { port } = await peer(() => undefined);
    const bus = open(port, { requestTimeoutMs: 5000 });
    await until(bus, 'connected');
    const errors = Promise.all(
      [1, 2, 3].map((address) => failure(bus.read(1, one(address), { totalTimeoutMs: 4000 }))),
    );
    await bus.close();
    expect((await errors).map(({ code }) => code)).toEqual(['closed', 'closed', 'closed']);
    expect((await failure(bus.read(1, one(1)))).code).toBe('closed');
    await bus.close();
  });

  it('settles requests made before the connection failed', async () => {
    const vacated = await ScriptedPeer.start(() => undefined);
    await vacated.close();
    const bus = open(vacated.port, { reconnectMinimumMs: 10_000 });
    const errors = await Promise.all([failure(bus.read(1, one(1))), failure(bus.read(1, one(2)))]);
    expect(errors.map(({ code }) => code)).toEqual(['connect-failed', 'connect-failed']);
    // While it waits to try again, requests do not wait with it.
    const error = await failure(bus.read(1, one(3)));
    expect(error.code).toBe('connect-failed');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('sends one request at a time, in order', async () => {
    let open1 = 0;
    let most = 0;
    const seen: number[] = [];
    const { port } = await peer((request) => {
      open1 += 1;
      most = Math.max(most, open1);
      seen.push(request.pdu.readUInt16BE(1));
      setImmediate(() => {
        open1 -= 1;
        echo(request);
      });
    });
    const bus = open(port);
    const addresses = Array.from({ length: 600 }, (_, index) => index);
    const read = await Promise.all(addresses.map((address) => bus.read(1, one(address))));
    expect(read.map(([value]) => value)).toEqual(addresses);
    expect([most, seen]).toEqual([1, addresses]);
  });

  it('gives up by signal before and after sending, and keeps the line for the reply', async () => {
    const { port } = await peer((request) => {
      setTimeout(() => {
        echo(request);
      }, 30);
    });
    const bus = open(port);
    await until(bus, 'connected');
    const sent = new AbortController();
    const waiting = new AbortController();
    const inFlight = failure(bus.read(1, one(1), { signal: sent.signal }));
    const queued = failure(bus.read(1, one(2), { signal: waiting.signal }));
    const last = bus.read(1, one(3));
    sent.abort();
    waiting.abort();
    expect((await inFlight).message).toContain('after it was sent');
    expect((await queued).message).toContain('before it was sent');
    expect(bus.statistics()).toMatchObject({ inFlight: 1, queued: 1, requests: 1, abandoned: 2 });
    expect([...(await last)]).toEqual([3]);
    const never = await failure(bus.read(1, one(4), { signal: AbortSignal.abort() }));
    expect(never.code).toBe('aborted');
    expect(bus.statistics().requests).toBe(2);
  });

  it('listens once to a signal that many requests bear, and to none after closing', async () => {
    const { port } = await peer(echo);
    const bus = open(port);
    const listeners = ({ signal }: AbortController): number =>
      getEventListeners(signal, 'abort').length;
    const [first, second] = [new AbortController(), new AbortController()];
    for (let address = 0; address < 20; address += 1) {
      const bearing = { signal: first.signal };
      await Promise.all([bus.read(1, one(address), bearing), bus.read(1, one(address), bearing)]);
      expect(listeners(first)).toBe(1);
    }
    await bus.read(1, one(1), { signal: second.signal });
    expect([listeners(first), listeners(second)]).toEqual([0, 1]);
    await bus.close();
    expect(listeners(second)).toBe(0);
  });

  it('counts the time in the queue towards the total time', async () => {
    const { port } = await peer(() => undefined);
    const bus = open(port, { requestTimeoutMs: 400 });
    await until(bus, 'connected');
    const startedMs = performance.now();
    const first = failure(bus.read(1, one(1)));
    const waiting = await failure(bus.read(1, one(2), { totalTimeoutMs: 40 }));
    const tookMs = performance.now() - startedMs;
    expect([waiting.code, waiting.message.includes('total time')]).toEqual(['timeout', true]);
    expect(tookMs).toBeGreaterThanOrEqual(40);
    expect(tookMs).toBeLessThan(390);
    expect((await first).code).toBe('timeout');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(400);
    expect(bus.statistics().requests).toBe(1);
  });

  it('refuses more waiting requests than the limit, and only then', async () => {
    const { port } = await peer(echo);
    const bus = open(port, { queueLimit: 3 });
    const reads = [1, 2, 3].map((address) => bus.read(1, one(address)));
    expect((await failure(bus.read(1, one(4)))).code).toBe('queue-full');
    await Promise.all(reads);
    expect([...(await bus.read(1, one(5)))]).toEqual([5]);
  });

  it('refuses bad requests and options without sending anything', async () => {
    const { port } = await peer(echo);
    const bus = open(port);
    const bad: Promise<unknown>[] = [
      bus.read(256, one(0)),
      bus.read(1.5, one(0)),
      bus.read(1, one(-1)),
      bus.read(1, one(65536)),
      bus.read(1, { table: 'holding', address: 0, count: 0 }),
      bus.read(1, { table: 'input', address: 0, count: 126 }),
      bus.read(1, { table: 'coil', address: 0, count: 2001 }),
      bus.read(1, { table: 'holding', address: 65535, count: 2 }),
      bus.read(1, one(0), { timeoutMs: 0 }),
      bus.read(1, one(0), { totalTimeoutMs: NaN }),
      bus.write(1, { table: 'holding', address: 0, values: [] }),
      bus.write(1, { table: 'holding', address: 0, values: [65536] }),
      bus.write(1, { table: 'holding', address: 0, values: Array<number>(124).fill(0) }),
      bus.write(1, { table: 'coil', address: 0, values: Array<boolean>(1969).fill(true) }),
    ];
    const errors = await Promise.all(bad.map(failure));
    expect(errors.map(({ code }) => code)).toEqual(bad.map(() => 'bad-request'));
    await bus.read(1, { table: 'holding', address: 65535, count: 1 });
    expect(bus.statistics().requests).toBe(1);
    for (const options of [{ port: 0 }, { port, requestTimeoutMs: 0 }, { port, queueLimit: NaN }]) {
      expect(() => openTcpBus({ host: '127.0.0.1', ...options })).toThrow(ModbusError);
    }
  });

  it('connects anew after repeated timeouts and after a stream that is not Modbus', async () => {
    const started = await peer((request) => {
      if (request.number < 3) return;
      if (request.number === 3) request.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
      else echo(request);
    });
    const bus = open(started.port, { requestTimeoutMs: 4000 });
    const lost = firstValueFrom(bus.state$.pipe(take(4), toArray()));
    for (let number = 0; number < 3; number += 1) {
      await failure(bus.read(1, one(number), { timeoutMs: 15 }));
    }
    await until(bus, 'connected');
    expect(await lost).toEqual(['connecting', 'connected', 'disconnected', 'connecting']);
    const garbled = await failure(bus.read(1, one(3)));
    expect([garbled.code, garbled.message.includes('not Modbus TCP')]).toEqual([
      'connection-lost',
      true,
    ]);
    await until(bus, 'connected');
    expect([...(await bus.read(1, one(4)))]).toEqual([4]);
    expect([bus.statistics().resets, started.accepted]).toEqual([2, 3]);
  });

  it('reconnects when the server comes back', async () => {
    const first = await ScriptedPeer.start(echo);
    const bus = open(first.port);
    await bus.read(1, one(1));
    await first.close();
    await until(bus, 'disconnected');
    await peer(echo, first.port);
    await until(bus, 'connected');
    expect([...(await bus.read(1, one(2)))]).toEqual([2]);
  });

  it('leaks no handle over thousands of reconnects', async () => {
    const started = await peer((request) => {
      if (request.number % 2 === 0) echo(request);
      else request.socket.destroy();
    });
    const bus = open(started.port, { reconnectMinimumMs: 1, random: () => 0 });
    const reconnects = 1000 * scale;
    const handles = () => process.getActiveResourcesInfo().length;
    await bus.read(1, one(0));
    const before = handles();
    for (let count = 0; count < reconnects; count += 1) {
      expect((await failure(bus.read(1, one(1)))).code).toBe('connection-lost');
      await until(bus, 'connected');
      await bus.read(1, one(2));
    }
    expect(bus.statistics().connects).toBe(reconnects + 1);
    expect(started.sockets.size).toBe(1);
    expect(handles()).toBeLessThanOrEqual(before + 2);
    await bus.close();
    expect(handles()).toBeLessThanOrEqual(before);
  });

  it('ends a connection attempt into a black hole at its deadline', async () => {
    const hole = await blackHole();
    const attempts = () =>
      process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    const before = attempts();
    try {
      const bus = open(hole.port, { connectTimeoutMs: 150, reconnectMinimumMs: 5000 });
      const startedMs = performance.now();
      const error = await failure(bus.read(1, one(1)));
      expect([error.code, error.message.includes('no connection within 150 ms')]).toEqual([
        'connect-failed',
        true,
      ]);
      expect(performance.now() - startedMs).toBeLessThan(2000);
      // The attempt's socket is released, at the latest in some turns of the event loop.
      for (let turn = 0; turn < 1000 && attempts() > before; turn += 1) {
        await new Promise(setImmediate);
      }
      expect(attempts()).toBeLessThanOrEqual(before);
      // Closing in the middle of an attempt settles too.
      const other = open(hole.port);
      const pending = failure(other.read(1, one(1)));
      await other.close();
      expect((await pending).code).toBe('closed');
    } finally {
      hole.release();
    }
  });

  it('reads a reply that came in time although this process was too busy to look', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       require('node:net').createServer((socket) => socket.on('data', (request) => {
         const reply = Buffer.from([0, 0, 0, 0, 0, 5, 1, 3, 2, 0x12, 0x34]);
         request.copy(reply, 0, 0, 2);
         socket.write(reply);
       })).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });`,
      { eval: true },
    );
    releases.push(() => worker.terminate());
    const port = await new Promise<number>((resolve) => worker.once('message', resolve));
    const bus = open(port, { requestTimeoutMs: 30 });
    await until(bus, 'connected');
    const read = bus.read(1, one(1));
    const busyUntilMs = performance.now() + 400;
    while (performance.now() < busyUntilMs);
    expect([...(await read)]).toEqual([0x1234]);
  });
});

describe('TCP bus and server of this package', () => {
  it('read back what they wrote, in all four tables', async () => {
    const memory = bank();
    const server = await startTcpServer({ port: 0, units: new Map([[1, memory]]) });
    const bus = openTcpBus({ host: '127.0.0.1', port: server.port });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1000 }),
        fc.uint16Array({ minLength: 1, maxLength: 123 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 900 }),
        async (address, values, bits) => {
          await bus.write(1, { table: 'holding', address, values });
          await bus.write(1, { table: 'coil', address, values: bits });
          const count = values.length;
          expect(await bus.read(1, { table: 'holding', address, count })).toEqual(
            Uint16Array.from(values),
          );
          expect(await bus.read(1, { table: 'input', address, count })).toEqual(
            Uint16Array.from(values),
          );
          const table = bits.length % 2 === 0 ? 'coil' : 'discrete';
          expect(await bus.read(1, { table, address, count: bits.length })).toEqual(bits);
        },
      ),
      { numRuns: 200 * scale },
    );
    await bus.close();
    await server.close();
  });
});

/** A listening socket nobody accepts from, its backlog filled: a connect never completes. */
async function blackHole(): Promise<{ port: number; release: () => void }> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '-e',
      `const server = require('node:net').createServer();
       server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         require('node:fs').writeSync(1, String(server.address().port));
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise<number>((resolve) =>
    child.stdout?.once('data', (text: Buffer) => {
      resolve(Number(text.toString()));
    }),
  );
  const fillers: Socket[] = [];
  for (let accepted = true; accepted && fillers.length < 64;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    fillers.push(socket);
    accepted = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, 150);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
  return {
    port,
    release: () => {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
