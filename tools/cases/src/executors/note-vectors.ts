import { isList, type Json } from '../json.js';

/** More inputs and results that the notes of a case state: `G=10, k=0.5 -> alloc 1, surplus 4.0`. */
export interface NoteVector {
  /** The words themselves. */
  readonly text: string;
  readonly given: ReadonlyMap<string, Json>;
  readonly expected: ReadonlyMap<string, Json>;
}

const NAMED = /([A-Za-z][\w. ]*?)\s*(?:=|\s)\s*(\[[^\]]*\]|-?\d+(?:\.\d+)?)\s*(?=,|$)/g;

/**
 * Reads them: values named with `=` or a space, separated by commas, results after `->`. A sentence
 * with an arrow that is no such list makes no vector.
 */
export function noteVectors(notes: string): NoteVector[] {
  return notes
    .split(/\.(?!\d)\s*|;\s*/)
    .filter((sentence) => sentence.includes('->'))
    .flatMap((sentence) => {
      const text = sentence.replace(/^[^:]*\bvector:\s*/i, '').trim();
      const [left = '', right = '', ...more] = text.split('->');
      const [given, expected] = [named(left), named(right)];
      const whole = more.length === 0 && given !== undefined && expected !== undefined;
      return whole ? [{ text, given, expected }] : [];
    });
}

/** Everything between the commas, or nothing if some of it is no named value. */
function named(text: string): ReadonlyMap<string, Json> | undefined {
  const found = [...text.matchAll(NAMED)];
  const read = found
    .map((match) => match[0])
    .join('')
    .replace(/[\s,]/g, '');
  if (found.length === 0 || read !== text.replace(/[\s,]/g, '')) return undefined;
  return new Map(found.map(([, name = '', value = '']) => [name.trim(), listOrNumber(value)]));
}

function listOrNumber(text: string): Json {
  if (!text.startsWith('[')) return text;
  const items = text.slice(1, -1).split(',');
  return items.map((item) => item.trim());
}

/** Whether a value has one entry for each interval. */
export function isSeries(value: Json | undefined): value is readonly Json[] {
  return isList(value) && value.length > 0 && value.every((one) => !isList(one));
}
