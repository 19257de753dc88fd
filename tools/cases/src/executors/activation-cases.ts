import { activationDate, isCommunityError } from '@microgrid/community';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';

/** The day or instant new coefficients begin, in the form in which it is expected. */
function activation(one: JsonRecord, expected: Json | undefined): Actual {
  const fields = new Map(Object.entries(one).map(([key, value]) => [plainName(key), value]));
  const complete = fields.get('completeon') ?? fields.get('complete');
  const PREVIOUS = /^(?:previous|last|before)(?:activefrom|change|changeon|activation|active|on)?$/;
  const before = [...fields].find(([name]) => PREVIOUS.test(name))?.[1];
  for (const name of fields.keys()) {
    if (!['completeon', 'complete'].includes(name) && !PREVIOUS.test(name))
      throw new NotUnderstood(`the field ${name} means nothing here`);
  }
  const day = (value: Json | undefined): string => textOf(value).slice(0, 10);
  try {
    const { activeFrom } = activationDate(
      day(complete),
      before === undefined ? undefined : day(before),
    );
    const wanted = isRecord(expected) ? Object.values(expected)[0] : expected;
    const text = textOf(wanted).includes('T') ? `${activeFrom}T00:00` : activeFrom;
    if (!isRecord(expected)) return text;
    return Object.fromEntries(Object.keys(expected).map((key) => [key, text]));
  } catch (error) {
    if (isCommunityError(error)) return new Refused(error.message);
    throw error;
  }
}

/** First day of Spanish coefficients from the day they were complete. */
export const activationCases: Executor = {
  kind: 'calendar',
  run({ input, expected, country }) {
    const list = isList(input) ? input : [input];
    const asks = list.every(
      (one) => isRecord(one) && Object.keys(one).some((key) => plainName(key) === 'completeon'),
    );
    if (!asks || list.length === 0 || !['ES', '-', ''].includes(country)) return undefined;
    const actual = list.map((one, index) =>
      activation(one as JsonRecord, isList(expected) ? expected[index] : expected),
    );
    return [{ name: '', expected, actual: isList(input) ? actual : (actual[0] ?? null) }];
  },
};
