import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { temporaryFolder } from '../test/temporary-folder.js';
import * as storage from './index.js';

const folder = temporaryFolder();

test('the program in the README runs and prints what it says', async () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { outputText } = transpileModule(
    program.replace("'gateway.sqlite'", JSON.stringify(join(folder, 'gateway.sqlite'))),
    { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } },
  );
  const printed: string[] = [];
  const print = { log: (...words: unknown[]) => printed.push(words.join(' ')) };
  const AsyncFunction = (async () => Promise.resolve()).constructor as FunctionConstructor;
  const run = AsyncFunction('exports', 'require', 'console', outputText) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run({}, () => storage, print);
  expect(printed).toEqual(['pt 0']);
  expect(readme).toContain('It prints `pt 0`.');
});
