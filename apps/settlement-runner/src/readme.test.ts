import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { COMMUNITY, readingsText, scratch } from './scratch.test-data.js';
import { explain, run, verify } from './index.js';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
const [, program = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];

describe('the README', () => {
  const place = scratch();
  const before = process.cwd();
  beforeAll(() => {
    place.write('community.yaml', COMMUNITY);
    place.write('readings.csv', readingsText(Date.UTC(2026, 5, 20, 23), 24));
    process.chdir(place.path('.'));
  });
  afterAll(() => {
    process.chdir(before);
    place.remove();
  });

  it('has a program that prints what its comments say', async () => {
    // The program awaits at its top level: it becomes the body of an async function.
    const body = program.replace(/^import .*$/m, '');
    const { code } = transformSync(`export const main = async () => {${body}};`, {
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    const printed: string[] = [];
    const exports: { main?: () => Promise<void> } = {};
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is code under test
    const load = new Function('exports', 'console', 'explain', 'run', 'verify', code) as (
      ...scope: unknown[]
    ) => void;
    const log = (value: unknown): void => void printed.push(String(value));
    load(exports, { log }, explain, run, verify);
    await exports.main?.();
    const said = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
    expect(printed).toEqual(said);
    expect(said).toHaveLength(3);
  });
});
