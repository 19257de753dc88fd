import { bytesToHex } from './hex.js';
import { clockToEpochMs, decodeClock } from './emi-clock.js';
import type { LoadProfileLayout, Measure } from './load-profile-layout.js';

/** One entry of the load profile. */
export interface LoadProfileEntry {
  /** When it was captured: the END of what it covers. */
  readonly capturedMs: number;
  /** AMR status byte; 0 where the profile has no such column. */
  readonly status: number;
  /** Whether the meter doubted its clock. */
  readonly doubtful: boolean;
  /** Raw values by measure, Wh or varh. */
  readonly values: Readonly<Partial<Record<Measure, number>>>;
  /** The whole entry in hexadecimal: what it is recognised by. */
  readonly raw: string;
}

/**
 * Cuts a reply into its entries. An entry whose clock is no date and time is left out.
 * @returns undefined when the bytes are no whole number of entries (a last byte of padding apart)
 */
export function decodeEntries(
  bytes: Uint8Array,
  layout: LoadProfileLayout,
  timeZone: string,
): readonly LoadProfileEntry[] | undefined {
  const { entryBytes } = layout;
  const count = Math.floor(bytes.length / entryBytes);
  const left = bytes.length - count * entryBytes;
  const padding = (count * entryBytes) % 2;
  if (count === 0 || (left !== 0 && left !== padding)) return undefined;
  return Array.from({ length: count }, (_, index) =>
    decodeEntry(bytes.subarray(index * entryBytes, (index + 1) * entryBytes), layout, timeZone),
  ).filter((entry) => entry !== undefined);
}

function decodeEntry(
  bytes: Uint8Array,
  { columns }: LoadProfileLayout,
  timeZone: string,
): LoadProfileEntry | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: Partial<Record<Measure, number>> = {};
  let capturedMs: number | undefined;
  let doubtful = false;
  let status = 0;
  for (const column of columns) {
    if (column.kind === 'clock') {
      const clock = decodeClock(bytes, column.offset);
      if (clock === undefined) return undefined;
      capturedMs = clockToEpochMs(clock, timeZone);
      doubtful = clock.doubtful;
    } else if (column.kind === 'status') status = view.getUint8(column.offset);
    else if (column.measure !== undefined) values[column.measure] = view.getUint32(column.offset);
  }
  if (capturedMs === undefined) return undefined;
  return { capturedMs, status, doubtful, values, raw: bytesToHex(bytes) };
}
