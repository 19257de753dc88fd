import { compareIds, parseResolution, type EpochMs } from '@microgrid/units';
import type { Community } from '../community.js';
import type { ContractFiles } from '../contract-files.js';
import { lintAllocationCsv } from './allocation-csv.js';
import type { BetaOptions } from './beta-file.js';
import { betaTable, type BetaClock } from './beta-table.js';
import {
  COEFFICIENT_SCALE,
  lintCoefficientCsv,
  lintPairCsv,
  type PairName,
} from './coefficient-csv.js';
import type { CoefficientTable } from './coefficient-table.js';
import { contentOf, FileProblems, type FileProblem, type FileReading } from './file-problem.js';
import { lintBetaFiles } from './lint-beta-files.js';
import { namedPoints } from './operator-points.js';
import { spanAt, TimedRows, type TimedColumns } from './timed-columns.js';

/** How a contract's files are read. */
export interface ContractFileOptions extends BetaOptions {
  /** What the hours of Spanish files count; default `wallClock`. */
  readonly betaClock?: BetaClock;
}

/** Coefficients of pairs over time. */
export interface PairTable {
  /** Metering points of each pair, in the order of a row. */
  readonly pairs: readonly PairName[];
  /** Coefficients are numerators over 10^scale. */
  readonly scale: number;
  readonly rows: number;
  /** Index of the row that holds in an interval, or -1 where none does. */
  rowAt(startMs: EpochMs, endMs: EpochMs): number;
  /** Numerators of a row, in the order of `pairs`. */
  row(index: number): Float64Array;
}

/** Energies stated for points over time. */
export interface EnergyTable {
  /** Metering point ids in order. */
  readonly ids: readonly string[];
  /** mWh of an interval in the order of `ids`; nothing where the file has no such interval. */
  at(startMs: EpochMs, endMs: EpochMs): Float64Array | undefined;
}

/**
 * Reads the coefficients of a file that a contract names. A `.txt` is a Spanish coefficient file: with
 * `<CAU>_<YYYY>.txt` all files of the same CAU beside it are read, each for its year. Any other is a CSV
 * of coefficients by metering point and, where they change, time. Names are the points' ids or
 * `operatorId`.
 */
export function lintCoefficientTable(
  files: ContractFiles,
  name: string,
  community: Community,
  options: ContractFileOptions = {},
): FileReading<CoefficientTable> {
  const text = files.get(name);
  if (text === undefined) return absent(files, name);
  if (name.endsWith('.txt')) return lintBetaTable(files, name, community, options);
  const reading = lintCoefficientCsv(text, name, {
    resolutionMs: parseResolution(community.resolution),
  });
  return withPoints(reading, community, name, ({ ids }) => ids, columnsTable);
}

/** {@link lintCoefficientTable} that throws. @throws CommunityError `invalid-file` with every problem. */
export function coefficientTable(
  files: ContractFiles,
  name: string,
  community: Community,
  options?: ContractFileOptions,
): CoefficientTable {
  return contentOf(lintCoefficientTable(files, name, community, options));
}

/** Reads the coefficients by pair of installations of a CSV file that a contract names. */
export function lintPairTable(
  files: ContractFiles,
  name: string,
  community: Community,
): FileReading<PairTable> {
  const text = files.get(name);
  if (text === undefined) return absent(files, name);
  const reading = lintPairCsv(text, name, { resolutionMs: parseResolution(community.resolution) });
  const namesOf = (pairs: readonly PairName[]): string[] => [
    ...new Set(pairs.flatMap(({ producer, consumer }) => [producer, consumer])),
  ];
  return withPoints(
    reading,
    community,
    name,
    ({ pairs }) => namesOf(pairs),
    (columns, ids) => {
      const names = namesOf(columns.pairs);
      const idOf = new Map(names.map((text, index) => [text, ids[index] ?? text]));
      const pairs = columns.pairs.map(({ producer, consumer }) => ({
        producer: idOf.get(producer) ?? producer,
        consumer: idOf.get(consumer) ?? consumer,
      }));
      const { ids: _, ...table } = columnsTable(columns, columns.ids);
      return { ...table, pairs };
    },
  );
}

/** {@link lintPairTable} that throws. @throws CommunityError `invalid-file` with every problem. */
export function pairTable(files: ContractFiles, name: string, community: Community): PairTable {
  return contentOf(lintPairTable(files, name, community));
}

/** Reads the energies by point and interval of a CSV file that a contract names, in the project's own layout. */
export function lintEnergyTable(
  files: ContractFiles,
  name: string,
  community: Community,
): FileReading<EnergyTable> {
  const text = files.get(name);
  if (text === undefined) return absent(files, name);
  const stated = lintAllocationCsv(text, name);
  const problems = new FileProblems(name);
  const rows = new TimedRows(problems, 'metering_point');
  for (const row of stated.data?.rows ?? []) {
    const { meteringPoint, startMs, endMs, line, flow, allocatedMilliwattHours: energy } = row;
    if (flow === 'sharedIn' && energy !== undefined) {
      rows.add(line, meteringPoint, startMs, endMs, energy);
    }
  }
  const columns = rows.columns(true);
  const reading = joined(
    stated.problems,
    problems.reading(() => columns),
  );
  return withPoints(reading, community, name, ({ ids }) => ids, energyTable);
}

/** {@link lintEnergyTable} that throws. @throws CommunityError `invalid-file` with every problem. */
export function energyTableOf(
  files: ContractFiles,
  name: string,
  community: Community,
): EnergyTable {
  return contentOf(lintEnergyTable(files, name, community));
}

const YEARLY = /^(.+)_\d{4}\.txt$/;

function lintBetaTable(
  files: ContractFiles,
  name: string,
  community: Community,
  options: ContractFileOptions,
): FileReading<CoefficientTable> {
  const cau = YEARLY.exec(name)?.[1];
  const names = [...files.keys()]
    .filter((other) => other === name || (cau !== undefined && YEARLY.exec(other)?.[1] === cau))
    .sort(compareIds);
  const named = names.map((other) => ({ name: other, text: files.get(other) ?? '' }));
  const { problems, data } = lintBetaFiles(named, options);
  const table = betaTable(data ?? [], community.timeZone, options.betaClock);
  const reading = data === undefined ? { problems } : { problems, data: table };
  return withPoints(reading, community, name, ({ ids }) => ids, reordered);
}

/** A reading whose names are metering points of the community. */
function withPoints<T, R>(
  reading: FileReading<T>,
  community: Community,
  file: string,
  names: (content: T) => readonly string[],
  make: (content: T, ids: readonly string[]) => R,
): FileReading<R> {
  if (!('data' in reading)) return { problems: reading.problems };
  const content = reading.data;
  const { ids, problems } = namedPoints(community, file, names(content));
  const all = [...reading.problems, ...problems];
  return problems.length > 0 ? { problems: all } : { problems: all, data: make(content, ids) };
}

function joined<T>(before: readonly FileProblem[], reading: FileReading<T>): FileReading<T> {
  const problems = [...before, ...reading.problems];
  return before.some(({ severity }) => severity === 'error') || !('data' in reading)
    ? { problems }
    : { problems, data: reading.data };
}

function absent<T>(files: ContractFiles, name: string): FileReading<T> {
  const names = [...files.keys()].sort(compareIds).join(', ');
  const expected = names === '' ? 'a file given with the contract; none is' : `one of ${names}`;
  const problem = { file: name, path: '', found: 'no such file', expected };
  return { problems: [{ ...problem, severity: 'error' }] };
}

/** A table under the points' own ids, in their order. */
function reordered(table: CoefficientTable, ids: readonly string[]): CoefficientTable {
  const order = ids
    .map((id, place) => ({ id, place }))
    .sort((a, b) => compareIds(a.id, b.id))
    .map(({ place }) => place);
  return {
    ...table,
    ids: order.map((place) => ids[place] ?? ''),
    row: (index) => {
      const row = table.row(index);
      return Float64Array.from(order, (place) => row[place] as number);
    },
  };
}

function columnsTable(columns: TimedColumns, ids: readonly string[]): CoefficientTable {
  const { startMs, values } = columns;
  const width = columns.ids.length;
  const table: CoefficientTable = {
    ids,
    scale: COEFFICIENT_SCALE,
    rows: startMs.length,
    rowAt: (fromMs, toMs) => spanAt(columns, fromMs, toMs),
    row: (index) => values.subarray(index * width, (index + 1) * width),
  };
  return ids === columns.ids ? table : reordered(table, ids);
}

function energyTable(columns: TimedColumns, ids: readonly string[]): EnergyTable {
  const table = columnsTable(columns, ids);
  return {
    ids: table.ids,
    at(startMs, endMs) {
      const span = spanAt(columns, startMs, endMs);
      // Energy is of its own interval: a part of a longer one is not known.
      const own = span !== -1 && columns.startMs[span] === startMs && columns.endMs[span] === endMs;
      return own ? table.row(span) : undefined;
    },
  };
}
