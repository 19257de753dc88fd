import type { z } from 'zod';
import { canonicalBytes, safeParse } from '@microgrid/events';
import type { Refusal } from './refusal.js';
import type { TransportMessage } from './transport.js';

/** A message's content, or why it has none. */
export type ReadEnvelope<T> =
  | { readonly success: true; readonly envelope: T }
  | { readonly success: false; readonly refusal: Refusal };

const decoder = new TextDecoder('utf-8', { fatal: true });

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function refuse(code: Refusal['code'], message: string): { success: false; refusal: Refusal } {
  return { success: false, refusal: { code, message } };
}

/**
 * Reads a message: live, small enough, canonical JSON, of the schema. One spelling only, so that no
 * two readers can understand one message differently (doubled keys, 1.0 and 1, escapes).
 */
export function readEnvelope<T>(
  schema: z.ZodType<T>,
  { topic, payload, retained }: TransportMessage,
  maxBytes: number,
): ReadEnvelope<T> {
  if (retained) {
    return refuse('retained', `${topic}: a retained message is no message; clear it on the broker`);
  }
  if (payload.length > maxBytes) {
    return refuse(
      'too-large',
      `${topic}: got ${payload.length} bytes, expected at most ${maxBytes}`,
    );
  }
  let value: unknown;
  let canonical: Uint8Array;
  try {
    value = JSON.parse(decoder.decode(payload));
    canonical = canonicalBytes(value);
  } catch {
    return refuse('malformed', `${topic}: got ${payload.length} bytes, expected JSON in UTF-8`);
  }
  if (!sameBytes(payload, canonical)) {
    return refuse(
      'not-canonical',
      `${topic}: JSON that is not canonical, expected RFC 8785: sorted keys, no white space, shortest numbers`,
    );
  }
  const parsed = safeParse(schema, value, topic);
  return parsed.success
    ? { success: true, envelope: parsed.data }
    : refuse('malformed', parsed.error.message.slice(0, 1000));
}
