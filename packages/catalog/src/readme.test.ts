import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as catalog from './index.js';

const modules: Readonly<Record<string, unknown>> = {
  '@microgrid/catalog': catalog,
};

it('the program in the README runs and prints what it says', async () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const promised = [...program.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(
    ([, text]) => text,
  );
  const { outputText } = transpileModule(program, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const printed: string[] = [];
  const print = { log: (text: string) => printed.push(text) };
  const load = (name: string): unknown => {
    const found = modules[name];
    if (found === undefined) throw new Error(`the README imports ${name}`);
    return found;
  };
  const AsyncFunction = (async () => Promise.resolve()).constructor as FunctionConstructor;
  const run = AsyncFunction('exports', 'require', 'console', outputText) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run({}, load, print);
  expect(promised.length).toBeGreaterThan(0);
  expect(printed).toEqual(promised);
});
