import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriverKitError } from './driver-kit-error.js';

/** Two ends of one serial line that is none. */
export interface PseudoTerminal {
  readonly master: string;
  readonly slave: string;
  close(): Promise<void>;
}

let found: boolean | undefined;

/** Whether pseudo-terminals can be made here: `socat` is installed. */
export function hasSocat(): boolean {
  found ??= spawnSync('socat', ['-V'], { stdio: 'ignore' }).status === 0;
  return found;
}

/**
 * Makes a pair of connected pseudo-terminals.
 * @throws DriverKitError `bad-options` when they do not appear within 5 s.
 */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'driver-kit-'));
  const master = join(folder, 'master');
  const slave = join(folder, 'slave');
  const socat = spawn('socat', [`pty,raw,echo=0,link=${master}`, `pty,raw,echo=0,link=${slave}`]);
  const ended = new Promise<void>((resolve) =>
    socat.once('exit', () => {
      resolve();
    }),
  );
  const close = async (): Promise<void> => {
    socat.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waited = 0; waited < 500; waited += 1) {
    if (existsSync(master) && existsSync(slave)) return { master, slave, close };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await close();
  throw new DriverKitError('bad-options', 'socat made no pseudo-terminals within 5 s');
}
