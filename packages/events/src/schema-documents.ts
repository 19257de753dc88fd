import { z } from 'zod';
import type { Json } from './canonical-json.js';
import { SCHEMAS } from './event.js';

/** A schema of JSON Schema draft 2020-12, as data. */
export type JsonSchema = Record<string, Json>;

/** The published name of a schema, as in `intervalV1`. */
function schemaName(kind: string, version: string): string {
  return `${kind}V${version}`;
}

function draft(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-2020-12' }) as JsonSchema;
}

/**
 * The JSON Schema of every event by name, for implementers in other languages. Rules between
 * fields (an interval's id, start before end) are not in them: docs/events.md lists those.
 */
export function jsonSchemas(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).flatMap(([kind, versions]) =>
      Object.entries<z.ZodType>(versions).map(([version, schema]) => [
        schemaName(kind, version),
        draft(schema),
      ]),
    ),
  );
}

/** Who sends what on which topic; the envelope around the events is specified in docs/protocol/uplink.md. */
const CHANNELS = [
  {
    name: 'events',
    address: 'microgrid/v1/{gateway}/events',
    action: 'send',
    summary: 'A gateway publishes signed batches of journal entries.',
    messages: ['intervalV1', 'deviceDescriptionV1', 'commandV1'],
  },
  {
    name: 'receipts',
    address: 'microgrid/v1/{gateway}/receipts',
    action: 'receive',
    summary: 'The coordinator answers each batch with a signed receipt.',
    messages: ['receiptV1'],
  },
  {
    name: 'signals',
    address: 'microgrid/v1/{gateway}/signals',
    action: 'receive',
    summary: 'The coordinator sends signed price and limit signals.',
    messages: ['tariffSignalV1', 'limitV1'],
  },
] as const;

/** The AsyncAPI 3.0 description of the uplink, seen from a gateway. */
export function asyncApi(): Record<string, Json> {
  const schemas = jsonSchemas();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'microgrid uplink',
      version: '1.0.0',
      license: { name: 'Apache-2.0' },
      description: 'What a gateway exchanges with its coordinator.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      CHANNELS.map(({ name, address, messages }) => [
        name,
        {
          address,
          parameters: { gateway: { description: 'Id of the gateway, as enrolled.' } },
          messages: Object.fromEntries(
            messages.map((message) => [message, { $ref: `#/components/messages/${message}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      CHANNELS.map(({ name, action, summary }) => [
        `${action}-${name}`,
        { action, channel: { $ref: `#/channels/${name}` }, summary },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        Object.keys(schemas).map((name) => [
          name,
          { name, payload: { $ref: `#/components/schemas/${name}` } },
        ]),
      ),
      schemas,
    },
  };
}
