import { COEFFICIENT, CONSUMER, END, POINT, PRODUCER, START } from './columns.js';
import { csvTable } from './csv-table.js';
import { decimalNumerator } from './decimal-field.js';
import { contentOf, FileProblems, type FileReading } from './file-problem.js';
import { TimeReader, type TimeFormat } from './time-field.js';
import { TimedRows, type TimedColumns } from './timed-columns.js';

/** Decimals of coefficients read from CSV files: values are numerators over 10^12. */
export const COEFFICIENT_SCALE = 12;

/** How times in a coefficient file are read. */
export interface CoefficientFileOptions {
  /** Default: UTC instants. */
  readonly time?: TimeFormat;
  /** Length of an interval where the file has a start and no end. */
  readonly resolutionMs: number;
}

/** A producer's and a consumer's position in a pair file. */
export interface PairName {
  readonly producer: string;
  readonly consumer: string;
}

/** Coefficients of pairs over time; `ids` of the columns are the pairs in order. */
export interface PairColumns extends TimedColumns {
  readonly pairs: readonly PairName[];
}

/**
 * Reads coefficients by metering point: `metering_point`, `coefficient` and, where they change,
 * `start` and `end`. In a span every point of the file must have a value.
 */
export function lintCoefficientCsv(
  text: string,
  name: string,
  options: CoefficientFileOptions,
): FileReading<TimedColumns> {
  const problems = new FileProblems(name);
  const rows = new TimedRows(problems, 'metering_point');
  const columns = { point: POINT, coefficient: COEFFICIENT, start: START, end: END };
  const spans = new SpanReader(options, problems);
  for (const { line, fields } of csvTable(text, columns, problems)) {
    const value = readCoefficient(fields.coefficient, line, problems);
    const span = spans.read(line, fields.start, fields.end, fields.point);
    if (fields.point === '') problems.error(line, 'metering_point', '', 'a metering point');
    else if (value !== undefined && span !== undefined) {
      rows.add(line, fields.point, span.startMs, span.endMs, value);
    }
  }
  const made = rows.columns(true);
  return problems.reading(() => made);
}

/** {@link lintCoefficientCsv} that throws. @throws CommunityError `invalid-file` with every problem. */
export function readCoefficientCsv(
  text: string,
  name: string,
  options: CoefficientFileOptions,
): TimedColumns {
  return contentOf(lintCoefficientCsv(text, name, options));
}

/** Between a producer and a consumer in the ids of pair columns; no id holds it. */
const ARROW = '\u2192';

/**
 * Reads coefficients by pair of installations: `producer`, `consumer`, `coefficient` and, where they
 * change, `start` and `end`. A pair that a span does not name has no part in it.
 */
export function lintPairCsv(
  text: string,
  name: string,
  options: CoefficientFileOptions,
): FileReading<PairColumns> {
  const problems = new FileProblems(name);
  const rows = new TimedRows(problems, 'pair');
  const columns = {
    producer: PRODUCER,
    consumer: CONSUMER,
    coefficient: COEFFICIENT,
    start: START,
    end: END,
  };
  const spans = new SpanReader(options, problems);
  for (const { line, fields } of csvTable(text, columns, problems)) {
    const value = readCoefficient(fields.coefficient, line, problems);
    const pair = fields.producer + ARROW + fields.consumer;
    const span = spans.read(line, fields.start, fields.end, pair);
    if (fields.producer === '' || fields.consumer === '') {
      const empty = fields.producer === '' ? 'producer' : 'consumer';
      problems.error(line, empty, '', 'a metering point');
    } else if (value !== undefined && span !== undefined) {
      rows.add(line, pair, span.startMs, span.endMs, value);
    }
  }
  const made = rows.columns(false);
  // Pairs that a span does not name have no part in it.
  made.values.forEach((value, at) => {
    if (Number.isNaN(value)) made.values[at] = 0;
  });
  const pairs = made.ids.map((id) => {
    const [producer = '', consumer = ''] = id.split(ARROW);
    return { producer, consumer };
  });
  checkRows({ ...made, pairs }, problems);
  return problems.reading(() => ({ ...made, pairs }));
}

/** {@link lintPairCsv} that throws. @throws CommunityError `invalid-file` with every problem. */
export function readPairCsv(
  text: string,
  name: string,
  options: CoefficientFileOptions,
): PairColumns {
  return contentOf(lintPairCsv(text, name, options));
}

/** No producer gives more than it has. */
function checkRows({ ids, pairs, startMs, values }: PairColumns, problems: FileProblems): void {
  for (let span = 0; span < startMs.length; span++) {
    const sums = new Map<string, number>();
    pairs.forEach(({ producer }, place) => {
      const value = values[span * ids.length + place] as number;
      sums.set(producer, (sums.get(producer) ?? 0) + value);
    });
    for (const [producer, sum] of sums) {
      if (sum <= 10 ** COEFFICIENT_SCALE) continue;
      const found = `${producer}: ${sum / 10 ** COEFFICIENT_SCALE}`;
      problems.error(
        undefined,
        'sum',
        found,
        'coefficients of a producer that add up to at most 1',
      );
    }
  }
}

/** A coefficient as a numerator over 10^12, or nothing and a problem. */
export function readCoefficient(
  text: string,
  line: number,
  problems: FileProblems,
): number | undefined {
  const value = decimalNumerator(text, COEFFICIENT_SCALE);
  if (value !== undefined && value >= 0n && value <= 10n ** BigInt(COEFFICIENT_SCALE)) {
    return Number(value);
  }
  problems.error(line, 'coefficient', text, 'a coefficient from 0 to 1 with at most 12 decimals');
  return undefined;
}

/** Reads the span of a row: from its columns, or all time where the file has none. */
class SpanReader {
  private readonly time: TimeReader;
  private readonly ends: TimeReader;

  constructor(
    private readonly options: CoefficientFileOptions,
    private readonly problems: FileProblems,
  ) {
    this.time = new TimeReader(options.time ?? { pattern: 'instant' });
    this.ends = new TimeReader(options.time ?? { pattern: 'instant' });
  }

  read(
    line: number,
    start: string,
    end: string,
    owner: string,
  ): { startMs: number; endMs: number } | undefined {
    if (start === '' && end === '') return { startMs: -Infinity, endMs: Infinity };
    const startMs = this.time.read(start, owner);
    if (startMs === undefined) {
      this.problems.error(line, 'start', start, this.time.expected);
      return undefined;
    }
    if (end === '') return { startMs, endMs: startMs + this.options.resolutionMs };
    const endMs = this.ends.read(end, owner);
    if (endMs === undefined) this.problems.error(line, 'end', end, this.ends.expected);
    return endMs === undefined ? undefined : { startMs, endMs };
  }
}
