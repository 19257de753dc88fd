import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { paymentFiles, renderBeancount, renderHledger, renderLedger } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import { formatInstant, formatMoney } from '@microgrid/units';
import { EXTERNAL_INPUTS_OPTION, withInputs } from './input-place.js';
import {
  paymentsOfRun,
  readBankFile,
  readPaymentInputs,
  readPaymentParties,
  type PaymentsOptions,
  type PaymentsResult,
} from './payments.js';
import { RunnerError, systemMessage } from './runner-error.js';

/** The options of the command `payments`, as they stand on its line. */
export interface PaymentsCommandOptions {
  readonly inputs?: string;
  readonly until?: string;
  readonly bank?: readonly string[];
  readonly parties?: string;
  readonly returnWindow?: string;
  readonly pain?: string;
  readonly date?: string;
  readonly ledger?: string;
  readonly hledger?: string;
  readonly beancount?: string;
  readonly externalInputs?: string;
}

/** Where the command writes and how it tells that somebody has to look. */
export interface PaymentsCommandPorts {
  readonly write: (text: string) => void;
  /** Called when a finding needs a person. */
  readonly different: () => void;
}

/** Adds the command `payments` to a program. */
export function addPayments(command: Command, { write, different }: PaymentsCommandPorts): void {
  command
    .command('payments')
    .description('run every statement through what was paid, refused, credited and disputed')
    .argument('<directory>', 'directory that run wrote')
    .option('--inputs <file>', 'what happened, one JSON object a line, in order of time')
    .option('--until <instant>', 'let the clock go on to here')
    .option('--bank <files...>', 'messages of the bank: camt.053, camt.054, pain.002')
    .option('--parties <file>', 'accounts and mandates of community and members (JSON)')
    .option('--return-window <days>', 'days until a booked payment counts (default 5)')
    .option('--pain <directory>', 'write pain.008 and pain.001 for what is to be asked for')
    .option('--date <date>', 'day on which the bank should pay; with --pain')
    .option('--ledger <file>', 'write the ledger, one record a line')
    .option('--hledger <file>', 'write the ledger as an hledger journal')
    .option('--beancount <file>', 'write the ledger as a Beancount journal')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action((directory: string, options: PaymentsCommandOptions) => {
      const result = paymentsOfRun(directory, paymentsOptions(options));
      for (const line of reportLines(result)) write(`${JSON.stringify(line)}\n`);
      writeFiles(result, options);
      if (result.warnings.length > 0 || result.run.findings.some((one) => one.needsPerson)) {
        different();
      }
    });
}

function paymentsOptions(options: PaymentsCommandOptions): PaymentsOptions {
  const { inputs, until, bank = [], parties, returnWindow } = options;
  const days = returnWindow === undefined ? undefined : Number(returnWindow);
  if (days !== undefined && !(Number.isInteger(days) && days >= 0)) {
    throw new RunnerError(
      'bad-usage',
      `--return-window: got ${JSON.stringify(returnWindow)}, expected whole days from 0`,
    );
  }
  return {
    ...withInputs(options.externalInputs),
    inputs: inputs === undefined ? [] : readPaymentInputs(inputs),
    ...(until !== undefined && { until }),
    bank: bank.map(readBankFile),
    ...(parties !== undefined && { parties: readPaymentParties(parties) }),
    ...(days !== undefined && { returnWindowDays: days }),
  };
}

/** States first, then what the bank said and whoever has to look at it. */
function* reportLines({ states, run, warnings }: PaymentsResult): Generator<object> {
  yield* states;
  for (const { amountPico, ...finding } of run.findings) {
    yield { ...finding, ...(amountPico !== undefined && { amount: formatMoney(amountPico) }) };
  }
  for (const warning of warnings) yield { finding: 'warning', says: warning, needsPerson: true };
}

function writeFiles(result: PaymentsResult, options: PaymentsCommandOptions): void {
  const { run, timeZone } = result;
  const { ledger, hledger, beancount, pain } = options;
  if (ledger !== undefined) writeText(ledger, renderLedger(run.ledger.records));
  if (hledger !== undefined) writeText(hledger, renderHledger(run.ledger, timeZone));
  if (beancount !== undefined) writeText(beancount, renderBeancount(run.ledger, timeZone));
  if (pain !== undefined) writePaymentFiles(result, pain, options);
}

/** The bank's files, and beside them the lines for `--inputs` once the bank has been given them. */
function writePaymentFiles(
  { run }: PaymentsResult,
  directory: string,
  { parties, date }: PaymentsCommandOptions,
): void {
  if (parties === undefined || date === undefined) {
    throw new RunnerError('bad-usage', '--pain: expected --parties and --date beside it');
  }
  const files = paymentFiles(run.instructions, readPaymentParties(parties), {
    hash: nodeHash,
    createdAtMs: run.nowMs,
    requestedDate: date,
  });
  for (const { name, text } of files) writeText(join(directory, name), text);
  const at = formatInstant(run.nowMs);
  const lines = files
    .flatMap(({ endToEndIds }) => endToEndIds)
    .map((endToEndId) => `${JSON.stringify({ at, message: 'instructed', endToEndId })}\n`);
  writeText(join(directory, 'instructed.ndjson'), lines.join(''));
}

function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new RunnerError('bad-output', `${path}: cannot be written: ${systemMessage(error)}`);
  }
}
