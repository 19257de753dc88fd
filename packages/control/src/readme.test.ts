import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';
import * as control from './index.js';

describe('README', () => {
  it('shows a program that prints what it says', () => {
    const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
    const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const { code } = transformSync(program, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const printed: unknown[][] = [];
    const run = compileFunction(code, ['require', 'exports', 'console']) as (
      require: (name: string) => unknown,
      exports: object,
      console: { log: (...values: unknown[]) => void },
    ) => void;
    const load = (name: string): unknown => {
      expect(name).toBe('@microgrid/control');
      return control;
    };
    run(load, {}, { log: (...values) => printed.push(values) });
    const line = printed[0]?.map(String).join(' ') ?? '';
    expect(line.length).toBeGreaterThan(10);
    expect(readme).toContain(`It prints \`${line}\``);
  });
});
