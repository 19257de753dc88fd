import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import * as metering from './index.js';

describe('the README', () => {
  it('has a program that prints what it says', () => {
    const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
    const program = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
    const { code } = transformSync(program, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const printed: string[] = [];
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is code under test
    const run = new Function('require', 'exports', 'console', code) as (
      load: (name: string) => unknown,
      exports: object,
      console: { log: (...values: unknown[]) => void },
    ) => void;
    run(
      (name) => {
        expect(name).toBe('@microgrid/metering');
        return metering;
      },
      {},
      { log: (...values) => printed.push(values.join(' ')) },
    );
    const said = [...program.matchAll(/\/\/ (home.*|0)$/gm)].map(([, text]) => text);
    expect(printed).toEqual(said);
    expect(printed.length).toBeGreaterThan(1);
  });
});
