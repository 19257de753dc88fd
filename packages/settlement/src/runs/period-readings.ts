import { SOURCE_PRECEDENCE, type Columns, type SourceKind } from '@microgrid/metering';
import { compareIds, formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { SettlementContract } from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';
import { MISSING_QUALITY, type SettlementGrid } from '../settlement-grid.js';
import type { KnownReadings } from './run-inputs.js';

/** What is known of a period's readings. */
export interface PeriodReadings {
  /** Where nothing is known: NaN and quality missing. */
  readonly grid: SettlementGrid;
  /** Of each cell, position in {@link SOURCE_PRECEDENCE} of whom it comes from; NOT_KNOWN without. */
  readonly source: Uint8Array;
  /** Metering points of the readings that the community does not have, in id order. */
  readonly unknownPoints: readonly string[];
}

/** Stands in `source` where nothing is known. */
export const NOT_KNOWN = 255;

/** The grid's span and points. */
export type GridFrame = Pick<SettlementGrid, 'points' | 'startMs' | 'endMs' | 'resolutionMs'>;

const trustOf = (kind: SourceKind): number => SOURCE_PRECEDENCE.indexOf(kind);

/** Fills a grid from deliveries, the most trusted source first, then the newest. */
class GridFilling {
  readonly imports: Float64Array;
  readonly exports: Float64Array;
  readonly quality: Uint8Array;
  readonly source: Uint8Array;
  readonly unknown = new Set<string>();
  private readonly knownAt: Float64Array;
  private readonly position: ReadonlyMap<string, number>;

  constructor(private readonly frame: GridFrame) {
    const { points, startMs, endMs, resolutionMs } = frame;
    const cells = ((endMs - startMs) / resolutionMs) * points.length;
    this.imports = new Float64Array(cells).fill(NaN);
    this.exports = new Float64Array(cells).fill(NaN);
    this.quality = new Uint8Array(cells).fill(MISSING_QUALITY);
    this.source = new Uint8Array(cells).fill(NOT_KNOWN);
    this.knownAt = new Float64Array(cells).fill(-Infinity);
    this.position = new Map(points.map((id, index) => [id, index]));
  }

  add({ columns, kind, knownMs }: KnownReadings): void {
    const { startMs, endMs, resolutionMs, points } = this.frame;
    const trust = trustOf(kind);
    const pointOf = columns.points.map((id) => this.position.get(id) ?? -1);
    for (const [index, id] of columns.points.entries()) {
      if (pointOf[index] === -1) this.unknown.add(id);
    }
    for (let row = 0; row < columns.rows; row++) {
      const point = pointOf[columns.point[row] as number] as number;
      const rowStart = columns.startMs[row] as number;
      if (point === -1 || rowStart < startMs || rowStart >= endMs) continue;
      const interval = (rowStart - startMs) / resolutionMs;
      if (!Number.isInteger(interval) || (columns.endMs[row] as number) - rowStart !== resolutionMs)
        refuseRow(columns, row, resolutionMs);
      this.put(interval * points.length + point, columns, row, trust, knownMs);
    }
  }

  private put(cell: number, columns: Columns, row: number, trust: number, knownMs: EpochMs): void {
    const before = this.source[cell] as number;
    if (before === trust) {
      const rival = this.knownAt[cell] === knownMs && !this.sameAs(cell, columns, row);
      if (rival) refuseConflict(columns, row, knownMs);
      return;
    }
    // What one source withdrew another may know.
    if (before !== NOT_KNOWN && this.quality[cell] !== MISSING_QUALITY) return;
    const quality = columns.quality[row] as number;
    this.imports[cell] = columns.importMilliwattHours[row] as number;
    this.exports[cell] = columns.exportMilliwattHours[row] as number;
    this.quality[cell] = quality;
    this.source[cell] = trust;
    this.knownAt[cell] = knownMs;
  }

  private sameAs(cell: number, columns: Columns, row: number): boolean {
    return (
      Object.is(this.imports[cell], columns.importMilliwattHours[row]) &&
      Object.is(this.exports[cell], columns.exportMilliwattHours[row]) &&
      this.quality[cell] === columns.quality[row]
    );
  }
}

function rowText(columns: Columns, row: number): string {
  const id = columns.points[columns.point[row] as number] ?? '';
  const start = formatInstant(columns.startMs[row] as number);
  return `${columns.file}:${columns.line[row] ?? 0}: ${id} at ${start}`;
}

function refuseRow(columns: Columns, row: number, resolutionMs: number): never {
  throw new SettlementError(
    'bad-grid',
    `${rowText(columns, row)} to ${formatInstant(columns.endMs[row] as number)}: expected an interval of ${formatResolution(resolutionMs)} that begins at a whole multiple of it`,
  );
}

function refuseConflict(columns: Columns, row: number, knownMs: EpochMs): never {
  throw new SettlementError(
    'conflicting-inputs',
    `${rowText(columns, row)}: other values of the same source became known at ${formatInstant(knownMs)} too, expected one version at an instant; say which came later`,
  );
}

/**
 * The readings of a span as they are known: of each cell the most trusted source, of that the newest
 * version; the order of the deliveries says nothing. What is not known is missing, never zero.
 * @throws SettlementError `bad-grid` for a row of another length or alignment, `conflicting-inputs` where
 *   one instant brought two different values of one source.
 */
export function readingsAsKnown(
  frame: GridFrame,
  readings: readonly KnownReadings[],
): PeriodReadings {
  const filling = new GridFilling(frame);
  const sorted = [...readings].sort(
    (a, b) => trustOf(a.kind) - trustOf(b.kind) || b.knownMs - a.knownMs,
  );
  for (const delivery of sorted) filling.add(delivery);
  const { points, startMs, endMs, resolutionMs } = frame;
  return {
    grid: {
      points,
      startMs,
      endMs,
      resolutionMs,
      importMilliwattHours: filling.imports,
      exportMilliwattHours: filling.exports,
      quality: filling.quality,
    },
    source: filling.source,
    unknownPoints: [...filling.unknown].sort(compareIds),
  };
}

/** The frame of a contract's grid. */
export function frameOf({ pointIds, startMs, endMs, resolutionMs }: SettlementContract): GridFrame {
  return { points: pointIds, startMs, endMs, resolutionMs };
}
