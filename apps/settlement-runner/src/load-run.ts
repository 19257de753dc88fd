import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ContractFiles } from '@microgrid/community';
import { readCanonicalCsv } from '@microgrid/metering';
import { settle, type SettledPeriod, type SettlementGrid } from '@microgrid/settlement';
import { keptContractFiles } from './contract-file-names.js';
import { periodOfDays } from './days-document.js';
import { placeOfRun, type InputPlace } from './input-place.js';
import { manifestOf, type Manifest } from './proof/public-manifest.js';
import { manifestObject } from './run-directory.js';
import { communityOf, runInputs, type RunInputs } from './run-inputs.js';
import {
  COMMUNITY_JSON,
  DAYS_JSON,
  HISTORY_JSON,
  INPUT_FILES,
  READINGS_CSV,
} from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';
import { historyOfRun } from './versions/load-history.js';
import { versionsOf } from './versions/produce-version.js';

/** A run settled again from its own inputs. */
export interface LoadedRun {
  readonly settled: SettledPeriod;
  /** What was settled. */
  readonly readings: SettlementGrid;
  /** Files that the contract names. */
  readonly files: ContractFiles;
  /** The readings as they lie in the run's one file; absent where there are several. */
  readonly grid?: SettlementGrid;
}

/**
 * Settles a run again from its own inputs.
 * @param externalInputs the directory that holds them, where they lie outside the run.
 * @throws RunnerError `not-a-run`, `bad-usage` when it is not said where its inputs lie, `bad-input` when an
 *   input is not what the manifest says.
 */
export function loadRun(directory: string, externalInputs?: string): LoadedRun {
  const manifest = manifestOf(directory);
  const place = placeOfRun(directory, manifest, externalInputs);
  if (!place.has(HISTORY_JSON)) {
    const { contract, grid, files } = loadInputs(directory, manifest, place);
    return { settled: settle(contract, grid), readings: grid, grid, files };
  }
  const history = historyOfRun(place);
  const last = versionsOf(history).runs.at(-1);
  if (last !== undefined) {
    const { settled, basis } = last.run;
    return { settled, readings: basis.grid, files: basis.known.files ?? new Map() };
  }
  throw new RunnerError('bad-input', `${directory}: ${HISTORY_JSON} names no run`);
}

function loadInputs(directory: string, manifest: Manifest, place: InputPlace): RunInputs {
  const digests = manifestObject(manifest, 'inputs');
  const [community, days, readings] = INPUT_FILES.map((file) => {
    const bytes = read(directory, place.path(file));
    const wanted = manifestObject(digests, file)['sha256'];
    if (createHash('sha256').update(bytes).digest('hex') === wanted) return bytes;
    throw new RunnerError(
      'bad-input',
      `${directory}: ${file} is not the file that run.json names; run: microgrid-settle verify ${directory}`,
    );
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const rules = communityOf(text(community), COMMUNITY_JSON);
  return runInputs(
    rules,
    periodOfDays(text(days), DAYS_JSON),
    readCanonicalCsv(readings, { file: READINGS_CSV }),
    keptContractFiles(place),
  );
}

function read(directory: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${directory}: ${file} cannot be read: ${systemMessage(error)}`,
    );
  }
}
