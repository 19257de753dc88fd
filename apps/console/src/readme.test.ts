import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { transformSync } from '@swc/core';
import * as console_ from './index.js';

test('the program of the README runs and prints what the README says', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { code } = transformSync(program, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const printed: string[] = [];
  const log = (...values: unknown[]): void => {
    printed.push(values.map(String).join(' '));
  };
  const load = (name: string): unknown => {
    expect(name).toBe('@microgrid/console');
    return console_;
  };
  runInNewContext(code, { require: load, exports: {}, console: { log } });
  expect(printed).toHaveLength(2);
  for (const line of printed) expect(readme).toContain(`\`${line}\``);
});
