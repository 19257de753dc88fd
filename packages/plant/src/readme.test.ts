import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';
import * as plant from './index.js';

describe('README', () => {
  it('shows a program that runs and reads a meter and a battery', () => {
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
      expect(name).toBe('@microgrid/plant');
      return plant;
    };
    run(load, {}, { log: (...values) => printed.push(values) });
    expect(printed).toHaveLength(1);
    expect(Number.isSafeInteger(printed[0]?.[0])).toBe(true);
    expect(printed[0]?.[1]).toBe(1500);
  });
});
