import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(__dirname, '../../..');
const FENCE = /```ts\n([^]*?)```/g;
const PROMISE = /console\.log\(.*\); \/\/ (.*)$/gm;

/** The programs of a README, in order. */
function programs(readme: string): string[] {
  return [...readFileSync(readme, 'utf8').matchAll(FENCE)].map(([, program]) => program ?? '');
}

/** What the comments behind `console.log(…);` say will be printed. */
function promised(program: string): string[] {
  return [...program.matchAll(PROMISE)].map(([, text]) => text ?? '');
}

type Program = (...scope: unknown[]) => Promise<void>;

/** Runs a program as it is printed, its imports resolved to the sources; only `console.log` is listened to. */
async function run(program: string): Promise<string[]> {
  const { code } = transformSync(program, {
    filename: 'readme.ts',
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const printed: string[] = [];
  const log = (...values: unknown[]): void => {
    printed.push(values.map(String).join(' '));
  };
  const AsyncFunction = (async () => Promise.resolve()).constructor as FunctionConstructor;
  const body = AsyncFunction('require', 'exports', 'console', code) as unknown as Program;
  await body(require, {}, { ...console, log });
  return printed;
}

describe('the README of', () => {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);

  // A program may write files: they must not stay in the repository.
  const here = process.cwd();
  const scratch = mkdtempSync(join(tmpdir(), 'microgrid-readme-'));
  beforeAll(() => {
    process.chdir(scratch);
  });
  afterAll(() => {
    process.chdir(here);
    rmSync(scratch, { recursive: true, force: true });
  });

  it.each(packages)('%s has a program', (folder) => {
    const readme = join(ROOT, folder, 'README.md');
    expect(existsSync(readme) && programs(readme).length).toBeGreaterThan(0);
  });

  it.each(packages)('%s runs and prints what it says', async (folder) => {
    for (const program of programs(join(ROOT, folder, 'README.md'))) {
      const printed = await run(program);
      expect(printed.length).toBeGreaterThan(0);
      // Lines without a promise (of a subscription, say) may stand between the promised ones.
      const lines = promised(program);
      expect(printed.filter((line) => lines.includes(line))).toEqual(lines);
    }
  });
});
