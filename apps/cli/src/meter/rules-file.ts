import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse as parseValue } from '@microgrid/events';
import { defaultRuleSet, ruleSet, ruleSetBytes, type RuleSet } from '@microgrid/metering';
import { parse as parseYaml } from 'yaml';
import { CommandError, isSystemError } from '../command-error.js';
import { DEFAULT_ZONE } from './period.js';

/** A rule set and what names its version. */
export interface KnownRules {
  readonly set: RuleSet;
  /** SHA-256 of its canonical bytes, hexadecimal. */
  readonly hash: string;
  /** Where it comes from, for people. */
  readonly from: string;
}

/** Reads YAML, of which JSON is a part. @throws CommandError naming the file. */
export async function readYaml(file: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    if (isSystemError(error)) {
      throw new CommandError('file', `${file}: cannot be read: ${error.message}`);
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError('input', `${file}: got ${message}, expected YAML or JSON`);
  }
}

const known = (set: RuleSet, from: string): KnownRules => ({
  set,
  hash: createHash('sha256').update(ruleSetBytes(set)).digest('hex'),
  from,
});

/** The rules of a file. @throws CommandError, EventsError naming file, path, value and expectation. */
export async function rulesOf(file: string): Promise<KnownRules> {
  return known(parseValue(ruleSet, await readYaml(file), file), file);
}

/** The rules of a file, or the default ones on a zone's calendar. */
export async function rulesOrDefault(
  file: string | undefined,
  timeZone: string | undefined,
): Promise<KnownRules> {
  if (file !== undefined) return rulesOf(file);
  const zone = timeZone ?? DEFAULT_ZONE;
  return known(defaultRuleSet(zone), `the default set on the calendar of ${zone}`);
}
