import {
  canonicalBatches,
  mergeBatches,
  MeteringError,
  OrderWatch,
  type Columns,
  type MergeCounts,
  type MeteringProblem,
} from '@microgrid/metering';
import { listed, type ImportReport } from './import-report.js';
import { pickRows } from './interval-columns.js';
import { piecesOf } from './meter-input.js';
import { SpilledRuns } from './spilled-runs.js';

const ROWS_PER_RUN = 1_000_000;
const LONGEST_TEXT = 65_536;

/** How canonical files are taken in. */
export interface CanonicalIntake {
  readonly lenient: boolean;
  readonly meteringPoint: string | undefined;
  /** Folder with room for sorted runs. */
  readonly beside: string;
  readonly signal: AbortSignal;
}

/** The rows of one metering point only. */
function only(batch: Columns, id: string | undefined): Columns {
  const wanted = id === undefined ? -1 : batch.points.indexOf(id);
  if (id === undefined) return batch;
  const rows = Array.from({ length: batch.rows }, (_, row) => row).filter(
    (row) => batch.point[row] === wanted,
  );
  return pickRows(batch, rows);
}

async function* batchesOf(
  file: string,
  intake: CanonicalIntake,
  rowsPerBatch: number,
  onRejected: (problem: MeteringProblem, text: string) => void,
): AsyncGenerator<Columns> {
  const options = { file, rowsPerBatch, ...(intake.lenient ? { onRejected } : {}) };
  for await (const batch of canonicalBatches(piecesOf(file), options)) {
    intake.signal.throwIfAborted();
    yield batch;
  }
}

/**
 * Canonical files in canonical order, in bounded memory. Each file is read twice: once to check every row
 * before anything is written, once for its rows; one that is out of order is sorted on disk.
 */
export class CanonicalFiles {
  private readonly spilled: SpilledRuns;
  private readonly ordered = new Map<string, boolean>();
  private readonly counts: MergeCounts = { repeated: 0, missingKnown: 0 };

  constructor(
    private readonly files: readonly string[],
    private readonly intake: CanonicalIntake,
    private readonly report: ImportReport,
  ) {
    this.spilled = new SpilledRuns(intake.beside);
  }

  /** Reads every row once. @throws MeteringError at the first wrong one, unless lenient. */
  async check(): Promise<void> {
    const { intake, report } = this;
    for (const file of this.files) {
      const watch = new OrderWatch();
      let others = 0;
      const reject = (problem: MeteringProblem, text: string): void => {
        report.rejected.push({ ...problem, text: text.slice(0, LONGEST_TEXT) });
      };
      for await (const batch of batchesOf(file, intake, 250_000, reject)) {
        watch.look(batch);
        others += batch.rows - only(batch, intake.meteringPoint).rows;
      }
      this.ordered.set(file, watch.ordered);
      if (!watch.ordered) report.notes.push(`${file}: rows are out of order: sorted`);
      if (others > 0) {
        const id = intake.meteringPoint ?? '';
        report.notes.push(`${file}: ${others} rows belong to another metering point than ${id}`);
      }
    }
  }

  /** The rows of all files, merged; the report is complete when they are taken. */
  async *merged(): AsyncGenerator<Columns> {
    const { report, counts, spilled } = this;
    try {
      const sources: AsyncIterable<Columns>[] = [];
      for (const file of this.files) {
        if (this.ordered.get(file) === true) sources.push(this.again(file, 100_000));
        else {
          const before = spilled.sources().length;
          for await (const batch of this.again(file, ROWS_PER_RUN)) await spilled.add(batch);
          sources.push(...spilled.sources().slice(before));
        }
      }
      const onReplaced: NonNullable<Parameters<typeof mergeBatches>[1]>['onReplaced'] = (row) => {
        const { file, line, byFile, byLine } = row;
        report.superseded.push(listed(row, `${file}:${line}, replaced by ${byFile}:${byLine}`));
      };
      yield* mergeBatches(sources, { onReplaced, counts });
      if (counts.repeated > 0) {
        report.notes.push(`${counts.repeated} rows repeat another with equal values: count once`);
      }
      if (counts.missingKnown > 0) {
        report.notes.push(
          `${counts.missingKnown} rows say missing where another has the energy: the energy stands`,
        );
      }
    } finally {
      await spilled.remove();
    }
  }

  /** The rows of one file as they stand. */
  async *again(file: string, rowsPerBatch = 250_000): AsyncGenerator<Columns> {
    for await (const batch of batchesOf(file, this.intake, rowsPerBatch, () => undefined)) {
      yield only(batch, this.intake.meteringPoint);
    }
  }

  /** @throws MeteringError `outside-data` where no row is left. */
  refuseNothing(): void {
    if (this.report.rows > 0) return;
    throw new MeteringError('outside-data', {
      file: this.files.join(' + '),
      value: 'no row',
      expected: 'at least one row of an interval',
    });
  }
}
