import { z } from 'zod';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { EventsError, idField, instantField, parse } from '@microgrid/events';
import { CoordinatorError } from './coordinator-error.js';

const limit = z.strictObject({
  /** A gateway's id, or `*` for all of the community. */
  audience: z.union([z.literal('*'), idField]).default('*'),
  start: instantField,
  end: instantField,
  importLimitWatts: z.number().min(0).optional(),
  exportLimitWatts: z.number().min(0).optional(),
  reason: z.string().min(1).max(1000),
});

/** Everything one coordinator is told. A misspelt key is refused. */
export const coordinatorSchema = z.strictObject({
  schema: z.literal('microgrid/coordinator/1'),
  coordinator: idField,
  /** The community file, relative to the configuration file. */
  communityFile: z.string().min(1),
  /** Folder of key, database and closed periods, relative to the configuration file. */
  dataFolder: z.string().min(1).default('data'),
  broker: z.strictObject({
    url: z.string().min(1),
    username: z.string().optional(),
    /** Name of the environment variable that holds the password. */
    passwordVariable: z.string().min(1).optional(),
  }),
  signals: z
    .strictObject({
      /** Whether the community's prices are sent to its gateways. */
      prices: z.boolean().default(true),
      /** How far ahead prices are sent, hours. */
      priceHours: z.int().min(1).max(48).default(24),
      /** How often what holds is sent again: it lapses in a gateway two of these later. */
      repeatMs: z.int().min(1000).max(86_400_000).default(900_000),
      /** Limits known in advance. */
      limits: z.array(limit).default([]),
    })
    .prefault({}),
  /** How long after a local day's end its intervals may arrive before it is closed by itself. */
  closeAfterMs: z.int().min(0).default(3_600_000),
  /** Status and operator's requests. Absent: none. Loopback unless told otherwise. */
  http: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65535) })
    .optional(),
});

/** A checked configuration with its defaults filled in. */
export type CoordinatorConfig = z.infer<typeof coordinatorSchema>;
/** A configuration as written. */
export type CoordinatorConfigInput = z.input<typeof coordinatorSchema>;
/** A limit that an operator sets. */
export type LimitRequest = z.infer<typeof limit>;

/** Reads an operator's limit. @throws CoordinatorError `bad-request`. */
export function parseLimitRequest(value: unknown): LimitRequest {
  return checked(limit, value, 'limit', 'bad-request');
}

/**
 * Reads a configuration file (YAML 1.2).
 * @param source the file's name; it begins every message.
 * @throws CoordinatorError `bad-config`.
 */
export function parseCoordinatorConfig(
  text: string,
  source = 'coordinator.yaml',
): CoordinatorConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new CoordinatorError('bad-config', `${source}:${line}:${col}: ${problem.message}`);
  }
  if (!isMap(document.contents)) {
    throw new CoordinatorError(
      'bad-config',
      `${source}: expected a mapping that begins with schema:`,
    );
  }
  return checkCoordinatorConfig(plainValue(document, source), source);
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
    throw new CoordinatorError('bad-config', `${source}: ${why}`);
  }
}

/** Checks a configuration that is data already. @throws CoordinatorError `bad-config`. */
export function checkCoordinatorConfig(
  value: unknown,
  source = 'configuration',
): CoordinatorConfig {
  return checked(coordinatorSchema, value, source, 'bad-config');
}

function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  source: string,
  code: 'bad-config' | 'bad-request',
): T {
  try {
    return parse(schema, value, source);
  } catch (error) {
    if (error instanceof EventsError) throw new CoordinatorError(code, error.message);
    throw error;
  }
}
