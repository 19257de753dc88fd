import { z } from 'zod';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { policySchema } from '@microgrid/control';
import { EventsError, idField, parse, resolutionField } from '@microgrid/events';
import { isTimeZone } from '@microgrid/units/calendar';
import { GatewayError } from './gateway-error.js';

const port = z.int().min(0).max(65535);
const milliseconds = z.int().min(1).max(600_000);

const tcpBus = z.strictObject({
  id: idField,
  type: z.literal('tcp'),
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(502),
  /** `tcp` = Modbus TCP; `rtu` = RTU frames in a socket. */
  framing: z.enum(['tcp', 'rtu']).default('tcp'),
  requestTimeoutMs: milliseconds.optional(),
  connectDelayMs: milliseconds.optional(),
  requestDelayMs: milliseconds.optional(),
});

const serialBus = z.strictObject({
  id: idField,
  type: z.literal('serial'),
  /** Device file, as in /dev/ttyUSB0. */
  path: z.string().min(1),
  baudRate: z.int().min(300).max(921_600).default(9600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  requestTimeoutMs: milliseconds.optional(),
  requestDelayMs: milliseconds.optional(),
});

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
    /** A driver package by name; it must stand in `drivers`. */
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
    buses: z.array(z.discriminatedUnion('type', [tcpBus, serialBus])).min(1),
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
        username: z.string().optional(),
        /** Name of the environment variable that holds the password: secrets are not configuration. */
        passwordVariable: z.string().min(1).optional(),
      })
      .optional(),
    /** Absent: no page is served. Loopback unless told otherwise. */
    console: z.strictObject({ host: z.string().default('127.0.0.1'), port }).optional(),
  })
  .superRefine((config, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    const buses = new Set(config.buses.map(({ id }) => id));
    const devices = new Set(config.devices.map(({ id }) => id));
    if (buses.size < config.buses.length) refuse(['buses'], 'each id once');
    if (devices.size < config.devices.length) refuse(['devices'], 'each id once');
    for (const [index, { bus, driver }] of config.devices.entries()) {
      if (!buses.has(bus)) refuse(['devices', index, 'bus'], `one of ${[...buses].join(', ')}`);
      if (driver !== undefined && !config.drivers.includes(driver)) {
        const known = config.drivers.join(', ') || 'none yet';
        refuse(['devices', index, 'driver'], `one that drivers lists (${known}); add it there`);
      }
    }
    for (const [index, { device: id }] of config.metering.points.entries()) {
      if (!devices.has(id)) {
        refuse(['metering', 'points', index, 'device'], `one of ${[...devices].join(', ')}`);
      }
    }
    const points = config.metering.points.map(({ meteringPoint }) => meteringPoint);
    if (new Set(points).size < points.length) {
      refuse(['metering', 'points'], 'each metering point once');
    }
  });

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
