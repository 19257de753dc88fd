import { z } from 'zod';
import { commandV1 } from './command.js';
import { contractV1 } from './contract.js';
import { deviceDescriptionV1 } from './device-description.js';
import { EventsError } from './error.js';
import { intervalV1 } from './interval.js';
import { parse, safely, type SafeResult } from './parse.js';
import { readingV1 } from './reading.js';
import { receiptV1 } from './receipt.js';
import { settlementEventV1 } from './settlement-event.js';
import { limitV1, tariffSignalV1 } from './signal.js';
import { statementV1 } from './statement.js';

/** Every published schema by kind and version. A published version never changes. */
export const SCHEMAS = {
  reading: { 1: readingV1 },
  interval: { 1: intervalV1 },
  deviceDescription: { 1: deviceDescriptionV1 },
  command: { 1: commandV1 },
  tariffSignal: { 1: tariffSignalV1 },
  limit: { 1: limitV1 },
  contract: { 1: contractV1 },
  settlementEvent: { 1: settlementEventV1 },
  statement: { 1: statementV1 },
  receipt: { 1: receiptV1 },
} as const;

/** The name of a family of events. */
export type EventKind = keyof typeof SCHEMAS;

/** Any event, of its newest version. */
export type Event = z.infer<(typeof SCHEMAS)[EventKind][1]>;

const header = z.looseObject({ kind: z.string(), version: z.int() });

/**
 * Reads an event of any kind.
 * @param source where it came from, for the message: a file and line, a topic.
 * @throws EventsError `unknown-kind`, `unknown-version` or `invalid-event`.
 */
export function parseEvent(value: unknown, source = 'event'): Event {
  const { kind, version } = parse(header, value, source);
  if (!Object.hasOwn(SCHEMAS, kind)) {
    throw new EventsError(
      'unknown-kind',
      `${source}: kind: got ${JSON.stringify(kind)}, expected one of ${Object.keys(SCHEMAS).join(', ')}`,
    );
  }
  const versions: Record<number, z.ZodType<Event>> = SCHEMAS[kind as EventKind];
  const schema = versions[version];
  if (schema === undefined) {
    throw new EventsError(
      'unknown-version',
      `${source}: version: got ${version} of ${kind}, expected ${Object.keys(versions).join(' or ')}; a newer version of this software may know it`,
    );
  }
  return parse(schema, value, source);
}

/** {@link parseEvent} that returns its error. */
export function safeParseEvent(value: unknown, source?: string): SafeResult<Event> {
  return safely(() => parseEvent(value, source));
}
