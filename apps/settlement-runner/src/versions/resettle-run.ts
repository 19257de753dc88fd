import { join } from 'node:path';
import type { SourceKind } from '@microgrid/metering';
import { parseRunCalendar, type RunKind } from '@microgrid/settlement';
import type { EpochMs } from '@microgrid/units';
import { readContractFiles } from '../contract-file-names.js';
import { instantOf } from '../instant-option.js';
import { placeOfRun } from '../input-place.js';
import { OutputDirectory } from '../output-directory.js';
import { parsePeriod } from '../period.js';
import { manifestOf } from '../proof/public-manifest.js';
import { readReadings } from '../readings-file.js';
import { manifestObject } from '../run-directory.js';
import { communityOf } from '../run-inputs.js';
import { COMMUNITY_JSON, HISTORY_JSON, READINGS_CSV } from '../run-layout.js';
import { writeRun, type RunManifest, type WriteOptions } from '../run.js';
import { HISTORY_SCHEMA, type History } from './history.js';
import { historyOfRun, loadHistory, readDocument, readText } from './load-history.js';
import { produceVersion } from './produce-version.js';

/** What a later version of a run adds to what was known. */
export interface ResettleOptions extends WriteOptions {
  readonly kind: RunKind;
  /** When what is added became known, and with `asKnownOn` absent, what the run sees. */
  readonly knownAt: string;
  /** The run sees what was known at this instant. Default `knownAt`. */
  readonly asKnownOn?: string;
  /** Readings in canonical CSV, plain or gzip: late or corrected rows, or all of them. */
  readonly readings?: readonly string[];
  /** Who they come from. */
  readonly source: SourceKind;
  /** A new version of the contract. */
  readonly community?: string;
  /** The contract's run calendar; default that of the previous version. */
  readonly calendar?: string;
}

/**
 * Settles the period of a run again with what became known since, as its next version: a run with the
 * postings that bring the earlier ones' to this one's, and each member's statement of correction. The
 * previous run is not touched.
 * @throws RunnerError and what reading and settling refuse; then nothing is written.
 */
export async function resettleRun(
  previous: string,
  options: ResettleOptions,
): Promise<RunManifest> {
  OutputDirectory.check(options.out);
  const before = historyOf(previous, options.externalInputs);
  const knownMs = instantOf(options.knownAt, '--known-at');
  const history: History = {
    ...before,
    inputs: {
      ...before.inputs,
      readings: [...before.inputs.readings, ...(await addedReadings(options, knownMs))],
      contracts: [...before.inputs.contracts, ...addedContract(options.community, knownMs)],
    },
    calendar: calendarOf(options.calendar, before),
    runs: [
      ...before.runs,
      {
        kind: options.kind,
        asKnownOnMs:
          options.asKnownOn === undefined ? knownMs : instantOf(options.asKnownOn, '--as-known-on'),
      },
    ],
  };
  return writeRun(options, (sink, form) => produceVersion(history, sink, form));
}

/** What a run was made of; one that stands alone counts as preliminary, known at its period's end. */
export function historyOf(directory: string, externalInputs?: string): History {
  const manifest = manifestOf(directory);
  const place = placeOfRun(directory, manifest, externalInputs);
  if (place.has(HISTORY_JSON)) return historyOfRun(place);
  const { start, end } = manifestObject(manifest, 'period');
  const period = parsePeriod(String(start), String(end), String(manifest['timeZone']));
  const document = {
    schema: HISTORY_SCHEMA,
    readings: [{ file: READINGS_CSV, knownAt: end, source: 'meter-profile' }],
    contracts: [{ file: COMMUNITY_JSON, knownAt: end }],
    runs: [{ kind: 'preliminary', asKnownOn: end }],
  };
  return loadHistory(join(directory, HISTORY_JSON), period, { document, place });
}

async function addedReadings(
  { readings = [], source }: ResettleOptions,
  knownMs: EpochMs,
): Promise<History['inputs']['readings']> {
  const added = [];
  for (const file of readings) {
    added.push({ knownMs, kind: source, columns: await readReadings(file) });
  }
  return added;
}

function addedContract(path: string | undefined, knownMs: EpochMs): History['inputs']['contracts'] {
  if (path === undefined) return [];
  const community = communityOf(readText(path, 'a community file in YAML'), path);
  const files = readContractFiles(community, path);
  return [{ knownMs, community, ...(files.size > 0 && { files }) }];
}

function calendarOf(path: string | undefined, before: History): History['calendar'] {
  if (path !== undefined) {
    return parseRunCalendar(readDocument(path, 'a run calendar in YAML or JSON'), path);
  }
  return before.calendar;
}
