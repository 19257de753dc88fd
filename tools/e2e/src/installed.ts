import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** `test` where a program of the system can be used; else a skipped test and one line that says so. */
export function testWith(what: string, usable: boolean): jest.It {
  if (!usable) console.log(`skipped: ${what} is not installed`);
  return usable ? test : test.skip;
}

/** Whether a program is there. */
export const installed = (path: string): boolean => existsSync(path);

/** Whether Python of the system has the modules. */
export function pythonHas(python: string, modules: readonly string[]): boolean {
  return spawnSync(python, ['-c', `import ${modules.join(', ')}`]).status === 0;
}
