import { safeParse, type EventsProblem } from '@microgrid/events';
import type { z } from 'zod';
import { DevicesError } from './devices-error.js';
import { REDACTED, Redactor } from './redaction.js';
import { secretsIn, type SecretPath } from './secret.js';

/** The steps of a problem's path, indices as `*`. */
function stepsOf(path: string): readonly string[] {
  return path === ''
    ? []
    : path
        .replace(/\[\d+\]/g, '.*')
        .replace(/^\./, '')
        .split('.');
}

/** Whether a path and a secret's lead to each other: the same place, or one inside the other. */
function meet(steps: readonly string[], secret: SecretPath): boolean {
  const length = Math.min(steps.length, secret.length);
  return secret.slice(0, length).every((step, at) => step === '*' || step === steps[at]);
}

/**
 * A configuration as its driver wants it. No message repeats a secret: neither a wrong one, nor one
 * under a misspelt name.
 * @throws DevicesError `bad-config` naming path, value and expectation of every problem.
 */
export function checkedConfig<Config>(
  schema: z.ZodType<Config>,
  given: unknown,
  who: string,
  secrets: readonly SecretPath[],
): Config {
  const result = safeParse(schema, given ?? {}, who);
  if (result.success) return result.data;
  const redactor = new Redactor(secretsIn(given, secrets));
  const problems = result.error.problems.map((problem): EventsProblem => {
    const hidden =
      problem.found !== 'nothing' &&
      secrets.length > 0 &&
      (problem.expected === 'no such field' ||
        secrets.some((secret) => meet(stepsOf(problem.path), secret)));
    return {
      path: redactor.text(problem.path),
      found: hidden ? REDACTED : redactor.text(problem.found),
      expected: problem.expected,
    };
  });
  const lines = problems.map(
    ({ path, found, expected }) =>
      `${who}: ${path === '' ? '' : `${path}: `}got ${found}, expected ${expected}`,
  );
  throw new DevicesError('bad-config', lines.join('\n'), problems);
}
