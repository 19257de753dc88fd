import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashField, idField, parse } from '@microgrid/events';
import {
  correctionPath,
  DELTAS_NDJSON,
  ERASED_JSON,
  REPORT_HTML,
  RUN_JSON,
  statementCsvPath,
  statementJsonPath,
} from '../run-layout.js';
import { RunnerError } from '../runner-error.js';
import { textOf } from './public-manifest.js';

/** Schema of the list of what was erased. */
export const ERASED_SCHEMA = 'microgrid/erased/1';

/** What is left of erased members: the hashes of their leaves, so that the tree can be built. */
export const erasedDocument = z.strictObject({
  schema: z.literal(ERASED_SCHEMA, { error: `"${ERASED_SCHEMA}"` }),
  members: z.array(
    z.strictObject({
      member: idField,
      leaves: z.array(z.strictObject({ index: z.int().min(0), hash: hashField })),
    }),
  ),
});
export type ErasedDocument = z.infer<typeof erasedDocument>;

/** What was erased from a run; undefined where nothing was. @throws RunnerError, EventsError. */
export function erasedOf(directory: string): ErasedDocument | undefined {
  if (!existsSync(join(directory, ERASED_JSON))) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(textOf(directory, ERASED_JSON));
  } catch (error) {
    throw new RunnerError('bad-input', `${ERASED_JSON}: no JSON: ${(error as Error).message}`);
  }
  return parse(erasedDocument, value, ERASED_JSON);
}

/** Files of a run that erasing a member takes away. The report shows everybody's amounts. */
export function erasedFiles(member: string): string[] {
  return [statementJsonPath(member), statementCsvPath(member), correctionPath(member), REPORT_HTML];
}

/** Whether an input of a run is a file of readings, of whichever version. */
export function isReadings(path: string): boolean {
  return /^inputs\/readings(?:-\d+)?\.csv$/.test(path);
}

/** Whether an input of a run is the community's rules, of whichever version. */
export function isRules(path: string): boolean {
  return /^inputs\/(?:contract-\d+\/)?community\.json$/.test(path);
}

/** Whether a file holds members' own data next to that of others: erasing changes it. */
export function isRedacted(path: string): boolean {
  return isReadings(path) || isRules(path) || path === RUN_JSON || path === DELTAS_NDJSON;
}
