import { pathToFileURL } from 'node:url';
import { run } from './run.js';

/** Options of a run that are plain data. */
export interface ChildOptions extends Omit<Parameters<typeof run>[0], 'threads'> {
  readonly threads?: { readonly count: number; readonly stretchCells: number };
  /** Path of the built settle-worker. */
  readonly worker: string;
}

/** Settles one run in a process of its own: its options are the one argument, JSON. */
const { worker, threads, ...options } = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const file = pathToFileURL(worker);
void run({ ...options, ...(threads && { threads: { ...threads, worker: { file } } }) }).then(
  () => undefined,
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
