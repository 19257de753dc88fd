import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program is installed. */
export const has = (command: string): boolean => spawnSync('which', [command]).status === 0;

/** Runs socat between a pty (`line`) and another address (`near` when that is a pty, too). */
export async function withSocat(
  address: string,
  use: (line: string, near: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'modbus-pty-'));
  const [near, line] = [join(folder, 'near'), join(folder, 'line')];
  const other = address.startsWith('pty') ? `${address},link=${near}` : address;
  const socat = spawn('socat', [`pty,raw,echo=0,link=${line}`, other], { stdio: 'inherit' });
  const ended = new Promise((resolve) => socat.once('exit', resolve));
  try {
    const ready = () => existsSync(line) && (other === address || existsSync(near));
    while (!ready() && socat.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await use(line, near);
  } finally {
    socat.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** Two ends of one serial line. */
export const withLine = (use: (line: string, near: string) => Promise<void>): Promise<void> =>
  withSocat('pty,raw,echo=0', use);
