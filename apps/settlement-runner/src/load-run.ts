import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractFiles } from '@microgrid/community';
import { readCanonicalCsv } from '@microgrid/metering';
import { settle, type SettledPeriod, type SettlementGrid } from '@microgrid/settlement';
import { keptContractFiles } from './contract-file-names.js';
import { periodOfDays } from './days-document.js';
import { manifestOf, type Manifest } from './proof/public-manifest.js';
import { manifestObject } from './run-directory.js';
import { communityOf, runInputs, type RunInputs } from './run-inputs.js';
import {
  COMMUNITY_JSON,
  CONTRACT_FILES,
  DAYS_JSON,
  HISTORY_JSON,
  INPUT_FILES,
  READINGS_CSV,
} from './run-layout.js';
import { RunnerError, systemMessage } from './runner-error.js';
import { loadHistory } from './versions/load-history.js';
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
 * @throws RunnerError `not-a-run`, `bad-input` when an input is not what the manifest says.
 */
export function loadRun(directory: string): LoadedRun {
  const manifest = manifestOf(directory);
  if (!existsSync(join(directory, HISTORY_JSON))) {
    const { contract, grid, files } = loadInputs(directory, manifest);
    return { settled: settle(contract, grid), readings: grid, grid, files };
  }
  const history = loadHistory(join(directory, HISTORY_JSON));
  const last = versionsOf(history).runs.at(-1);
  if (last !== undefined) {
    const { settled, basis } = last.run;
    return { settled, readings: basis.grid, files: basis.known.files ?? new Map() };
  }
  throw new RunnerError('bad-input', `${directory}: ${HISTORY_JSON} names no run`);
}

function loadInputs(directory: string, manifest: Manifest): RunInputs {
  const digests = manifestObject(manifest, 'inputs');
  const [community, days, readings] = INPUT_FILES.map((file) => {
    const bytes = read(directory, file);
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
    keptContractFiles(join(directory, CONTRACT_FILES)),
  );
}

function read(directory: string, file: string): Uint8Array {
  try {
    return readFileSync(join(directory, file));
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${directory}: ${file} cannot be read: ${systemMessage(error)}`,
    );
  }
}
