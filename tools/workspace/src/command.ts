import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { one, type Count } from './count.js';

/** The root of the workspace. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A program that an installed package brings. */
export function installed(program: string): string {
  return join(ROOT, 'node_modules/.bin', program);
}

/** Runs a program at the root of the workspace, its output shown, and says whether it succeeded. */
export function run(program: string, args: readonly string[], cwd = ROOT): boolean {
  console.log(`\n> ${program} ${args.join(' ')}`);
  const { status } = spawnSync(program, args, {
    cwd,
    stdio: 'inherit',
    // The daemon outlives the run and, on a fresh machine, saves nothing.
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  return status === 0;
}

/** {@link run} as one check. */
export function check(program: string, args: readonly string[], cwd?: string): Count {
  return one(run(program, args, cwd));
}
