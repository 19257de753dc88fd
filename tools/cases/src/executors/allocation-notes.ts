import { NotUnderstood } from '../case-error.js';
import { isRecord, plainName, type Json, type JsonRecord } from '../json.js';
import { CONSUMER_NAMES } from './allocation-input.js';
import type { AllocationProblem } from './allocation-problem.js';
import type { NoteVector } from './note-vectors.js';

/** The input a note's vector states: values put in the place of the case's own. */
export function noteInput(input: JsonRecord, { given, text }: NoteVector): JsonRecord {
  const values = { ...input };
  for (const [name, value] of given) {
    const total = /^(\w+)\s+total$/.exec(name)?.[1];
    const field = Object.keys(input).find((key) => plainName(key) === plainName(total ?? name));
    const own = consumerField(values, name);
    if (field !== undefined) values[field] = value;
    else if (own !== undefined) Object.assign(values, own(value));
    else throw new NotUnderstood(`notes ${JSON.stringify(text)}: ${name} is nothing of the input`);
  }
  return values;
}

/** A field of the only consumer, as `c` or `k`. */
function consumerField(input: JsonRecord, name: string): ((value: Json) => JsonRecord) | undefined {
  const field = Object.entries(input).find(([key]) => CONSUMER_NAMES.includes(plainName(key)));
  if (field === undefined || !isRecord(field[1])) return undefined;
  const [key, consumers] = field;
  const [only, ...others] = Object.entries(consumers);
  if (only === undefined || others.length > 0 || !isRecord(only[1]) || !(name in only[1])) {
    return undefined;
  }
  const [id, fields] = only;
  return (value) => ({ [key]: { [id]: { ...fields, [name]: value } } });
}

/** A note's results under the names and by the points the case's own expectation has. */
export function noteExpectation(
  expected: JsonRecord,
  note: NoteVector,
  problem: AllocationProblem,
): JsonRecord {
  const out: Record<string, Json> = {};
  const ids = new Set([...problem.plants, ...problem.consumers].map(({ id }) => id));
  for (const [name, value] of note.expected) {
    const whole = Object.keys(expected).find(
      (key) => key === name || key.startsWith(`${name}_of_`),
    );
    if (ids.has(name)) {
      const field = Object.entries(expected).find(([, one]) => isRecord(one) && name in one)?.[0];
      if (field === undefined)
        throw new NotUnderstood(`notes: ${name} is nothing of the expectation`);
      out[field] = { ...(out[field] as JsonRecord | undefined), [name]: value };
    } else if (whole !== undefined && isRecord(expected[whole])) {
      const [only = ''] = Object.keys(expected[whole]);
      out[whole] = { [only]: value };
    } else {
      out[whole ?? name] = value;
    }
  }
  return out;
}
