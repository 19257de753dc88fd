import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isCommunityError } from '@microgrid/community';
import { isEventsError } from '@microgrid/events';
import { isInvoicingError } from '@microgrid/invoicing';
import { isJournalError } from '@microgrid/journal';
import { isMeteringError } from '@microgrid/metering';
import { isSettlementError } from '@microgrid/settlement';
import { isTariffError } from '@microgrid/tariff';
import { formatKilowattHours, formatMoney, isUnitsError } from '@microgrid/units';
import { addCompareCommands } from './compare-commands.js';
import { explain, type ExplainOptions } from './explain.js';
import { EXTERNAL_INPUTS_OPTION, withInputs } from './input-place.js';
import { addPayments } from './payments-command.js';
import { progressBar } from './progress-bar.js';
import { addProofCommands } from './proof-commands.js';
import { renderExplanation } from './render-explanation.js';
import { isRunnerError, RunnerError } from './runner-error.js';
import { run, type RunManifest, type RunOptions } from './run.js';
import type { SettlingThreads } from './stretches/stretch-threads.js';
import { addUbl } from './ubl-command.js';
import { verify, type VerifyOptions } from './verify.js';
import { addVersionCommands, kindOf, sourceOf } from './version-commands.js';
import { runHistory, runKindOfPeriod } from './versions/run-kind-of-period.js';

/** Done, and for verify: every byte is right. */
export const EXIT_OK = 0;
/** The run under verification is not what its inputs demand. */
export const EXIT_DIFFERENT = 1;
/** Wrong command line, wrong input or an output that cannot be written. */
export const EXIT_BAD_INPUT = 2;
/** Interrupted: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/** Where a command writes; the process's own streams by default. */
export interface CliStreams {
  /** The built page that checks a member's bundle; default: beside the built app. */
  readonly verifyPage?: string;
  /** The built workers of this app; without them `run` and `verify` do all in one thread. */
  readonly threads?: Pick<SettlingThreads, 'worker' | 'writer'>;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Runs `microgrid-settle` with arguments (without node and script) and gives the exit code.
 * Anything wrong becomes one message on stderr; no stack trace for what a user can mend.
 */
export async function main(
  args: readonly string[],
  streams: CliStreams,
  signal?: AbortSignal,
): Promise<number> {
  const state = { code: EXIT_OK };
  try {
    await program(streams, state, signal).parseAsync(args, { from: 'user' });
    return state.code;
  } catch (error) {
    // Commander has printed its message or the help itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
    if (signal?.aborted) {
      streams.stderr.write('microgrid-settle: interrupted; nothing was written\n');
      return EXIT_INTERRUPTED;
    }
    if (!isExpected(error)) throw error;
    streams.stderr.write(`microgrid-settle: ${error.message}\n`);
    return EXIT_BAD_INPUT;
  }
}

function isExpected(error: unknown): error is Error {
  return (
    isRunnerError(error) ||
    isCommunityError(error) ||
    isEventsError(error) ||
    isMeteringError(error) ||
    isSettlementError(error) ||
    isInvoicingError(error) ||
    isJournalError(error) ||
    isTariffError(error) ||
    isUnitsError(error)
  );
}

function program(streams: CliStreams, state: { code: number }, signal?: AbortSignal): Command {
  const command = new Command('microgrid-settle')
    .description('Settle, verify and explain a period of an energy community.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 something was found (verify, diff, shadow, lint, payments), 2 bad input or usage.',
    );
  const { show, stop } = progress(streams);

  addRun(command, streams, { stop, ...(show && { onProgress: show }), ...(signal && { signal }) });
  addVerify(command, streams, { state, stop, ...(show && { onProgress: show }) });
  addExplain(command, streams);
  addCompareCommands(command, {
    write: (text) => void streams.stdout.write(text),
    different: () => (state.code = EXIT_DIFFERENT),
  });
  addVersionCommands(command, {
    write: (text) => void streams.stdout.write(text),
    summary,
    stop,
    ...(show && { onProgress: show }),
    ...(signal && { signal }),
  });
  addPayments(command, {
    write: (text) => void streams.stdout.write(text),
    different: () => (state.code = EXIT_DIFFERENT),
  });
  addUbl(command, { write: (text) => void streams.stdout.write(text) });
  addProofCommands(command, {
    write: (text) => void streams.stdout.write(text),
    verifyPage: streams.verifyPage ?? 'dist/verify.html',
  });
  return command;
}

type Watched = Pick<RunOptions, 'onProgress' | 'signal'> & {
  /** Ends the progress bar. */
  readonly stop?: (() => void) | undefined;
};

function addRun(command: Command, streams: CliStreams, { stop, ...watched }: Watched): void {
  command
    .command('run')
    .description('settle a period and write the run')
    .option('--community <file>', 'community file (YAML)')
    .option('--readings <file>', 'readings in canonical CSV, plain or gzip')
    .option('--history <file>', 'what became known when, and the runs made of it (YAML)')
    .option('--from <date>', 'first day (local midnight), or an instant with Z')
    .option('--to <date>', 'end, exclusive: a day, or an instant with Z')
    .option('--kind <kind>', 'as a run of a kind: its completeness is checked')
    .option('--source <source>', 'who the readings come from; with --kind', 'meter-profile')
    .option('--calendar <file>', 'run calendar (YAML); with --kind')
    .option('--as-known-on <instant>', 'see what was known then; with --kind or --history')
    .requiredOption('--out <directory>', 'directory to write; an earlier run there is replaced')
    .option(
      '--external-inputs <directory>',
      'keep the inputs there by their hash, for several runs, instead of in the run',
    )
    .option('--no-interval-tables', "leave out the CSV tables of the members' intervals")
    .option(...THREADS_OPTION)
    .action(async (options: RunLine) => {
      const threads = threadsOf(streams, options);
      const manifest = await runOf(options, { ...watched, threads }).finally(stop);
      streams.stdout.write(summary(manifest, options.out));
    });
}

function addVerify(
  command: Command,
  streams: CliStreams,
  { state, stop, onProgress }: Watched & { readonly state: { code: number } },
): void {
  command
    .command('verify')
    .description('recompute a run from its own inputs and compare every byte')
    .argument('<directory>', 'directory that run wrote')
    .option('--operator-key <key>', 'the run must be signed by this key, as in ed25519:…')
    .option(...EXTERNAL_INPUTS_OPTION)
    .option(...THREADS_OPTION)
    .action(async (directory: string, options: VerifyLine) => {
      const { ok, files, findings, erased } = await verify(directory, {
        ...options,
        threads: threadsOf(streams, options),
        ...(onProgress && { onProgress }),
      }).finally(stop);
      if (ok && erased !== undefined) {
        const who = erased.join(', ');
        streams.stdout.write(
          `verify: ok (${files} files; erased: ${who}, whose values can no longer be recomputed)\n`,
        );
        return;
      }
      if (ok) {
        streams.stdout.write(`verify: ok (${files} files, every byte as its inputs demand)\n`);
        return;
      }
      state.code = EXIT_DIFFERENT;
      for (const { message } of findings) streams.stdout.write(`${message}\n`);
      const wrong = new Set(findings.map(({ file }) => file)).size;
      streams.stdout.write(
        `verify: failed (${wrong} ${wrong === 1 ? 'file differs' : 'files differ'})\n`,
      );
    });
}

function addExplain(command: Command, streams: CliStreams): void {
  command
    .command('explain')
    .description('explain how an interval of a member became money')
    .argument('<directory>', 'directory that run wrote')
    .requiredOption('--member <id>', 'member of the community')
    .requiredOption('--interval <instant>', 'start of the interval, as in 2016-08-10T14:00Z')
    .option('--json', 'as JSON')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action((directory: string, options: ExplainOptions & { json?: boolean }) => {
      const explanation = explain(directory, options);
      streams.stdout.write(
        options.json === true
          ? `${JSON.stringify(explanation, null, 2)}\n`
          : renderExplanation(explanation),
      );
    });
}

type VerifyLine = Pick<VerifyOptions, 'operatorKey' | 'externalInputs'> & ThreadsLine;

/** The options of `run`, as they stand on its line. */
interface RunLine extends ThreadsLine {
  readonly community?: string;
  readonly readings?: string;
  readonly history?: string;
  readonly from?: string;
  readonly to?: string;
  readonly kind?: string;
  readonly source: string;
  readonly calendar?: string;
  readonly asKnownOn?: string;
  readonly out: string;
  readonly externalInputs?: string;
  readonly intervalTables: boolean;
}

const THREADS_OPTION = [
  '--threads <count>',
  'threads beside this one that settle a large run, and one that writes it; 0: none; the bytes do not depend on it; default one for each core that these leave, as far as there is work for them',
  countOfThreads,
] as const;

function threadsOf({ threads }: CliStreams, { threads: count }: ThreadsLine): SettlingThreads {
  // None beside this one: no writing thread either.
  if (count === 0) return {};
  return { ...threads, ...(count !== undefined && { count }) };
}

/** How many threads, as it stands on a line. */
interface ThreadsLine {
  readonly threads?: number;
}

function countOfThreads(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 0 to 999');
}

async function runOf(
  line: RunLine,
  { threads, ...watched }: Pick<RunOptions, 'onProgress' | 'signal' | 'threads'>,
): Promise<RunManifest> {
  const { history, kind, out, asKnownOn, intervalTables } = line;
  const form = { intervalTables, ...withInputs(line.externalInputs) };
  const known = asKnownOn === undefined ? {} : { asKnownOn };
  if (history !== undefined) {
    const { from, to } = line;
    const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return runHistory({ history, out, ...form, ...bounds, ...known, ...watched });
  }
  const needed = (name: 'community' | 'readings' | 'from' | 'to'): string => {
    const value = line[name];
    if (value !== undefined) return value;
    throw new RunnerError('bad-usage', `run: expected --${name}, or --history`);
  };
  const options = {
    community: needed('community'),
    readings: needed('readings'),
    from: needed('from'),
    to: needed('to'),
    out,
    ...form,
    ...watched,
  };
  if (kind === undefined) return run({ ...options, ...(threads && { threads }) });
  return runKindOfPeriod({
    ...options,
    ...known,
    kind: kindOf(kind),
    source: sourceOf(line.source),
    ...(line.calendar !== undefined && { calendar: line.calendar }),
  });
}

/** A bar only where a person looks at both streams: in a pipe there is none. */
function progress({ stdout, stderr }: CliStreams): Partial<ReturnType<typeof progressBar>> {
  return stdout.isTTY === true && stderr.isTTY === true ? progressBar(stderr) : {};
}

function summary(
  { community, period, intervals, currency, totals, members }: RunManifest,
  out: string,
): string {
  const kWh = (energy: string): string => `${formatKilowattHours(BigInt(energy))} kWh`;
  return [
    `${community.name}: ${period.start} to ${period.end}, ${intervals} intervals, ${Object.keys(members).length} members`,
    `import ${kWh(totals.importMilliwattHours)}, export ${kWh(totals.exportMilliwattHours)}, shared ${kWh(totals.sharedInMilliwattHours)}, cost ${formatMoney(BigInt(totals.costPico))} ${currency}`,
    `written to ${out}`,
    '',
  ].join('\n');
}
