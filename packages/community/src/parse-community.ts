import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { expectation, pathText, showValue, valueAt } from '@microgrid/events';
import type { z } from 'zod';
import { normalCommunity, type Community } from './community.js';
import { CommunityError, type CommunityProblem } from './community-error.js';
import { communitySchema } from './community-schema.js';
import { applyPreset, presetNames } from './presets/apply-preset.js';
import { findPreset } from './presets/preset.js';

/** The outcome of reading a community file that may be wrong. */
export type CommunityResult =
  | { readonly success: true; readonly data: Community }
  | { readonly success: false; readonly error: CommunityError };

/** More problems than this in one message help nobody. */
const MOST_PROBLEMS = 20;

/**
 * Reads a community file: YAML 1.2 (so JSON too), every key known and written once.
 * @param source the file's name; it begins each line of a message.
 * @throws CommunityError naming file, line, path, value and expectation of every problem.
 */
export function parseCommunity(text: string, source = 'community'): Community {
  return compactCommunity(text) ?? yamlCommunity(text, source);
}

/**
 * Compact JSON, as programs and runs write it, is read many times faster than YAML. What comes out the
 * same again has every key once; anything that is wrong is told by its line in the other way.
 */
function compactCommunity(text: string): Community | undefined {
  if (!text.startsWith('{"')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (JSON.stringify(value) !== text.trimEnd() || presetName(value) !== undefined) return undefined;
  const result = communitySchema.safeParse(value);
  return result.success ? normalCommunity(result.data) : undefined;
}

function yamlCommunity(text: string, source: string): Community {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) refuseYaml(source, lines.linePos(fault.pos[0]).line, fault.message);
  const written = plainValue(document, source);
  const preset = presetName(written);
  const value = preset?.known === true ? applyPreset(preset.id, written as object) : written;
  const result = communitySchema.safeParse(value);
  if (result.success) return normalCommunity(result.data);
  // Without the preset everything it would have said is missing: only the name is worth a line.
  const found =
    preset?.known === false
      ? [{ path: ['preset'], found: showValue(preset.id), expected: presetNames() }]
      : result.error.issues.flatMap((issue) => problemsOf(value, issue, []));
  const problems = found.map(({ path, ...problem }) => ({
    path: pathText(path),
    line: lineAt(document, path, lines),
    ...problem,
  }));
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => message(source, problem));
  if (problems.length > shown.length) {
    shown.push(`${source}: and ${problems.length - shown.length} more problems`);
  }
  throw new CommunityError('invalid-community', shown.join('\n'), problems);
}

/** {@link parseCommunity} that returns its error. */
export function safeParseCommunity(text: string, source?: string): CommunityResult {
  try {
    return { success: true, data: parseCommunity(text, source) };
  } catch (error) {
    if (error instanceof CommunityError) return { success: false, error };
    throw error;
  }
}

function refuseYaml(source: string, line: number, found: string): never {
  const problem = { path: '', line, found, expected: 'a YAML 1.2 document with every key once' };
  throw new CommunityError('not-yaml', message(source, problem), [problem]);
}

/** The document as data. Aliases show their faults only here: to nothing, to themselves, too many. */
function plainValue(document: Document, source: string): unknown {
  try {
    const value: unknown = document.toJS();
    // A value that holds itself has no end and no JSON.
    JSON.stringify(value);
    return value;
  } catch (error) {
    return refuseYaml(source, 1, error instanceof Error ? error.message : String(error));
  }
}

function message(source: string, problem: CommunityProblem): string {
  const { path, line, found, expected } = problem;
  const where = line === undefined ? source : `${source}:${line}`;
  return `${where}: ${path === '' ? '' : `${path}: `}got ${found}, expected ${expected}`;
}

interface FoundProblem {
  readonly path: readonly PropertyKey[];
  readonly found: string;
  readonly expected: string;
}

function problemsOf(
  value: unknown,
  issue: z.core.$ZodIssue,
  base: readonly PropertyKey[],
): FoundProblem[] {
  const path = [...base, ...issue.path];
  const found = valueAt(value, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      found: showValue(valueAt(value, [...path, key])),
      expected: 'no such field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return meantBranch(issue.errors).flatMap((inner) => problemsOf(value, inner, path));
  }
  const expected =
    issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path, found: showValue(found), expected: expectation(expected) }];
}

/**
 * Of the forms a value could have (a text or a tariff, a table or a file), the one it was meant to
 * have: the one whose first fault lies deepest, and of those the one with fewest faults.
 */
function meantBranch(branches: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] {
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.min(...branch.map(({ path, code }) => path.length + (code === 'invalid_type' ? 0 : 0.5)));
  return branches.reduce((best, branch) => {
    const deeper = depth(branch) - depth(best);
    if (deeper !== 0) return deeper > 0 ? branch : best;
    // Of two that look alike inside, the later one is the rarer and so was meant; a bare value was not.
    const fewer = best.length - branch.length;
    return fewer > 0 || (fewer === 0 && depth(branch) >= 1) ? branch : best;
  });
}

/** The preset a file names, and whether there is one of that name. */
function presetName(value: unknown): { readonly id: string; readonly known: boolean } | undefined {
  if (typeof value !== 'object' || value === null || !('preset' in value)) return undefined;
  const { preset } = value;
  const id = typeof preset === 'string' ? preset : '';
  return { id, known: findPreset(id) !== undefined };
}

/** The line of a path, or of the nearest thing around it that the file has. */
function lineAt(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return lines.linePos(offset).line;
}
