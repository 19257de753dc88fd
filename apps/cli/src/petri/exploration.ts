import { setImmediate } from 'node:timers/promises';
import type { ExplorationLimits, Steps } from '@microgrid/petri/analysis';
import type { CommandContext } from '../command-context.js';
import type { LimitOptions } from './limit-options.js';
import { ProgressLine } from './progress-line.js';

/** Milliseconds of work after which Ctrl-C is looked for. */
const SLICE_MS = 50;

function now(): number {
  return performance.now();
}

/** What the explorations of a command share. */
export interface Exploration {
  readonly limits: ExplorationLimits & {
    readonly codeGeneration: boolean;
    readonly stopwatch: () => number;
  };
  /** Does the work; Ctrl-C and the progress line get their turns in between. */
  readonly drive: <Result>(steps: Steps<Result>) => Promise<Result>;
}

/** CPU milliseconds of this process. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Explorations under the limits of the command line. */
export function exploration(options: LimitOptions, { io, signal }: CommandContext): Exploration {
  const line = new ProgressLine(io.stderr, now);
  return {
    limits: {
      maxStates: options.maxStates,
      maxMilliseconds: options.maxSeconds * 1000,
      maxBytes: options.maxMemory,
      codeGeneration: options.generated === true,
      clock: now,
      stopwatch: cpuMilliseconds,
      signal,
      onProgress: (progress) => {
        line.show(progress);
      },
    },
    async drive(steps) {
      try {
        let slice = now();
        for (;;) {
          const { done, value } = steps.next();
          if (done === true) return value;
          if (now() - slice < SLICE_MS) continue;
          await setImmediate();
          slice = now();
        }
      } finally {
        line.clear();
      }
    },
  };
}
