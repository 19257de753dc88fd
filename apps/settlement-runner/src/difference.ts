import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One place, or one whole file, that is not as the inputs demand. */
export interface Finding {
  /** Path under the run's directory. */
  readonly file: string;
  readonly change: 'changed' | 'missing' | 'added';
  /** First byte that differs, counted from 0; absent for a whole file. */
  readonly offset?: number;
  /** Line of that byte, counted from 1. */
  readonly line?: number;
  /** Byte of that line, counted from 1. */
  readonly column?: number;
  /** What is there and what belongs there. */
  readonly message: string;
}

/** More places of one file than this are only counted. */
const MOST_PLACES = 10;
const READ_BYTES = 1 << 16;
const LF = 0x0a;

/** A byte as messages show it. */
function byteText(byte: number): string {
  const hex = `0x${byte.toString(16).padStart(2, '0')}`;
  return byte > 0x20 && byte < 0x7f ? `${hex} '${String.fromCharCode(byte)}'` : hex;
}

interface Place {
  readonly offset: number;
  readonly found: number | undefined;
  readonly expected: number | undefined;
}

/**
 * Compares the bytes of a file with those it should have; always uses up `pieces`.
 * @param path where it lies.
 * @param file what it is in the run.
 * @param shown what messages call it.
 */
export function compareFile(
  path: string,
  file: string,
  pieces: Iterable<Uint8Array>,
  shown = file,
): Finding[] {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    Array.from(pieces, () => undefined);
    return [{ file, change: 'missing', message: `${shown}: is missing` }];
  }
  try {
    const size = fstatSync(handle).size;
    const { places, length } = findPlaces(handle, pieces);
    if (size > length && (places.length === 0 || (places[0] as Place).offset >= length)) {
      const [found] = readAt(handle, length, 1);
      places.unshift({ offset: length, found, expected: undefined });
    }
    // After an insertion or deletion everything is shifted: only the first place says something.
    const told = size === length ? places.slice(0, MOST_PLACES) : places.slice(0, 1);
    return told.map((place, index) => {
      const more = size === length && index === told.length - 1 ? places.length - told.length : 0;
      return { file, ...finding(handle, shown, place, { size, length, more }) };
    });
  } finally {
    closeSync(handle);
  }
}

/** The first byte of every stretch that differs, and the length the file should have. */
function findPlaces(
  handle: number,
  pieces: Iterable<Uint8Array>,
): { places: Place[]; length: number } {
  const places: Place[] = [];
  let length = 0;
  let differing = false;
  for (const piece of pieces) {
    const there = readAt(handle, length, piece.length);
    if (there.length === piece.length && Buffer.compare(there, piece) === 0) {
      differing = false;
    } else {
      for (let at = 0; at < piece.length; at++) {
        const same = there[at] === piece[at];
        if (!same && !differing) {
          places.push({ offset: length + at, found: there[at], expected: piece[at] });
        }
        differing = !same;
      }
    }
    length += piece.length;
  }
  return { places, length };
}

function readAt(handle: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const count = readSync(handle, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function finding(
  handle: number,
  file: string,
  { offset, found, expected }: Place,
  { size, length, more }: { size: number; length: number; more: number },
): Omit<Finding, 'file'> {
  const { line, column } = positionOf(handle, offset);
  const place = `${file}: byte ${offset} (line ${line}, column ${column})`;
  const got = found === undefined ? 'the end of the file' : byteText(found);
  const wanted = expected === undefined ? 'the end of the file' : byteText(expected);
  const sizes = size === length ? '' : `; the file has ${size} bytes, expected ${length}`;
  const others = more > 0 ? `; and ${more} more places` : '';
  return {
    change: 'changed',
    offset,
    line,
    column,
    message: `${place}: got ${got}, expected ${wanted}${sizes}${others}`,
  };
}

/** Line and column of a byte. */
function positionOf(handle: number, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at += READ_BYTES) {
    const bytes = readAt(handle, at, Math.min(READ_BYTES, offset - at));
    for (let index = bytes.indexOf(LF); index >= 0; index = bytes.indexOf(LF, index + 1)) {
      line++;
      lineStart = at + index + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}
