import type { Command } from 'commander';
import { SOURCE_PRECEDENCE, type SourceKind } from '@microgrid/metering';
import { runKind, type RunKind } from '@microgrid/settlement';
import { RunnerError } from './runner-error.js';
import type { RunManifest, RunOptions } from './run.js';
import { resettleRun } from './versions/resettle-run.js';

/** What the commands about versions need from where they run. */
export interface VersionSurroundings extends Pick<RunOptions, 'onProgress' | 'signal'> {
  readonly write: (text: string) => void;
  readonly summary: (manifest: RunManifest, out: string) => string;
  /** Ends the progress bar. */
  readonly stop?: (() => void) | undefined;
}

interface ResettleLine {
  readonly kind: string;
  readonly knownAt: string;
  readonly asKnownOn?: string;
  readonly readings?: string[];
  readonly source: string;
  readonly community?: string;
  readonly calendar?: string;
  readonly out: string;
  readonly externalInputs?: string;
  readonly intervalTables: boolean;
}

/** Adds `resettle`. */
export function addVersionCommands(command: Command, surroundings: VersionSurroundings): void {
  const { write, summary, stop, onProgress, signal } = surroundings;
  command
    .command('resettle')
    .description('settle a period again with what became known since, as the next version of a run')
    .argument('<previous>', 'directory of the version before; it is not changed')
    .requiredOption('--kind <kind>', 'preliminary, initial, R1 to R99, final or dispute')
    .requiredOption('--known-at <instant>', 'when what is added became known')
    .requiredOption('--out <directory>', 'directory to write; an earlier run there is replaced')
    .option('--readings <files...>', 'late or corrected readings in canonical CSV, plain or gzip')
    .option(
      '--source <source>',
      `who they come from: ${SOURCE_PRECEDENCE.join(', ')}`,
      'meter-profile',
    )
    .option('--community <file>', 'a new version of the contract (YAML)')
    .option('--calendar <file>', 'run calendar: due dates, completeness, substitution (YAML)')
    .option('--as-known-on <instant>', 'settle what was known then (default: --known-at)')
    .option(
      '--external-inputs <directory>',
      'keep the inputs there by their hash; also where those of the version before lie, if not in it',
    )
    .option('--no-interval-tables', "leave out the CSV tables of the members' intervals")
    .action(async (previous: string, options: ResettleLine) => {
      const manifest = await resettleRun(previous, {
        ...options,
        kind: kindOf(options.kind),
        source: sourceOf(options.source),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }).finally(stop);
      write(summary(manifest, options.out));
    });
}

/** Reads a kind of run. @throws RunnerError `bad-usage`. */
export function kindOf(text: string): RunKind {
  const kind = runKind.safeParse(text);
  if (kind.success) return kind.data;
  throw new RunnerError(
    'bad-usage',
    `--kind: got ${JSON.stringify(text)}, expected preliminary, initial, R1 to R99, final or dispute`,
  );
}

/** Reads a source of readings. @throws RunnerError `bad-usage`. */
export function sourceOf(text: string): SourceKind {
  const known = SOURCE_PRECEDENCE.find((source) => source === text);
  if (known !== undefined) return known;
  throw new RunnerError(
    'bad-usage',
    `--source: got ${JSON.stringify(text)}, expected one of ${SOURCE_PRECEDENCE.join(', ')}`,
  );
}
