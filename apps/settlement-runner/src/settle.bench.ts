import { rmSync } from 'node:fs';
import { join } from 'node:path';
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
import { verify } from './verify.js';

const MEMBERS = 1000;
const ROUNDS = 3;

/**
 * A month of 1,000 members: the whole run with everything in it, the large run (inputs outside it, no
 * tables of intervals), verifying the first, and the kernel alone.
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
    report('settle/large-run', month, await settled({ externalInputs, intervalTables: false }));
    report('settle/whole-run', month, await settled({}));
    const verified = await measured(async () => {
      if (!(await verify(out)).ok) throw new Error('the run does not verify');
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

void bench();
