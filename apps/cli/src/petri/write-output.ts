import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandContext } from '../command-context.js';
import { CommandError, isSystemError } from '../command-error.js';

/** Writes pieces of text to a file, or to standard output where none is named. */
export async function writeOutput(
  { io }: CommandContext,
  file: string | undefined,
  pieces: Iterable<string>,
): Promise<void> {
  if (file === undefined) {
    for (const piece of pieces) io.stdout.write(piece);
    return;
  }
  try {
    await pipeline(Readable.from(pieces), createWriteStream(file));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandError('file', `${file}: cannot be written: ${error.message}`);
  }
}
