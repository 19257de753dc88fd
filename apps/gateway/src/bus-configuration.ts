import { z } from 'zod';
import { idField } from '@microgrid/events';

const milliseconds = z.int().min(0).max(600_000);
const positiveMs = z.int().min(1).max(600_000);
const port = z.int().min(1).max(65_535);
const host = z.string().min(1);

const breaker = z.union([
  z.literal(false),
  z.strictObject({
    failures: z.int().min(1).max(1000).optional(),
    minimumMs: positiveMs.optional(),
    maximumMs: positiveMs.optional(),
  }),
]);

/** What may differ from unit to unit of one bus. */
const unitOptions = {
  requestTimeoutMs: positiveMs.optional(),
  requestDelayMs: milliseconds.optional(),
  /** Most requests in flight while this unit is asked; above 1 for Modbus TCP only. */
  pipelining: z.int().min(1).max(64).optional(),
  /** When a unit that fails is left alone. */
  breaker: breaker.optional(),
  cacheMs: milliseconds.optional(),
};

/** What every Modbus bus has; absent = what the profiles of its devices say, else the engine's default. */
const modbusOptions = {
  ...unitOptions,
  connectTimeoutMs: positiveMs.optional(),
  connectDelayMs: milliseconds.optional(),
  drainMs: positiveMs.optional(),
  resetAfterTimeouts: z.int().min(0).max(1000).optional(),
  reconnectMinimumMs: positiveMs.optional(),
  reconnectMaximumMs: positiveMs.optional(),
  readRetries: z.int().min(0).max(100).optional(),
  busyRetries: z.int().min(0).max(100).optional(),
  busyDelayMs: positiveMs.optional(),
  acknowledgeTimeoutMs: positiveMs.optional(),
  disableMissingBlocks: z.boolean().optional(),
  /** The device takes one client only. */
  oneClient: z.boolean().optional(),
  queueLimit: z.int().min(1).max(600_000).optional(),
  /** Options of single units, by unit id. */
  units: z
    .record(
      z.string().regex(/^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/),
      z.strictObject(unitOptions),
      {
        error: ({ code }) =>
          code === 'invalid_key' ? 'a unit id, 0 to 255, as the key' : undefined,
      },
    )
    .optional(),
};

const networkBus = { id: idField, host, port: port.optional(), ...modbusOptions };

const serialBus = z.strictObject({
  id: idField,
  type: z.literal('serial'),
  /** Device file, as in /dev/ttyUSB0. */
  path: z.string().min(1),
  /** Absent: what the profiles of its devices say, else 9600, none and 1. */
  baudRate: z.int().min(300).max(921_600).optional(),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
  ...modbusOptions,
});

/** A password comes from a file or from the environment: secrets are not configuration. */
export const credentials = {
  username: z.string().min(1).optional(),
  /** Name of the environment variable that holds the password. */
  passwordVariable: z.string().min(1).optional(),
  /** File that holds nothing but the password, relative to the configuration file. */
  passwordFile: z.string().min(1).optional(),
};

const { passwordVariable, passwordFile } = credentials;

/** A wire that devices are reached by. */
export const busConfiguration = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('tcp'), ...networkBus }),
  z.strictObject({ type: z.literal('rtu-over-tcp'), ...networkBus }),
  z.strictObject({ type: z.literal('rtu-over-udp'), ...networkBus }),
  serialBus,
  /** One device with a web interface of its own, as a Shelly. */
  z.strictObject({
    id: idField,
    type: z.literal('http'),
    host: z.string().regex(/^[A-Za-z0-9.:-]+$/, { error: 'a name or address without http://' }),
    port: port.default(80),
    passwordVariable,
    passwordFile,
    requestTimeoutMs: positiveMs.optional(),
  }),
  /** A broker that devices talk to. */
  z.strictObject({
    id: idField,
    type: z.literal('mqtt'),
    /** Absent: the uplink's broker, with its user and password. */
    broker: z.string().min(1).optional(),
    ...credentials,
  }),
]);

/** One bus of a checked configuration. */
export type BusConfig = z.infer<typeof busConfiguration>;
/** A bus that speaks Modbus. */
export type ModbusBusConfig = Exclude<BusConfig, { type: 'http' | 'mqtt' }>;

/** What a driver is lent of a bus. */
export type WireKind = 'modbus' | 'http' | 'mqtt';

/** The kind of wire a bus is. */
export function wireOf({ type }: Pick<BusConfig, 'type'>): WireKind {
  return type === 'http' || type === 'mqtt' ? type : 'modbus';
}

/** Why an address of a broker cannot be used; nothing when it can. */
export function brokerProblem(address: string): string | undefined {
  const expected = 'an address such as mqtt://host:1883 or mqtts://host:8883';
  if (!URL.canParse(address)) return expected;
  const { protocol, username, password } = new URL(address);
  if (username !== '' || password !== '') {
    return 'an address without user and password: give username, and passwordFile or passwordVariable';
  }
  return ['mqtt:', 'mqtts:', 'ws:', 'wss:', 'tcp:', 'ssl:'].includes(protocol)
    ? undefined
    : expected;
}
