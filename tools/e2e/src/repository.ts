import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Root of the repository. */
export const REPOSITORY = join(__dirname, '../../..');

/** Makes node run TypeScript sources, workspace packages included. */
export const FROM_SOURCE = ['--import', 'tsx', '--conditions=@microgrid/source'] as const;

/** The committed shim of a command; it starts the build. */
export function bin(command: string): string {
  const app = command === 'microgrid-settle' ? 'settlement-runner' : command.slice(10);
  return join(REPOSITORY, 'apps', app, 'bin', `${command}.mjs`);
}

/** A folder of its own below the system's temporary one. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `microgrid-${name}-`));
}
