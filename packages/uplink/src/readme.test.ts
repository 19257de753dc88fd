import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as journal from '@microgrid/journal';
import * as journalNode from '@microgrid/journal/node';
import * as journalTesting from '@microgrid/journal/testing';
import * as uplink from './index.js';
import * as testing from './testing.js';

const modules: Record<string, unknown> = {
  '@microgrid/journal': journal,
  '@microgrid/journal/node': journalNode,
  '@microgrid/journal/testing': journalTesting,
  '@microgrid/uplink': uplink,
  '@microgrid/uplink/testing': testing,
};

test('the program in the README runs and prints what it says', async () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { outputText } = transpileModule(program, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const printed: string[] = [];
  const print = { log: (...words: unknown[]) => printed.push(words.join(' ')) };
  const AsyncFunction = (async () => Promise.resolve()).constructor as FunctionConstructor;
  const run = AsyncFunction('exports', 'require', 'console', outputText) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run({}, (name: string) => modules[name], print);
  expect(printed).toHaveLength(2);
  for (const line of printed) expect(readme).toContain(`\`${line}\``);
});
