import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { unpackStretch, type PackedStretch, type SettledStretch } from '@microgrid/settlement';
import { compareIds } from '@microgrid/units';
import type { Stretch } from './plan-stretches.js';
import { settleStretch, type StretchTask } from './settle-stretch.js';

/** The threads that settle a large run. */
export interface SettlingThreads {
  /** The built `settle-worker` of this app; absent: all is settled in the thread that asks. */
  readonly worker?: { readonly file: URL; readonly execArgv?: readonly string[] };
  /** How many; default one per core. 0: all is settled in the thread that asks. */
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
  /** Ends the threads; harmless afterwards. */
  readonly stop: () => void;
}

/** Settles the stretches in threads, each taking the next one when it is done with one. */
export function settleInThreads(
  task: StretchTask,
  stretches: readonly Stretch[],
  { file, execArgv = [] }: NonNullable<SettlingThreads['worker']>,
  count: number,
  onSettled: (done: number) => void = () => undefined,
): SettlingStretches {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadData = { task, stretches, next };
  const workers = Array.from(
    { length: Math.min(count, stretches.length) },
    () => new Worker(file, { workerData, execArgv: [...execArgv] }),
  );
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  const settled = new Promise<readonly SettledStretch[] | undefined>((resolve, reject) => {
    const done: SettledStretch[] = [];
    const members = task.community.members.map(({ id }) => id).sort(compareIds);
    let ended = 0;
    for (const worker of workers) {
      worker.on('message', (message: ThreadMessage) => {
        if (message.settled === undefined) {
          resolve(undefined);
          return;
        }
        done.push(unpackStretch(message.settled, members));
        onSettled(done.length);
        if (done.length === stretches.length) resolve(done);
      });
      worker.on('error', reject);
      // A thread ends when no stretch is left; not all of them before all stretches are there.
      worker.on('exit', (code) => {
        ended += 1;
        if (code === 0 && ended < workers.length) return;
        reject(new Error(`a settling thread ended with code ${code}, its work not done`));
      });
    }
  });
  // Whoever waits hears of it; nobody may be waiting yet.
  settled.catch(() => undefined);
  return { settled: settled.finally(stop), stop };
}

/** Settles the stretches in this thread, one after the other, letting others have their turn between two. */
export async function settleHere(
  task: StretchTask,
  stretches: readonly Stretch[],
  onSettled: (done: number) => void = () => undefined,
): Promise<readonly SettledStretch[] | undefined> {
  const done: SettledStretch[] = [];
  for (const stretch of stretches) {
    await setImmediate();
    const settled = settleStretch(task, stretch);
    if (settled === undefined) return undefined;
    done.push(settled);
    onSettled(done.length);
  }
  return done;
}
