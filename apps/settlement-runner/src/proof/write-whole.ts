import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { RunnerError, systemMessage } from '../runner-error.js';

/** Writes a file so that it is there whole or not at all. @throws RunnerError `bad-output`. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.part`;
  try {
    const file = openSync(temporary, 'w', 0o644);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new RunnerError('bad-output', `${path}: cannot be written: ${systemMessage(error)}`);
  }
}
