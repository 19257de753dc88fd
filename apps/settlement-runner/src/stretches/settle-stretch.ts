import { closeSync, openSync, readSync } from 'node:fs';
import type { Community, ContractFiles } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { canonicalGrid } from '@microgrid/metering';
import {
  settle,
  settledStretch,
  settlementContract,
  type SettledStretch,
} from '@microgrid/settlement';
import { isInputError } from '../input-error.js';
import { gridSpan } from '../run-inputs.js';
import type { Stretch } from './plan-stretches.js';

/** What all stretches of a run have in common; plain data. */
export interface StretchTask {
  /** Readings file. */
  readonly readings: string;
  readonly community: Community;
  readonly files: ContractFiles;
  /** Whether the columns by metering point are kept. */
  readonly keepCells: boolean;
}

/**
 * Reads and settles one stretch of a run by itself.
 * @returns undefined where its rows are anything but the canonical ones of the stretch, or cannot be
 *   settled: the whole file has to be looked at then, to say what is wrong and where.
 */
export function settleStretch(
  { readings, community, files, keepCells }: StretchTask,
  stretch: Stretch,
): SettledStretch | undefined {
  try {
    const contract = settlementContract(community, stretch, { files });
    const grid = canonicalGrid(bytesOf(readings, stretch), gridSpan(contract));
    return grid && settledStretch(settle(contract, grid), nodeHash, keepCells);
  } catch (error) {
    if (isInputError(error)) return undefined;
    throw error;
  }
}

function bytesOf(path: string, { fromByte, toByte }: Stretch): Uint8Array {
  const bytes = new Uint8Array(toByte - fromByte);
  const file = openSync(path, 'r');
  try {
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(file, bytes, at, bytes.length - at, fromByte + at);
      // A file that became shorter ends inside a row.
      if (count === 0) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
