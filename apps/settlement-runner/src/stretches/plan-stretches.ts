import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CSV_HEADER } from '@microgrid/metering';
import type { SettlementContract } from '@microgrid/settlement';
import { formatInstant, type TimeInterval } from '@microgrid/units';
import { localDays } from '@microgrid/units/calendar';

/** Whole local days of a period, and where their rows stand in a readings file in canonical order. */
export interface Stretch extends TimeInterval {
  readonly fromByte: number;
  /** Exclusive. */
  readonly toByte: number;
}

/** About how many meter-intervals a stretch has, unless a day has more: 15 MB of text. */
export const STRETCH_CELLS = 200_000;

/** Room for a row and the rest of the one before. */
const BLOCK_BYTES = 1024;
/** An id of 64 bytes, two instants, two energies of 17 digits, the longest quality. */
const LONGEST_ROW_BYTES = 160;
const HEADER = `${CSV_HEADER}\n`;
const START_OF_ROW = /^[^,\n]*,(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),/;

/**
 * Cuts a period into stretches where its readings file looks as if it were in canonical form, its rows
 * from the period's first interval to its last. It only looks at the rows at the cuts: whoever reads a stretch
 * finds out about the others.
 * @returns undefined where the file is not like that, or is too small to be worth it.
 * @throws the file system's error.
 */
export function planStretches(
  path: string,
  contract: SettlementContract,
  stretchCells = STRETCH_CELLS,
): readonly Stretch[] | undefined {
  const spans = spansOf(contract, stretchCells);
  if (spans.length < 2) return undefined;
  const file = openSync(path, 'r');
  try {
    const rows = new SortedRows(file);
    if (!rows.startWith(HEADER)) return undefined;
    const stretches: Stretch[] = [];
    let fromByte = HEADER.length;
    for (const span of spans) {
      if (rows.startAt(fromByte) !== formatInstant(span.startMs)) return undefined;
      const toByte =
        span === spans.at(-1) ? rows.bytes : rows.firstFrom(formatInstant(span.endMs), fromByte);
      if (toByte === undefined || toByte - fromByte > mostBytes(span, contract)) return undefined;
      stretches.push({ ...span, fromByte, toByte });
      fromByte = toByte;
    }
    return stretches;
  } finally {
    closeSync(file);
  }
}

/** More bytes than the rows of a stretch can have: a file that is sorted by point first. */
function mostBytes({ startMs, endMs }: TimeInterval, contract: SettlementContract): number {
  return ((endMs - startMs) / contract.resolutionMs) * contract.pointIds.length * LONGEST_ROW_BYTES;
}

/** The period in groups of whole local days; one group where a day begins inside an interval. */
function spansOf(contract: SettlementContract, stretchCells: number): TimeInterval[] {
  const { startMs, endMs, resolutionMs, pointIds, community } = contract;
  const spans: TimeInterval[] = [];
  let fromMs = startMs;
  for (const day of localDays(community.timeZone, startMs, endMs)) {
    const toMs = Math.min(day.endMs, endMs);
    if (toMs % resolutionMs !== 0) return [{ startMs, endMs }];
    const cells = ((toMs - fromMs) / resolutionMs) * pointIds.length;
    if (cells < stretchCells && toMs < endMs) continue;
    spans.push({ startMs: fromMs, endMs: toMs });
    fromMs = toMs;
  }
  return spans;
}

/** A file of rows that seem to be sorted by their start, looked at here and there. */
class SortedRows {
  readonly bytes: number;
  private readonly block = Buffer.alloc(BLOCK_BYTES);

  constructor(private readonly file: number) {
    this.bytes = fstatSync(file).size;
  }

  startWith(text: string): boolean {
    return this.textAt(0).startsWith(text);
  }

  /** The start of the row that begins at a byte, as it is written; undefined for none. */
  startAt(byte: number): string | undefined {
    return START_OF_ROW.exec(this.textAt(byte))?.[1];
  }

  /** Where the first row begins whose start is not before an instant; undefined where that cannot be told. */
  firstFrom(instant: string, fromByte: number): number | undefined {
    let before = fromByte;
    let after = this.bytes;
    // A row begins at `before`, too early; at `after` begins one that is not, or the file ends there.
    while (before < after) {
      const middle = before + Math.floor((after - before) / 2);
      const next = middle + this.textAt(middle).indexOf('\n') + 1;
      if (next === middle) return undefined;
      if (next >= after) return this.oneByOne(instant, before, after);
      const start = this.startAt(next);
      if (start === undefined) return undefined;
      if (start < instant) before = next;
      else after = next;
    }
    return after;
  }

  private oneByOne(instant: string, before: number, after: number): number | undefined {
    for (let at = before; at < after;) {
      const start = this.startAt(at);
      if (start === undefined) return undefined;
      if (start >= instant) return at;
      const end = this.textAt(at).indexOf('\n');
      if (end === -1) return undefined;
      at += end + 1;
    }
    return after;
  }

  private textAt(byte: number): string {
    const count = readSync(this.file, this.block, 0, BLOCK_BYTES, byte);
    return this.block.toString('latin1', 0, count);
  }
}
