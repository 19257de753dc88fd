import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as mqtt from './index.js';

test('the program in the README runs and prints what it says', async () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  // Port 1 of loopback: surely no broker there.
  const program = (/```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').replace(':1883', ':1');
  const { outputText } = transpileModule(program, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const printed: unknown[] = [];
  const print = { log: (word: unknown) => printed.push(word) };
  const AsyncFunction = (async () => Promise.resolve()).constructor as FunctionConstructor;
  const run = AsyncFunction('exports', 'require', 'console', outputText) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run({}, () => mqtt, print);
  expect(printed).toEqual(['connecting', 'not-connected', 'closed']);
});
