import { contractFields } from '../contract-fields.js';
import type { SettledPeriod } from '../settled-period.js';
import type { SettlementContract } from '../settlement-contract.js';
import { MISSING_QUALITY } from '../settlement-grid.js';

/** Settled intervals that take their place in a period. */
export interface SettledPiece {
  readonly settled: SettledPeriod;
  /** First of its intervals that is taken. */
  readonly from: number;
  readonly count: number;
  /** Where that one stands in the period. */
  readonly at: number;
}

/** Fields that are no columns, or that the joined period has from its own contract. */
const NO_COLUMNS: ReadonlySet<string> = new Set<keyof SettledPeriod>([
  'contract',
  'points',
  'members',
  'memberOfPoint',
  'startMs',
  'endMs',
  'resolutionMs',
  'intervals',
  'prices',
  'firings',
]);

type Column = Float64Array | Uint8Array | BigInt64Array;

function isColumn(value: unknown): value is Column {
  return (
    value instanceof Float64Array || value instanceof Uint8Array || value instanceof BigInt64Array
  );
}

/** What a case that waits for its readings has fired. */
const WAITING: readonly string[] = Object.freeze(['open']);

/** Copies columns of pieces into those of a period, whichever a settled period has. */
class Joining {
  private readonly size: number;

  constructor(
    private readonly contract: SettlementContract,
    private readonly pieces: readonly SettledPiece[],
  ) {
    this.size = contract.pointIds.length;
  }

  /** The columns at a path of field names: objects of columns are joined field by field. */
  fields(read: (settled: SettledPeriod) => unknown): Record<string, unknown> {
    const names = new Set<string>();
    for (const { settled } of this.pieces) {
      for (const name of Object.keys(read(settled) ?? {})) names.add(name);
    }
    const joined: Record<string, unknown> = {};
    for (const name of names) {
      if (NO_COLUMNS.has(name)) continue;
      const field = (settled: SettledPeriod): unknown =>
        (read(settled) as Readonly<Record<string, unknown>> | undefined)?.[name];
      const samples = this.pieces.map(({ settled }) => field(settled));
      const sample = samples.find((value) => isColumn(value) && value.length > 0);
      const empty = samples.find(isColumn);
      if (isColumn(sample)) joined[name] = this.column(name, sample, field);
      else if (empty !== undefined) joined[name] = empty;
      else if (samples.some((value) => typeof value === 'object' && value !== null))
        joined[name] = this.fields(field);
    }
    return joined;
  }

  private column(name: string, sample: Column, field: (settled: SettledPeriod) => unknown): Column {
    const first = this.pieces.find(({ settled }) => field(settled) === sample)?.settled;
    const byPoint = sample.length !== first?.intervals;
    const { intervals } = this.contract;
    const length = intervals * (byPoint ? this.size : 1);
    const made = new (sample.constructor as new (length: number) => Column)(length);
    if (name === 'quality') (made as Uint8Array).fill(MISSING_QUALITY);
    for (const piece of this.pieces) {
      const from = field(piece.settled);
      if (!isColumn(from) || from.length === 0) continue;
      if (byPoint) this.copyPoints(piece, from, made);
      else (made as Float64Array).set(part(from, piece.from, piece.count), piece.at);
    }
    return made;
  }

  private copyPoints({ settled, from, count, at }: SettledPiece, source: Column, into: Column) {
    const { pointIds } = this.contract;
    const width = settled.points.length;
    const sameOrder =
      width === this.size && pointIds.every((id, index) => settled.points[index] === id);
    if (sameOrder) {
      (into as Float64Array).set(part(source, from * width, count * width), at * width);
      return;
    }
    const position = new Map(settled.points.map((id, index) => [id, index]));
    const sources = pointIds.map((id) => position.get(id) ?? -1);
    for (let interval = 0; interval < count; interval++) {
      for (const [point, own] of sources.entries()) {
        if (own === -1) continue;
        const value = source[(from + interval) * width + own] as number;
        (into as Float64Array)[(at + interval) * this.size + point] = value;
      }
    }
  }
}

/** Cut from any column; the cast only says that source and target are of one kind. */
function part(column: Column, from: number, count: number): Float64Array {
  return column.subarray(from, from + count) as Float64Array;
}

/**
 * A period made of settled pieces: each keeps its values, points are matched by id. An interval that
 * no piece gives waits for its readings: all of it is missing and nothing of it is shared or priced.
 */
export function joinedPeriod(
  contract: SettlementContract,
  pieces: readonly SettledPiece[],
): SettledPeriod {
  const pieceOf = new Int32Array(contract.intervals).fill(-1);
  for (const [index, { at, count }] of pieces.entries()) pieceOf.fill(index, at, at + count);
  const joined = new Joining(contract, pieces).fields((settled) => settled);
  return {
    ...(joined as unknown as SettledPeriod),
    ...contractFields(contract),
    firings: (interval) => {
      const piece = pieces[pieceOf[interval] ?? -1];
      return piece?.settled.firings(interval - piece.at + piece.from) ?? WAITING;
    },
  };
}
