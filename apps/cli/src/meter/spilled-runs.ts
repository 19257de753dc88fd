import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { sortColumns, type Columns } from '@microgrid/metering';

const ROWS_PER_BLOCK = 8192;
/** Three 32-bit and four 64-bit columns' worth: point, line, start, end, import, export, quality. */
const ROW_BYTES = 4 + 4 + 8 + 8 + 8 + 8 + 1;

interface Run {
  readonly file: string;
  readonly points: readonly string[];
  readonly path: string;
  readonly rows: number;
}

type Column = Int32Array | Float64Array | Uint8Array;

const columnsOf = (of: Columns): readonly Column[] => [
  of.startMs,
  of.endMs,
  of.importMilliwattHours,
  of.exportMilliwattHours,
  of.point,
  of.line,
  of.quality,
];

const bytesOf = (column: Column, from: number, to: number): Uint8Array => {
  const part = column.subarray(from, to);
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
};

/** Sorted runs of rows on disk: what is too large for memory is sorted there and merged. */
export class SpilledRuns {
  private readonly runs: Run[] = [];
  private folder: string | undefined;

  /** @param beside folder in which the runs' own one is made: where there is room for the output. */
  constructor(private readonly beside: string) {}

  /** Sorts a batch and puts it on disk. */
  async add(batch: Columns): Promise<void> {
    this.folder ??= await mkdtemp(join(this.beside, '.microgrid-sort-'));
    const path = join(this.folder, String(this.runs.length));
    const sorted = sortColumns(batch);
    const handle = await open(path, 'w');
    try {
      for (let from = 0; from < sorted.rows; from += ROWS_PER_BLOCK) {
        const to = Math.min(sorted.rows, from + ROWS_PER_BLOCK);
        await handle.writeFile(
          Buffer.concat(columnsOf(sorted).map((column) => bytesOf(column, from, to))),
        );
      }
    } finally {
      await handle.close();
    }
    const { file, points, rows } = sorted;
    this.runs.push({ file, points, path, rows });
  }

  /** The runs, in the order they were added. */
  sources(): AsyncIterable<Columns>[] {
    return this.runs.map((run) => readRun(run));
  }

  /** Removes the runs. */
  async remove(): Promise<void> {
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

async function* readRun(run: Run): AsyncGenerator<Columns> {
  const handle = await open(run.path);
  try {
    for (let from = 0; from < run.rows; from += ROWS_PER_BLOCK) {
      yield await readBlock(run, handle, Math.min(ROWS_PER_BLOCK, run.rows - from));
    }
  } finally {
    await handle.close();
  }
}

async function readBlock(run: Run, handle: FileHandle, rows: number): Promise<Columns> {
  const bytes = new Uint8Array(rows * ROW_BYTES);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled);
    if (bytesRead === 0) throw new Error(`${run.path}: the sorted rows are cut off`);
    filled += bytesRead;
  }
  const { buffer } = bytes;
  const { file, points } = run;
  return {
    file,
    rows,
    points,
    startMs: new Float64Array(buffer, 0, rows),
    endMs: new Float64Array(buffer, 8 * rows, rows),
    importMilliwattHours: new Float64Array(buffer, 16 * rows, rows),
    exportMilliwattHours: new Float64Array(buffer, 24 * rows, rows),
    point: new Int32Array(buffer, 32 * rows, rows),
    line: new Int32Array(buffer, 36 * rows, rows),
    quality: new Uint8Array(buffer, 40 * rows, rows),
  };
}
