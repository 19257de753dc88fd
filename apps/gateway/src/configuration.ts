import { z } from 'zod';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { policySchema } from '@microgrid/control';
import { EventsError, idField, parse, resolutionField } from '@microgrid/events';
import { isTimeZone } from '@microgrid/units/calendar';
import { busConfiguration, credentials } from './bus-configuration.js';
import { checkReferences } from './configuration-references.js';
import { GatewayError } from './gateway-error.js';
import { INTERVAL_SOURCES } from './interval-source.js';

const port = z.int().min(0).max(65535);

const packageName = z.string().regex(/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/, {
  error: 'the name of a package, as in @acme/heat-pump',
});

const device = z
  .strictObject({
    id: idField,
    /** Name for people; default the id. */
    label: z.string().min(1).max(100).optional(),
    bus: idField,
    /** A profile of the catalogue by id. */
    profile: idField.optional(),
    /** Path of a profile file, relative to the configuration file. */
    profileFile: z.string().min(1).optional(),
    /**
     * A driver of the house (`sunspec`, `eredes-han`, `shelly`, `mqtt-switch`), or a driver package by
     * its name, which must then stand in `drivers`.
     */
    driver: packageName.optional(),
    /** What the driver asks for, as the unit id; its own schema checks it. */
    config: z.record(z.string(), z.json()).default({}),
  })
  .refine(
    ({ profile, profileFile, driver }) =>
      [profile, profileFile, driver].filter((one) => one !== undefined).length === 1,
    { path: ['profile'], error: 'either profile, profileFile or driver' },
  );

/** Everything one gateway is told. Defaults are in the schema; a misspelt key is refused. */
export const gatewaySchema = z
  .strictObject({
    schema: z.literal('microgrid/gateway/1'),
    /** Enrolled id: MQTT client id and topic. */
    gateway: idField,
    site: z.strictObject({
      id: idField,
      /** Name for people; default the id. */
      name: z.string().min(1).max(100).optional(),
      timeZone: z.string().refine(isTimeZone, { error: 'an IANA name such as Europe/Lisbon' }),
    }),
    /** Folder of key and database, relative to the configuration file. */
    dataFolder: z.string().min(1).default('data'),
    buses: z.array(busConfiguration).min(1),
    devices: z.array(device).min(1),
    /** Installed driver packages that may run here; each runs in a thread of its own. */
    drivers: z.array(packageName).default([]),
    metering: z.strictObject({
      resolution: resolutionField.default('PT15M'),
      /** Which device's import and export counters are which metering point. */
      points: z.array(
        z.strictObject({
          meteringPoint: idField,
          device: idField,
          /** No mean power beyond this is possible here: a register that rose faster was reset or misread. */
          maximumWatts: z.number().positive().max(100_000_000),
          /** What the register's last digit stands for, mWh; default 1 Wh. */
          counterUnitMilliwattHours: z.int().min(1).default(1000),
          /**
           * Where its intervals come from, the preferred source first: `loadProfile` = those the meter
           * measured itself, `registers` = made here of its counters. Default: `loadProfile`, then
           * `registers` for an eredes-han meter, else `registers`.
           */
          sources: z
            .array(z.enum(INTERVAL_SOURCES))
            .min(1)
            .refine((sources) => new Set(sources).size === sources.length, { error: 'each once' })
            .optional(),
          /** How long the preferred source is waited for before the next one stands, ms. Default an hour. */
          fallbackAfterMs: z.int().min(0).max(604_800_000).default(3_600_000),
        }),
      ),
    }),
    control: z.strictObject({
      tickMs: z.int().min(100).max(60_000).default(1000),
      /** Without a policy the gateway reads and meters and commands nothing. */
      policy: policySchema.optional(),
    }),
    /** Absent: the gateway keeps everything at home. */
    uplink: z
      .strictObject({
        broker: z.string().min(1),
        /** `ed25519:…` of the coordinator. */
        coordinatorKey: z
          .string()
          .regex(/^ed25519:[A-Za-z0-9_-]{43}$/, { error: 'ed25519: and 43 base64url characters' }),
        ...credentials,
      })
      .optional(),
    /** Absent: no page is served. Loopback unless told otherwise. */
    console: z.strictObject({ host: z.string().default('127.0.0.1'), port }).optional(),
  })
  .superRefine(checkReferences);

/** A checked configuration with its defaults filled in. */
export type GatewayConfig = z.infer<typeof gatewaySchema>;
/** A configuration as written. */
export type GatewayConfigInput = z.input<typeof gatewaySchema>;

/**
 * Reads a configuration file (YAML 1.2, which JSON is a part of).
 * @param source the file's name; it begins every message.
 * @throws GatewayError `bad-config`: each problem with path, value and expectation.
 */
export function parseGatewayConfig(text: string, source = 'gateway.yaml'): GatewayConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new GatewayError('bad-config', `${source}:${line}:${col}: ${problem.message}`);
  }
  if (!isMap(document.contents)) {
    throw new GatewayError('bad-config', `${source}: expected a mapping that begins with schema:`);
  }
  return checkGatewayConfig(plainValue(document, source), source);
}

/** The document as data. Aliases show their faults only here: to nothing, to themselves, too many. */
function plainValue(document: Document, source: string): unknown {
  try {
    const value: unknown = document.toJS();
    // A value that holds itself has no end and no JSON.
    JSON.stringify(value);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatewayError('bad-config', `${source}: ${why}`);
  }
}

/** Checks a configuration that is data already. @throws GatewayError `bad-config`. */
export function checkGatewayConfig(value: unknown, source = 'configuration'): GatewayConfig {
  try {
    return parse(gatewaySchema, value, source);
  } catch (error) {
    if (error instanceof EventsError) throw new GatewayError('bad-config', error.message);
    throw error;
  }
}
