import type { MessagePort, Transferable } from 'node:worker_threads';
import { packStretch, type SettledStretch } from '@microgrid/settlement';
import { StretchSettler } from './settle-stretch.js';
import type { ThreadData, ThreadMessage } from './stretch-threads.js';

/** Takes one stretch after the other and sends what it came to, without copying its columns. */
export function settleInThread(
  port: Pick<MessagePort, 'postMessage'>,
  { task, stretches, next }: ThreadData,
): void {
  const settler = new StretchSettler(task);
  for (;;) {
    const stretch = stretches[Atomics.add(next, 0, 1)];
    if (stretch === undefined) return;
    const settled = settler.settle(stretch);
    const message: ThreadMessage = settled === undefined ? {} : { settled: packStretch(settled) };
    port.postMessage(message, settled === undefined ? [] : buffersOf(settled));
    if (settled === undefined) return;
  }
}

function buffersOf({ columns, totals, ...rest }: SettledStretch): Transferable[] {
  const { worstQuality, columnsHashes, routeOf } = rest;
  const all = [
    ...Object.values(columns),
    ...Object.values(totals),
    worstQuality,
    columnsHashes,
    routeOf,
  ] as readonly ArrayBufferView[];
  // Columns may be views of one memory.
  return [...new Set(all.map(({ buffer }) => buffer as ArrayBuffer))];
}
