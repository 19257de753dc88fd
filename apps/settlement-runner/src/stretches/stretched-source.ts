import type { Community, ContractFiles } from '@microgrid/community';
import { joinStretches, type SettlementContract } from '@microgrid/settlement';
import type { RunSource, SettledRun } from '../produce-run.js';
import { fileState } from '../readings-file.js';
import { isSystemError } from '../runner-error.js';
import { CopiedFile } from '../writing/copied-file.js';
import { planStretches } from './plan-stretches.js';
import { settleStretches, type SettlingThreads } from './stretch-threads.js';

/** A readings file that cannot be settled stretch by stretch after all: the whole has to be laid out. */
export class NotInStretches extends Error {}

/** A run that is settled stretch by stretch. */
export interface StretchedSource extends RunSource {
  /** Ends it where it is; harmless afterwards. */
  readonly stop: () => void;
}

/**
 * Settles a large readings file stretch by stretch, where it is in canonical form and holds the period
 * exactly: then memory holds a few days at once, and threads share the work.
 * @returns undefined where it is not such a file.
 */
export function stretchedSource(
  path: string,
  inputs: {
    readonly community: Community;
    readonly contract: SettlementContract;
    readonly files: ContractFiles;
  },
  threads: SettlingThreads = {},
  onSettled?: (done: number, total: number) => void,
): StretchedSource | undefined {
  const before = fileState(path);
  const stretches = planned(path, inputs.contract, threads.stretchCells);
  if (stretches === undefined) return undefined;
  let stop = (): void => undefined;
  return {
    ...inputs,
    readings: () => new CopiedFile(path, before),
    settle: async (keepCells) => {
      const { community, contract, files } = inputs;
      const { startMs, endMs } = contract;
      const task = { readings: path, period: { startMs, endMs }, community, files, keepCells };
      const settling = settleStretches(task, stretches, threads, (done) => {
        onSettled?.(done, stretches.length);
      });
      ({ stop } = settling);
      const settled = await settling.settled;
      if (settled === undefined || fileState(path) !== before) throw new NotInStretches();
      return joinStretches(contract, settled) satisfies SettledRun;
    },
    stop: () => {
      stop();
    },
  };
}

/** A file that cannot be read is no such file either: whoever reads the whole of it says so. */
function planned(...options: Parameters<typeof planStretches>): ReturnType<typeof planStretches> {
  try {
    return planStretches(...options);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
