import { formatInstant } from '@microgrid/units';
import { decimalText } from '../decimal.js';
import { isRecord, type Json } from '../json.js';
import { NotUnderstood } from '../case-error.js';
import { series } from './allocation-input.js';
import { START_MS } from './settle-problem.js';

/** Fields of an input that hold what each consumer was given, said afterwards. */
export const EX_POST_NAMES = [
  'expost',
  'vector',
  'expostvector',
  'given',
  'dsoallocation',
  'dynamic',
  'expostallocation',
];

/** Name of the file that the key of such a case refers to. */
export const EX_POST_FILE = 'ex-post.csv';

/** The energies of a vector as the file a contract with an ex-post key names. */
export function exPostFile(value: Json, minutes: number): ReadonlyMap<string, string> {
  if (!isRecord(value)) throw new NotUnderstood('an ex-post vector: expected energies by consumer');
  const lengthMs = minutes * 60_000;
  const rows = Object.entries(value).flatMap(([id, energies]) =>
    series(energies, id).map((energy, at) => {
      const startMs = START_MS + at * lengthMs;
      const span = [startMs, startMs + lengthMs].map(formatInstant).join(',');
      return `${id},${span},${decimalText(energy)}`;
    }),
  );
  const text = ['metering_point,start,end,allocated_kwh', ...rows, ''].join('\n');
  return new Map([[EX_POST_FILE, text]]);
}
