import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { canonicalOrder } from './canonical-order.js';
import type { Columns } from './columns.js';
import type { IntervalGrid } from './interval-grid.js';
import { CSV_HEADER, KILOWATT_HOUR_DECIMALS, COMMA, POINT, ZERO } from './csv-format.js';

const encoder = new TextEncoder();
/** The longest row: a 64-byte id, two instants with milliseconds, two 17-digit energies, a quality. */
const LONGEST_ROW_BYTES = 256;
const CHUNK_BYTES = 1 << 18;
const MWH_PER_WATT_HOUR = 1000;
const SHORT_DECIMALS = 3;
const WORD_BYTES = 4;

/** Text as it is written: in words, several times faster than byte by byte. */
interface Spelled {
  /** The bytes, little-endian; zeros after them, which what is written next covers. */
  readonly words: Uint32Array;
  readonly length: number;
}

function spell(text: string): Spelled {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = new Uint32Array(padded.length / WORD_BYTES);
  for (let at = 0; at < words.length; at++) words[at] = view.getUint32(at * WORD_BYTES, true);
  return { words, length: bytes.length };
}

/**
 * Writes canonical rows, one spelling for each value: LF, instants `…Z`, kWh with 3 decimals, or 6
 * where the energy is no whole watt-hour. The caller gives rows by start, then metering point.
 */
export class CsvWriter {
  private readonly buffer = new Uint8Array(CHUNK_BYTES);
  private readonly view = new DataView(this.buffer.buffer);
  private length = 0;
  private readonly points: Spelled[];
  private readonly qualities = INTERVAL_QUALITIES.map((name) => spell(`,${name}\n`));
  /** The last interval: most rows share theirs with the row before. */
  private startMs: EpochMs = NaN;
  private endMs: EpochMs = NaN;
  private span = spell('');

  constructor(points: readonly string[]) {
    this.points = points.map(spell);
    this.put(spell(`${CSV_HEADER}\n`));
  }

  /** Takes a longer list of points that begins with the one known. */
  know(points: readonly string[]): void {
    for (const id of points.slice(this.points.length)) this.points.push(spell(id));
  }

  /** Whether enough is written to be worth taking. */
  get full(): boolean {
    return this.length > CHUNK_BYTES - LONGEST_ROW_BYTES;
  }

  /** Adds a row. NaN energies are left empty. Call {@link take} whenever {@link full}. */
  row(
    point: number,
    startMs: EpochMs,
    endMs: EpochMs,
    importMilliwattHours: number,
    exportMilliwattHours: number,
    quality: number,
  ): void {
    if (startMs !== this.startMs || endMs !== this.endMs) {
      this.span = spell(`,${formatInstant(startMs)},${formatInstant(endMs)},`);
      this.startMs = startMs;
      this.endMs = endMs;
    }
    this.put(this.points[point] as Spelled);
    this.put(this.span);
    this.energy(importMilliwattHours);
    this.buffer[this.length++] = COMMA;
    this.energy(exportMilliwattHours);
    this.put(this.qualities[quality] as Spelled);
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const taken = this.buffer.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private put({ words, length }: Spelled): void {
    const { view, length: from } = this;
    for (let at = 0; at < words.length; at++) {
      view.setUint32(from + at * WORD_BYTES, words[at] as number, true);
    }
    this.length = from + length;
  }

  private energy(mwh: number): void {
    if (Number.isNaN(mwh)) return;
    const wattHours = mwh / MWH_PER_WATT_HOUR;
    if (wattHours === (wattHours | 0)) {
      this.wattHours(wattHours | 0);
      return;
    }
    const short = mwh % MWH_PER_WATT_HOUR === 0;
    const decimals = short ? SHORT_DECIMALS : KILOWATT_HOUR_DECIMALS;
    let rest = short ? wattHours : mwh;
    let width = decimals + 1;
    for (let bound = 10 ** width; bound <= rest; bound *= 10) width++;
    // One digit more than `width` for the point.
    for (let at = this.length + width; at >= this.length; at--) {
      if (at === this.length + width - decimals) {
        this.buffer[at] = POINT;
      } else {
        const tenth = Math.floor(rest / 10);
        // In this order no step leaves the safe integers.
        this.buffer[at] = rest - tenth * 10 + ZERO;
        rest = tenth;
      }
    }
    this.length += width + 1;
  }

  /** The common case in 32-bit arithmetic, several times faster. */
  private wattHours(value: number): void {
    const { buffer } = this;
    let rest = value;
    let width = SHORT_DECIMALS + 1;
    for (let bound = 10_000; bound <= value; bound *= 10) width++;
    const pointAt = this.length + width - SHORT_DECIMALS;
    for (let at = this.length + width; at >= this.length; at--) {
      if (at === pointAt) {
        buffer[at] = POINT;
      } else {
        const tenth = (rest / 10) | 0;
        buffer[at] = rest - tenth * 10 + ZERO;
        rest = tenth;
      }
    }
    this.length += width + 1;
  }
}

/** {@link writeCanonicalCsv} in pieces. */
export function* canonicalCsvChunks(columns: Columns): Generator<Uint8Array> {
  const writer = new CsvWriter(columns.points);
  for (const row of canonicalOrder(columns)) {
    writer.row(
      columns.point[row] as number,
      columns.startMs[row] as number,
      columns.endMs[row] as number,
      columns.importMilliwattHours[row] as number,
      columns.exportMilliwattHours[row] as number,
      columns.quality[row] as number,
    );
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}

/** Batches that are in canonical order already, such as those of `mergeBatches`, as pieces of a file. */
export async function* batchesCsvChunks(
  batches: AsyncIterable<Columns>,
): AsyncGenerator<Uint8Array> {
  const writer = new CsvWriter([]);
  for await (const columns of batches) {
    writer.know(columns.points);
    for (let row = 0; row < columns.rows; row++) {
      writer.row(
        columns.point[row] as number,
        columns.startMs[row] as number,
        columns.endMs[row] as number,
        columns.importMilliwattHours[row] as number,
        columns.exportMilliwattHours[row] as number,
        columns.quality[row] as number,
      );
      if (writer.full) yield writer.take();
    }
  }
  yield writer.take();
}

/** A grid's readings in canonical form, in pieces; a cell that never needed a reading has no row. */
export function* gridCsvChunks(grid: IntervalGrid): Generator<Uint8Array> {
  const writer = new CsvWriter(grid.points);
  const { importMilliwattHours, exportMilliwattHours, quality, resolutionMs } = grid;
  for (let cell = 0, interval = 0; interval < grid.intervals; interval++) {
    const startMs = grid.startMs + interval * resolutionMs;
    for (let point = 0; point < grid.points.length; point++, cell++) {
      const imported = importMilliwattHours[cell] as number;
      if (Number.isNaN(imported)) continue;
      const exported = exportMilliwattHours[cell] as number;
      writer.row(
        point,
        startMs,
        startMs + resolutionMs,
        imported,
        exported,
        quality[cell] as number,
      );
      if (writer.full) yield writer.take();
    }
  }
  yield writer.take();
}

/** Joins pieces of bytes. */
function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Readings in the one canonical form: rows by start, then metering point (code units); LF. */
export function writeCanonicalCsv(columns: Columns): Uint8Array {
  return concatenate([...canonicalCsvChunks(columns)]);
}
