import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

type Print = (...values: unknown[]) => void;

/** Runs the README's program as it is printed there; only `console.log` is listened to. */
async function runReadme(): Promise<unknown[][]> {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const [, program = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  const parts = /^((?:import .*\n)+)([^]*)$/.exec(program);
  const source = `${parts?.[1] ?? ''}export async function main() {${parts?.[2] ?? ''}}`;
  const { code } = transformSync(source, {
    filename: 'readme.ts',
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const printed: unknown[][] = [];
  const exports: { main?: () => Promise<void> } = {};
  const log: Print = (...values) => void printed.push(values);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is code under test
  const load = new Function('require', 'exports', 'console', code) as (...scope: unknown[]) => void;
  load(require, exports, { log });
  await exports.main?.();
  return printed;
}

test('the program of the README prints what the README says', async () => {
  expect(await runReadme()).toEqual([
    ['signed', true],
    [true, expect.objectContaining({ ok: true, verified: 1, erased: 1 })],
  ]);
});
