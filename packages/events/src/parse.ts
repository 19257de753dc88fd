import type { z } from 'zod';
import { EventsError, isEventsError, type EventsProblem } from './error.js';
import { expectation, pathText, showValue, valueAt } from './problem-text.js';

/** The outcome of reading a value that may be wrong. */
export type SafeResult<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: EventsError };

function problem(value: unknown, issue: z.core.$ZodIssue): EventsProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...issue.path, key]),
      found: showValue(valueAt(value, [...issue.path, key])),
      expected: 'no such field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const expected = issue.errors.flat().map((inner) => expectation(inner.message));
    return [
      {
        path: pathText(issue.path),
        found: showValue(valueAt(value, issue.path)),
        expected: [...new Set(expected)].join(' or '),
      },
    ];
  }
  return [
    {
      path: pathText(issue.path),
      found: showValue(valueAt(value, issue.path)),
      expected: expectation(issue.message),
    },
  ];
}

/**
 * Reads a value with a schema.
 * @param source where the value came from; it begins the message.
 * @throws EventsError `invalid-event` with every problem's path, value and expectation.
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, source = 'value'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problem(value, issue));
  const lines = problems.map(
    ({ path, found, expected }) =>
      `${source}: ${path === '' ? '' : `${path}: `}got ${found}, expected ${expected}`,
  );
  throw new EventsError('invalid-event', lines.join('\n'), problems);
}

/** {@link parse} that returns its error. */
export function safeParse<T>(schema: z.ZodType<T>, value: unknown, source?: string): SafeResult<T> {
  return safely(() => parse(schema, value, source));
}

/** Turns an EventsError thrown by a reader into a result; any other error passes through. */
export function safely<T>(read: () => T): SafeResult<T> {
  try {
    return { success: true, data: read() };
  } catch (error) {
    if (isEventsError(error)) return { success: false, error };
    throw error;
  }
}
