import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { unpackStretch, type PackedStretch, type SettledStretch } from '@microgrid/settlement';
import { compareIds } from '@microgrid/units';
import type { Stretch } from './plan-stretches.js';
import { StretchSettler, type StretchTask } from './settle-stretch.js';

/** The threads that settle a large run beside the one that asks, which takes its part. */
export interface SettlingThreads {
  /** The built `settle-worker` of this app; absent: there are none. */
  readonly worker?: { readonly file: URL; readonly execArgv?: readonly string[] };
  /** The built `write-worker`, which makes the files of a run; absent: this thread does. */
  readonly writer?: { readonly file: URL; readonly execArgv?: readonly string[] };
  /**
   * How many `worker` threads; default one for each core that this thread and `writer` leave, as far as there
   * is work for them.
   */
  readonly count?: number;
  /** About how many meter-intervals are settled at once; default 200,000. */
  readonly stretchCells?: number;
}

/** What a thread is started with. */
export interface ThreadData {
  readonly task: StretchTask;
  readonly stretches: readonly Stretch[];
  /** One number, shared by all threads: the next stretch that nobody took. */
  readonly next: Int32Array;
}

/** What a thread says of each stretch: nothing in it where it could not be settled by itself. */
export interface ThreadMessage {
  readonly settled?: PackedStretch;
}

/** Stretches on their way. */
export interface SettlingStretches {
  /** All of them, in any order; undefined as soon as one could not be settled by itself. */
  readonly settled: Promise<readonly SettledStretch[] | undefined>;
  /** Ends it: what is not settled by then is not settled. Harmless afterwards. */
  readonly stop: () => void;
}

/** Settles stretches: each thread, this one too, takes the next when it is done with one. */
export function settleStretches(
  task: StretchTask,
  stretches: readonly Stretch[],
  { worker, writer, count = threadsFor(stretches.length, writer !== undefined) }: SettlingThreads,
  onSettled: (done: number) => void = () => undefined,
): SettlingStretches {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadData = { task, stretches, next };
  const threads = Array.from(
    { length: worker === undefined ? 0 : Math.min(count, stretches.length - 1) },
    () => new Worker(worker?.file ?? '', { workerData, execArgv: [...(worker?.execArgv ?? [])] }),
  );
  let refuse: (error: Error) => void = () => undefined;
  const stop = (): void => {
    // Nobody takes another one.
    Atomics.store(next, 0, stretches.length);
    for (const thread of threads) void thread.terminate();
    refuse(new Error('settling was stopped'));
  };
  const members = task.community.members.map(({ id }) => id).sort(compareIds);
  const settled = new Promise<readonly SettledStretch[] | undefined>((resolve, reject) => {
    refuse = reject;
    const done: SettledStretch[] = [];
    const take = (one: SettledStretch | undefined): void => {
      if (one === undefined) {
        resolve(undefined);
        return;
      }
      done.push(one);
      onSettled(done.length);
      if (done.length === stretches.length) resolve(done);
    };
    for (const thread of threads) {
      thread.on('message', ({ settled: sent }: ThreadMessage) => {
        take(sent && unpackStretch(sent, members));
      });
      thread.on('error', reject);
      // A thread that took no stretch any more ends with 0.
      thread.on('exit', (code) => {
        if (code !== 0) reject(new Error(`a settling thread ended with code ${code}`));
      });
    }
    settleHere(workerData, take).catch(reject);
  });
  // Whoever waits hears of it; nobody may be waiting yet.
  settled.catch(() => undefined);
  return { settled: settled.finally(stop), stop };
}

/** A thread first has to become fast: below this many stretches each it costs more than it brings. */
const LEAST_STRETCHES = 16;

function threadsFor(stretches: number, isWritten: boolean): number {
  const cores = availableParallelism() - (isWritten ? 2 : 1);
  return Math.max(0, Math.min(cores, Math.floor(stretches / LEAST_STRETCHES)));
}

async function settleHere(
  { task, stretches, next }: ThreadData,
  take: (settled: SettledStretch | undefined) => void,
): Promise<void> {
  const settler = new StretchSettler(task);
  for (;;) {
    // Others have their turn between two.
    await setImmediate();
    const stretch = stretches[Atomics.add(next, 0, 1)];
    if (stretch === undefined) return;
    take(settler.settle(stretch));
  }
}
