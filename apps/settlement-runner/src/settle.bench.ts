import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { parseCommunity } from '@microgrid/community';
import { settle } from '@microgrid/settlement';
import {
  generatedMonth,
  measured,
  MONTH,
  MONTH_INTERVALS,
  report,
  type Measured,
} from './bench-month.test-data.js';
import { readReadings } from './readings-file.js';
import { runInputs } from './run-inputs.js';
import { run, type RunOptions } from './run.js';
import { settleInThread } from './stretches/settle-in-thread.js';
import type { ThreadData } from './stretches/stretch-threads.js';
import { verify } from './verify.js';

const MEMBERS = 1000;
const ROUNDS = 3;

/** The benchmark as it is built is its own settling thread. */
const worker = { file: pathToFileURL(process.argv[1] ?? '') };

/**
 * A month of 1,000 members: the large run (inputs outside it, no tables of intervals) in one thread and in
 * one per core, the run with everything in it, verifying that one, and the kernel alone.
 */
async function bench(): Promise<void> {
  const month = generatedMonth(MEMBERS);
  const out = join(month.place, 'out');
  const externalInputs = join(month.place, 'inputs');
  const { community, readings } = month;
  const { from, to } = MONTH;
  const rounds = async (
    work: () => unknown,
    before: () => void = () => undefined,
  ): Promise<Measured[]> => {
    const all: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      before();
      all.push(await measured(work));
    }
    return all;
  };
  const clear = (): void => {
    // Removing what the round before wrote is no part of a run.
    for (const path of [out, externalInputs]) rmSync(path, { recursive: true, force: true });
  };
  const settled = (form: Partial<RunOptions>): Promise<Measured[]> =>
    rounds(() => run({ community, readings, from, to, out, ...form }), clear);
  try {
    // The lean run first: its peak memory must not include the others'.
    const large = { externalInputs, intervalTables: false };
    report('settle/large-run', month, await settled({ ...large, threads: { count: 0 } }));
    report('settle/large-run-threads', month, await settled({ ...large, threads: { worker } }));
    report('settle/whole-run', month, await settled({ threads: { count: 0 } }));
    report('settle/whole-run-threads', month, await settled({ threads: { worker } }));
    const verified = await measured(async () => {
      if (!(await verify(out, { threads: { worker } })).ok)
        throw new Error('the run does not verify');
    });
    report('settle/verify', month, [verified]);
    const period = {
      startMs: MONTH.startMs,
      endMs: MONTH.startMs + MONTH_INTERVALS * 900_000,
    };
    const { contract, grid } = runInputs(
      parseCommunity(month.communityText),
      period,
      await readReadings(readings),
    );
    settle(contract, grid);
    report('settle/kernel', month, await rounds(() => settle(contract, grid)));
  } finally {
    month.remove();
  }
}

if (parentPort) settleInThread(parentPort, workerData as ThreadData);
else void bench();
