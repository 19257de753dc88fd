import type { z } from 'zod';
import { EventsError, isEventsError, type EventsProblem } from './error.js';

/** The outcome of reading a value that may be wrong. */
export type SafeResult<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: EventsError };

/** The most characters of a wrong value that a message repeats. */
const LONGEST_FOUND = 80;

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

function problem(value: unknown, issue: z.core.$ZodIssue): EventsProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...issue.path, key]),
      found: show(at(value, [...issue.path, key])),
      expected: 'no such field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const expected = issue.errors.flat().map((inner) => expectation(inner.message));
    return [
      {
        path: pathText(issue.path),
        found: show(at(value, issue.path)),
        expected: [...new Set(expected)].join(' or '),
      },
    ];
  }
  return [
    {
      path: pathText(issue.path),
      found: show(at(value, issue.path)),
      expected: expectation(issue.message),
    },
  ];
}

/** The library's messages say what was received as well; here the value itself stands beside them. */
function expectation(message: string): string {
  return message
    .replace(/^Invalid (?:\w+): (?:expected )?/, '')
    .replace(/^Too (?:big|small): expected (\w+) to (?:be|have) /, '$1 ')
    .replace(/, received .*$/, '');
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
