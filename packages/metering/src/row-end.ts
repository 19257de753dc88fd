import { INTERVAL_QUALITIES } from '@microgrid/events';
import { CR, LF } from './csv-format.js';

const encoder = new TextEncoder();
/** Qualities of rows that have an energy, as spelled; by index into INTERVAL_QUALITIES. */
const QUALITIES = INTERVAL_QUALITIES.slice(0, INTERVAL_QUALITIES.indexOf('missing')).map((name) =>
  encoder.encode(name),
);
const MEASURED = [0x6d656173, 0x75726564] as const; // 'meas' 'ured', big-endian

/** Where the next row begins after `measured` and the line's end, or -1. */
export function afterMeasured(bytes: Uint8Array, view: DataView, at: number, to: number): number {
  if (at + 9 > to || view.getUint32(at) !== MEASURED[0] || view.getUint32(at + 4) !== MEASURED[1]) {
    return -1;
  }
  return afterLineEnd(bytes, at + 8, to);
}

/** Where the next row begins after a quality of {@link qualityAt} and the line's end, or -1. */
export function afterQuality(bytes: Uint8Array, quality: number, at: number, to: number): number {
  return afterLineEnd(bytes, at + (QUALITIES[quality] as Uint8Array).length, to);
}

/** Where the next row begins after a line's end, or -1 where no line ends. */
function afterLineEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return -1;
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && at + 2 <= to && bytes[at + 1] === LF ? at + 2 : -1;
}

/** The quality whose name stands here, or -1; what follows it is not looked at. */
export function qualityAt(bytes: Uint8Array, at: number, to: number): number {
  for (let quality = 0; quality < QUALITIES.length; quality++) {
    const name = QUALITIES[quality] as Uint8Array;
    if (at + name.length > to || bytes[at] !== name[0]) continue;
    let same = 1;
    while (same < name.length && bytes[at + same] === name[same]) same++;
    if (same === name.length) return quality;
  }
  return -1;
}
