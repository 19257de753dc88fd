import { deviceRole, safeParse } from '@microgrid/events';
import { z } from 'zod';
import { DevicesError } from './devices-error.js';
import { lintProfile } from './profile-lint.js';
import { profileControl } from './profile-control.js';
import {
  addressField,
  believedField,
  confidenceField,
  encodingField,
  nameField,
  profilePoint,
  quantity,
  rateField,
  sentinelField,
  tableField,
} from './profile-point.js';

const text = z.string().min(1).max(400);
const milliseconds = z.int().min(0).max(600_000);

const range = z.strictObject({
  table: tableField,
  address: addressField,
  count: z.int().min(1).max(65_536),
});

/** How the device wants to be talked to. */
export const profileTransport = z.strictObject({
  /** Wires it can be reached on. */
  kinds: z.array(z.enum(['tcp', 'rtu', 'rtuOverTcp', 'rtuOverUdp'])).min(1),
  /** Unit id unless the installer changed it. */
  unit: z.int().min(0).max(255),
  port: z.int().min(1).max(65_535).optional(),
  baudRate: z.int().min(300).optional(),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
  requestTimeoutMs: milliseconds.min(1).optional(),
  /** Wait after connecting. */
  connectDelayMs: milliseconds.optional(),
  /** Silence between a reply and the next request. */
  requestDelayMs: milliseconds.optional(),
  /** Least time between two polls. */
  minimumPollIntervalMs: milliseconds.optional(),
  /** Most registers in one read; default 125. */
  registersPerRead: z.int().min(1).max(125).optional(),
  /** Every read must ask for exactly one value. */
  oneValuePerRead: z.boolean().optional(),
  /** Only one client may be connected. */
  oneClient: z.boolean().optional(),
  /** Requests that may be under way at once on its own connection; default 1. */
  pipelining: z.int().min(1).max(64).optional(),
  /** The device closes a connection that was silent for so long. */
  idleCloseMs: milliseconds.min(1).optional(),
  /** Registers that no point needs may be read along to save a request, up to so many in a row; default 0. */
  bridgeRegisters: z.int().min(0).max(124).optional(),
});

/** Registers that must hold one of some values, or the device is another one. */
export const identityMatch = z.union([
  z.strictObject({
    table: z.enum(['input', 'holding']),
    address: addressField,
    anyOf: z
      .array(
        z
          .array(z.int().min(0).max(65_535))
          .min(1)
          .max(125)
          .meta({ description: 'Consecutive registers' }),
      )
      .min(1),
    /** Bits that count, register by register; default all. */
    mask: z.array(z.int().min(0).max(65_535)).min(1).max(125).optional(),
    meaning: text,
  }),
  /** A number within bounds, both included. */
  z.strictObject({
    table: z.enum(['input', 'holding']),
    address: addressField,
    encoding: encodingField.extract(['u16', 's16', 'u32', 's32']),
    wordOrder: z.enum(['big', 'little']).optional(),
    minimum: z.int(),
    maximum: z.int(),
    meaning: text,
  }),
]);
export type IdentityMatch = z.infer<typeof identityMatch>;

const hex = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}(?: ?[0-9A-Fa-f]{2})*$/, { error: 'bytes in hexadecimal' });

/** Registers and what they must be read as; writes and what they must consist of. Run as a test. */
export const profileVector = z.strictObject({
  note: text,
  registers: z.array(z.strictObject({ table: tableField, address: addressField, bytes: hex })),
  /** Published value by point (energy in mWh); null = absent. */
  values: z.record(nameField, z.number().nullable()),
  /** What commands must put on the wire, given these registers. */
  commands: z
    .array(
      z.strictObject({
        control: nameField,
        value: z.union([z.number(), z.boolean()]),
        writes: z.array(
          z.strictObject({
            table: z.enum(['holding', 'coil']),
            address: addressField,
            bytes: hex,
          }),
        ),
      }),
    )
    .optional(),
});
export type ProfileVector = z.infer<typeof profileVector>;

/**
 * A device as data: where its values lie, what they mean, how it may be controlled and what is
 * dangerous about that. `bit` tables write one byte per bit in vectors (00 or 01).
 */
export const profileSchema = z.strictObject({
  schema: z.literal('microgrid/profile/1'),
  /** Lower-case id, as in `eastron-sdm630`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'lower-case letters, digits and -' }),
  manufacturer: text,
  models: z.array(text).min(1),
  /** What it can be to a site; the first is the default. */
  roles: z.array(deviceRole).min(1),
  phases: z.union([z.literal(1), z.literal(3)]),
  transport: profileTransport,
  /** How it is recognised and which points hold its name; a mismatch stops all use of the device. */
  identity: z
    .strictObject({
      match: z.array(identityMatch),
      manufacturer: nameField.optional(),
      model: nameField.optional(),
      serial: nameField.optional(),
      firmware: nameField.optional(),
    })
    .optional(),
  /** Reads to be made as they stand; points outside are planned into reads of their own. */
  blocks: z.array(range.extend({ rate: rateField })).optional(),
  /** Registers that exist; a read outside them is answered with exception 2. Default: those named here. */
  space: z.array(range).optional(),
  /** Registers that must never be read along. */
  forbidden: z.array(range).optional(),
  /** No read or write may reach across the border before one of these registers. */
  boundaries: z.array(z.strictObject({ table: tableField, address: addressField })).optional(),
  /** Raw values that mean "there is none", by encoding; a point's own `absent` takes their place. */
  sentinels: z
    .partialRecord(encodingField.exclude(['string', 'bit']), z.array(sentinelField).min(1))
    .optional(),
  points: z.array(profilePoint).min(1),
  controls: z.array(profileControl),
  /** Ratings of the description, as its fields are named. */
  limits: z
    .strictObject({
      maxImportWatts: quantity.optional(),
      maxExportWatts: quantity.optional(),
      maxChargeWatts: quantity.optional(),
      maxDischargeWatts: quantity.optional(),
      minCurrentAmperes: quantity.optional(),
      maxCurrentAmperes: quantity.optional(),
      capacityMilliwattHours: quantity.optional(),
    })
    .optional(),
  /** Registers that must never be written: address, baud rate, country, grid code, calibration. */
  deny: z.array(range.extend({ why: text })).optional(),
  quirks: z.array(text).optional(),
  sources: z.array(z.strictObject({ title: text, reference: text.optional() })).min(1),
  confidence: confidenceField,
  /** What is believed and not verified; shown to the user. */
  believed: believedField.optional(),
  /** Ids of profiles of the same unit in another role, as a grid meter behind an inverter. */
  sameDeviceAs: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)).optional(),
  vectors: z.array(profileVector),
});
export type Profile = z.infer<typeof profileSchema>;

/** The outcome of reading a profile that may be wrong. */
export type SafeProfileResult =
  | { readonly success: true; readonly data: Profile }
  | { readonly success: false; readonly error: DevicesError };

/**
 * Reads a profile: its form, then every rule of {@link lintProfile} that is an error.
 * @param source where it came from, for example a file name; it begins the message.
 */
export function safeParseProfile(value: unknown, source = 'profile'): SafeProfileResult {
  const result = safeParse(profileSchema, value, source);
  if (!result.success) {
    const { message, problems } = result.error;
    return { success: false, error: new DevicesError('bad-profile', message, problems) };
  }
  const problems = lintProfile(result.data).filter(({ severity }) => severity === 'error');
  if (problems.length === 0) return { success: true, data: result.data };
  const lines = problems.map(
    ({ path, found, expected }) => `${source}: ${path}: got ${found}, expected ${expected}`,
  );
  return {
    success: false,
    error: new DevicesError('bad-profile', lines.join('\n'), problems),
  };
}

/**
 * {@link safeParseProfile} that throws.
 * @throws DevicesError `bad-profile` with every problem's path, value and expectation.
 */
export function parseProfile(value: unknown, source?: string): Profile {
  const result = safeParseProfile(value, source);
  if (result.success) return result.data;
  throw result.error;
}
