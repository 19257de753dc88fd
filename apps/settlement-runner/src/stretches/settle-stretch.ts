import { closeSync, openSync, readSync } from 'node:fs';
import type { Community, ContractFiles } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { CanonicalGridReader } from '@microgrid/metering';
import { settlementContract, StretchedPeriod, type SettledStretch } from '@microgrid/settlement';
import type { TimeInterval } from '@microgrid/units';
import { isInputError } from '../input-error.js';
import { gridSpan } from '../run-inputs.js';
import type { Stretch } from './plan-stretches.js';

/** What all stretches of a run have in common; plain data. */
export interface StretchTask {
  /** Readings file. */
  readonly readings: string;
  /** The whole period. */
  readonly period: TimeInterval;
  readonly community: Community;
  readonly files: ContractFiles;
  /** Whether the columns by metering point are kept. */
  readonly keepCells: boolean;
}

/** Settles the stretches of one run, each by itself. */
export class StretchSettler {
  /** New memory for each stretch would cost as much as reading it. */
  private bytes = new Uint8Array(0);
  private readonly grids: CanonicalGridReader;
  private readonly period: StretchedPeriod;

  /** @throws what `settlementContract` throws. */
  constructor(private readonly task: StretchTask) {
    const { community, period, files, keepCells } = task;
    const contract = settlementContract(community, period, { files });
    this.grids = new CanonicalGridReader(gridSpan(contract), { reuseColumns: !keepCells });
    this.period = new StretchedPeriod(contract, nodeHash, keepCells);
  }

  /**
   * Reads and settles one stretch.
   * @returns undefined where its rows are anything but the canonical ones of the stretch, or cannot be
   *   settled: the whole file has to be looked at then, to say what is wrong and where.
   */
  settle(stretch: Stretch): SettledStretch | undefined {
    try {
      const grid = this.grids.read(this.read(stretch), stretch);
      return grid && this.period.settle(grid);
    } catch (error) {
      if (isInputError(error)) return undefined;
      throw error;
    }
  }

  /** The bytes of a stretch, good until the next one is read. */
  private read({ fromByte, toByte }: Stretch): Uint8Array {
    const length = toByte - fromByte;
    if (this.bytes.length < length) this.bytes = new Uint8Array(length);
    const file = openSync(this.task.readings, 'r');
    try {
      let at = 0;
      while (at < length) {
        const count = readSync(file, this.bytes, at, length - at, fromByte + at);
        // A file that became shorter ends inside a row.
        if (count === 0) break;
        at += count;
      }
      return this.bytes.subarray(0, at);
    } finally {
      closeSync(file);
    }
  }
}
