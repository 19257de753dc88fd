import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDocument } from 'yaml';
import { readCanonicalCsv, type Columns } from '@microgrid/metering';
import {
  DEFAULT_RUN_CALENDAR,
  parseRunCalendar,
  type KnownContract,
  type KnownPrice,
  type KnownReadings,
  type RunCalendar,
} from '@microgrid/settlement';
import { flatTariff } from '@microgrid/tariff';
import { parseInstantLoose, type TimeInterval } from '@microgrid/units';
import { readContractFiles } from '../contract-file-names.js';
import { folderPlace, inputsOf, type InputPlace } from '../input-place.js';
import { HISTORY_JSON } from '../run-layout.js';
import { communityOf } from '../run-inputs.js';
import { RunnerError, systemMessage } from '../runner-error.js';
import { parseHistory, type History, type HistoryDocument } from './history.js';

/** Reads a text. @throws RunnerError `bad-input`. */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${path}: cannot be read: ${systemMessage(error)}; expected ${what}`,
    );
  }
}

/** Reads YAML or JSON. @throws RunnerError `bad-input` naming file and line. */
export function readDocument(path: string, what: string): unknown {
  const text = readText(path, what);
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  const [fault] = document.errors;
  if (fault === undefined) return document.toJS();
  throw new RunnerError('bad-input', `${path}: ${fault.message}`);
}

/**
 * Reads a history and everything it names, from beside it.
 * @param period what to settle; default what the history says.
 * @param given the document and where the files it names lie, where they are at hand.
 * @throws RunnerError, EventsError, CommunityError, MeteringError: each names file, place, value and
 *   expectation.
 */
export function loadHistory(
  path: string,
  period?: TimeInterval,
  given: { readonly document: unknown; readonly place: InputPlace } = {
    document: readDocument(path, 'a history in YAML or JSON'),
    place: folderPlace(dirname(path)),
  },
): History {
  const { place } = given;
  const document = parseHistory(given.document, path);
  const readings: KnownReadings[] = [];
  for (const { file, knownAt, source } of document.readings) {
    const columns = readDelivery(place.path(file));
    readings.push({ knownMs: parseInstantLoose(knownAt), kind: source, columns });
  }
  return {
    inputs: {
      readings,
      contracts: document.contracts.map((contract) => knownContract(place, contract)),
      prices: knownPrices(document),
    },
    calendar: calendarOf(place, document),
    period: period ?? periodOf(document, path),
    runs: document.runs.map(({ kind, asKnownOn }) => ({
      kind,
      asKnownOnMs: parseInstantLoose(asKnownOn),
    })),
  };
}

/** Reads the history that a run keeps. @throws as {@link loadHistory}. */
export function historyOfRun(place: InputPlace): History {
  const path = place.path(HISTORY_JSON);
  const document = readDocument(path, 'the history of a run');
  return loadHistory(path, undefined, { document, place: inputsOf(place) });
}

/** A delivery is a part of a period at most: it is read whole, plain or gzip. */
function readDelivery(path: string): Columns {
  let bytes: Uint8Array;
  try {
    const file = readFileSync(path);
    bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  } catch (error) {
    throw new RunnerError(
      'bad-input',
      `${path}: cannot be read: ${systemMessage(error)}; expected a readings CSV, plain or gzip`,
    );
  }
  return readCanonicalCsv(bytes, { file: path });
}

function knownContract(
  place: InputPlace,
  { file, knownAt }: HistoryDocument['contracts'][number],
): KnownContract {
  const path = place.path(file);
  const text = readText(path, 'a community file in YAML');
  const community = communityOf(text, path);
  const files = readContractFiles(community, path, place.contractFiles(file));
  return { knownMs: parseInstantLoose(knownAt), community, ...(files.size > 0 && { files }) };
}

function knownPrices({ prices = [] }: HistoryDocument): KnownPrice[] {
  return prices.map(({ price, from, to, knownAt, tariff }) => ({
    price,
    startMs: parseInstantLoose(from),
    endMs: parseInstantLoose(to),
    knownMs: parseInstantLoose(knownAt),
    tariff: typeof tariff === 'string' ? flatTariff(tariff) : tariff,
  }));
}

function calendarOf(place: InputPlace, { calendar }: HistoryDocument): RunCalendar {
  if (calendar === undefined) return DEFAULT_RUN_CALENDAR;
  const path = place.path(calendar);
  return parseRunCalendar(readDocument(path, 'a run calendar in YAML or JSON'), path);
}

function periodOf({ period }: HistoryDocument, path: string): TimeInterval {
  if (period !== undefined) {
    return { startMs: parseInstantLoose(period.start), endMs: parseInstantLoose(period.end) };
  }
  throw new RunnerError('bad-usage', `${path}: says no period; expected --from and --to`);
}
