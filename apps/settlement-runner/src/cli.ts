import { Command, CommanderError } from 'commander';
import { isCommunityError } from '@microgrid/community';
import { isEventsError } from '@microgrid/events';
import { isInvoicingError } from '@microgrid/invoicing';
import { isJournalError } from '@microgrid/journal';
import { isMeteringError } from '@microgrid/metering';
import { isSettlementError } from '@microgrid/settlement';
import { isTariffError } from '@microgrid/tariff';
import { formatKilowattHours, formatMoney, isUnitsError } from '@microgrid/units';
import { explain } from './explain.js';
import { payments, readPaymentInputs } from './payments.js';
import { progressBar } from './progress-bar.js';
import { addProofCommands } from './proof-commands.js';
import { renderExplanation } from './render-explanation.js';
import { isRunnerError } from './runner-error.js';
import { run, type RunManifest } from './run.js';
import { verify } from './verify.js';

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
    .addHelpText('after', '\nExit codes: 0 done, 1 verification failed, 2 bad input or usage.');
  const { show, stop } = progress(streams);

  command
    .command('run')
    .description('settle a period and write the run')
    .requiredOption('--community <file>', 'community file (YAML)')
    .requiredOption('--readings <file>', 'readings in canonical CSV, plain or gzip')
    .requiredOption('--from <date>', 'first day (local midnight), or an instant with Z')
    .requiredOption('--to <date>', 'end, exclusive: a day, or an instant with Z')
    .requiredOption('--out <directory>', 'directory to write; an earlier run there is replaced')
    .action(async (options: Omit<Parameters<typeof run>[0], 'onProgress' | 'signal'>) => {
      const manifest = await run({
        ...options,
        ...(show && { onProgress: show }),
        ...(signal && { signal }),
      }).finally(stop);
      streams.stdout.write(summary(manifest, options.out));
    });

  command
    .command('verify')
    .description('recompute a run from its own inputs and compare every byte')
    .argument('<directory>', 'directory that run wrote')
    .option('--operator-key <key>', 'the run must be signed by this key, as in ed25519:…')
    .action(async (directory: string, { operatorKey }: { operatorKey?: string }) => {
      const { ok, files, findings, erased } = await verify(directory, show, operatorKey).finally(
        stop,
      );
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

  command
    .command('explain')
    .description('explain how an interval of a member became money')
    .argument('<directory>', 'directory that run wrote')
    .requiredOption('--member <id>', 'member of the community')
    .requiredOption('--interval <instant>', 'start of the interval, as in 2016-08-10T14:00Z')
    .option('--json', 'as JSON')
    .action((directory: string, options: { member: string; interval: string; json?: boolean }) => {
      const explanation = explain(directory, options);
      streams.stdout.write(
        options.json === true
          ? `${JSON.stringify(explanation, null, 2)}\n`
          : renderExplanation(explanation),
      );
    });
  addPayments(command, streams);
  addProofCommands(command, {
    write: (text) => void streams.stdout.write(text),
    verifyPage: streams.verifyPage ?? 'dist/verify.html',
  });
  return command;
}

function addPayments(command: Command, streams: CliStreams): void {
  command
    .command('payments')
    .description('run every statement through what was paid, refused, credited and disputed')
    .argument('<directory>', 'directory that run wrote')
    .option('--inputs <file>', 'what happened, one JSON object a line, in order of time')
    .option('--until <instant>', 'let the clock go on to here')
    .action((directory: string, options: { inputs?: string; until?: string }) => {
      const states = payments(directory, {
        inputs: options.inputs === undefined ? [] : readPaymentInputs(options.inputs),
        ...(options.until !== undefined && { until: options.until }),
      });
      streams.stdout.write(states.map((state) => `${JSON.stringify(state)}\n`).join(''));
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
