import { createInterface } from 'node:readline';
import type { CommandContext } from '../command-context.js';

/** Somebody at the terminal. */
export interface Person {
  /**
   * Prints a question and waits for a line.
   * @returns the answer, trimmed; undefined when there is none: no input, its end, or Ctrl-C.
   */
  ask(question: string): Promise<string | undefined>;
  /** Gives the input back. */
  leave(): void;
}

/** Talks with the person by stderr and stdin, so that stdout stays for the result. */
export function personAt({ io, signal }: Pick<CommandContext, 'io' | 'signal'>): Person {
  const lines: string[] = [];
  let ended = io.stdin === undefined;
  let wake: (() => void) | undefined;
  const wakeUp = (): void => wake?.();
  // Lines are kept as they come: somebody who types ahead, or a script, loses none.
  const reader = io.stdin === undefined ? undefined : createInterface({ input: io.stdin });
  reader?.on('line', (line) => {
    lines.push(line);
    wakeUp();
  });
  reader?.on('close', () => {
    ended = true;
    wakeUp();
  });
  signal.addEventListener('abort', wakeUp);
  return {
    ask: async (question) => {
      io.stderr.write(question);
      while (lines.length === 0 && !ended && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (signal.aborted) return undefined;
      const answer = lines.shift()?.trim();
      if (answer === undefined) io.stderr.write('\n');
      return answer;
    },
    leave: () => {
      signal.removeEventListener('abort', wakeUp);
      reader?.close();
    },
  };
}
