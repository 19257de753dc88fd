import { join } from 'node:path';
import { Program } from './program.js';
import { REPOSITORY } from './repository.js';

/**
 * Runs a module of `scenarios/` to its end and gives what its last line says. Scenarios run in a
 * process of their own because the demo's modules are ESM with a loader, which jest is not.
 */
export async function scenario<T>(name: string, ...args: readonly string[]): Promise<T> {
  const program = Program.startSource(
    join(REPOSITORY, 'tools/e2e/src/scenarios', `${name}.ts`),
    args,
  );
  const { code } = await program.ended;
  if (code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}:\n${program.output}`);
  return JSON.parse(program.lines.at(-1) ?? '') as T;
}
