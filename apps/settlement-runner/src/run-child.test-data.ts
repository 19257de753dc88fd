import { pathToFileURL } from 'node:url';
import { run } from './run.js';

/** Options of a run that are plain data. */
export interface ChildOptions extends Omit<Parameters<typeof run>[0], 'threads'> {
  readonly threads?: { readonly count: number; readonly stretchCells: number };
  /** Paths of the built settle-worker and write-worker. */
  readonly worker: string;
  readonly writer?: string;
}

/** Settles one run in a process of its own: its options are the one argument, JSON. */
const { worker, writer, threads, ...options } = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const workers = {
  worker: { file: pathToFileURL(worker) },
  ...(writer !== undefined && { writer: { file: pathToFileURL(writer) } }),
};
void run({ ...options, ...(threads && { threads: { ...threads, ...workers } }) }).then(
  () => undefined,
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
