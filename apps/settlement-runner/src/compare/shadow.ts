import { basename } from 'node:path';
import {
  allocationOfPoints,
  ALLOCATION_LAYOUT,
  readAllocationCsv,
  type AllocationLayout,
} from '@microgrid/community';
import { earlierVersions, shadowSettlement, type ShadowReport } from '@microgrid/settlement';
import { RunnerError } from '../runner-error.js';
import { readDocument, readText } from '../versions/load-history.js';
import { versionsOf } from '../versions/produce-version.js';
import { historyOf } from '../versions/resettle-run.js';

/** What a run is compared with. */
export interface ShadowOptions {
  /** The network operator's own allocation, CSV. */
  readonly allocation: string;
  /** How that file is laid out (YAML or JSON); default the project's own layout. */
  readonly layout?: string;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
}

/** Compares a run with the operator's allocation. @throws RunnerError, CommunityError, SettlementError. */
export function shadow(
  directory: string,
  { allocation, layout, externalInputs }: ShadowOptions,
): ShadowReport {
  const runs = versionsOf(historyOf(directory, externalInputs)).runs.map((version) => version.run);
  const run = runs.at(-1);
  if (run === undefined) throw new RunnerError('not-a-run', `${directory}: holds no run`);
  const text = readText(allocation, "the operator's allocation, CSV");
  const file = readAllocationCsv(text, basename(allocation), layoutOf(layout));
  const theirs = allocationOfPoints(file, run.settled.contract.community);
  // The operator may have settled what was known earlier.
  return shadowSettlement(run, theirs, earlierVersions(runs));
}

function layoutOf(path: string | undefined): AllocationLayout {
  if (path === undefined) return ALLOCATION_LAYOUT;
  const value = readDocument(path, 'a layout in YAML or JSON');
  if (typeof value === 'object' && value !== null && 'columns' in value && 'time' in value) {
    return value as AllocationLayout;
  }
  throw new RunnerError(
    'bad-input',
    `${path}: expected a layout with time and columns, as docs/community.md shows`,
  );
}
