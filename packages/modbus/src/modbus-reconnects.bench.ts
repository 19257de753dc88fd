/**
 * What reconnecting costs and leaves behind: 10,000 times a server drops the connection in the middle
 * of a reply, the bus connects again and reads on. Handles and heap are told before and after, the
 * heap after a full collection.
 */
import { filter, firstValueFrom } from 'rxjs';
import { openTcpBus } from './tcp-bus.js';
import { startTcpServer } from './tcp-server.js';
import { bank } from './testing/bank.js';

const reconnects = 10_000;
const warmUp = 5000;
const block = { table: 'holding', address: 0, count: 10 } as const;

function residue() {
  global.gc?.();
  return {
    handles: process.getActiveResourcesInfo().length,
    heapKilobytes: Math.round(process.memoryUsage().heapUsed / 1024),
  };
}

async function main(): Promise<void> {
  const server = await startTcpServer({
    port: 0,
    units: new Map([[1, bank()]]),
    faults: ({ number }) => (number % 2 === 1 ? { kind: 'reset', afterBytes: 12 } : undefined),
  });
  const bus = openTcpBus({
    host: '127.0.0.1',
    port: server.port,
    reconnectMinimumMs: 1,
    random: () => 0,
  });
  let settled = 0;
  const turn = async (): Promise<void> => {
    await firstValueFrom(bus.state$.pipe(filter((state) => state === 'connected')));
    await bus.read(1, block).then(
      () => (settled += 1),
      () => (settled += 1),
    );
  };
  while (bus.statistics().connects < warmUp) await turn();
  const before = residue();
  const startedMs = performance.now();
  while (bus.statistics().connects < warmUp + reconnects) await turn();
  const elapsedMs = performance.now() - startedMs;
  const after = residue();
  const { requests } = bus.statistics();
  await bus.close();
  await server.close();
  console.log(
    JSON.stringify({
      bench: 'modbus-reconnects',
      reconnects,
      millisecondsPerReconnect: Math.round((elapsedMs / reconnects) * 100) / 100,
      unsettled: requests - settled,
      before,
      after,
    }),
  );
}

void main();
