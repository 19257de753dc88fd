import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { parseCommunity } from './parse-community.js';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
const [, program = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];

/** Runs the README's program as it is printed there; only `console.log` is listened to. */
function runReadme(): string[] {
  const { code } = transformSync(program, {
    filename: 'readme.ts',
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const printed: string[] = [];
  const log = (...values: unknown[]): void => {
    printed.push(values.map(String).join(' '));
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is code under test
  const load = new Function('require', 'exports', 'console', code) as (...scope: unknown[]) => void;
  load(require, {}, { log });
  return printed;
}

test('the program of the README prints what its comments say', () => {
  const comments = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
    ([, text]) => text,
  );
  expect(comments.length).toBeGreaterThan(0);
  expect(runReadme()).toEqual(comments);
});

test('the file in docs/community.md is one that is read', () => {
  const page = readFileSync(join(__dirname, '../../../docs/community.md'), 'utf8');
  const [, text = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  expect(parseCommunity(text, 'docs/community.md').members).toHaveLength(2);
});
