import { readFileSync } from 'node:fs';
import {
  invoice,
  parsePaymentParties,
  readBankReport,
  runPayments,
  type MemberPayment,
  type PaymentEvent,
  type PaymentParties,
  type PaymentRun,
} from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import {
  caseHash,
  contractParameters,
  whereabouts,
  type SettlementContract,
  type SettlementParameters,
} from '@microgrid/settlement';
import {
  formatInstant,
  formatMoney,
  parseMoney,
  parseInstantLoose,
  type EpochMs,
  type Pico,
} from '@microgrid/units';
import { loadRun } from './load-run.js';
import { RunnerError, systemMessage } from './runner-error.js';

const AMOUNT_MESSAGES = ['payment', 'creditConfirmation'] as const;
const REASON_MESSAGES = ['refusal', 'dispute', 'disputeRejection', 'disputeApproval'] as const;
const ORDER_MESSAGES = ['instructed', 'recalled'] as const;
const MESSAGES = [...AMOUNT_MESSAGES, ...REASON_MESSAGES, ...ORDER_MESSAGES] as const;

/** Something that happened to a statement, as a line of the inputs file. */
export interface PaymentInput {
  /** When, as in `2026-08-01T10:00:00Z`; not before the line above. */
  readonly at: string;
  /** Whose statement. Not of `instructed` and `recalled`, which name an order. */
  readonly member?: string;
  readonly message: (typeof MESSAGES)[number];
  /** Of a payment or credit confirmation, in currency units: `"12.34"`. */
  readonly amount?: string;
  /** Of the others. */
  readonly reason?: string;
  /** The order that the bank was given (`instructed`) or will not carry out (`recalled`). */
  readonly endToEndId?: string;
}

/** Where a member's statement stands. */
export interface PaymentState {
  readonly member: string;
  readonly statement: string;
  readonly payer: string;
  readonly payee: string;
  readonly currency: string;
  readonly amount: string;
  /** Control places that hold the case: `awaitingPayment.0.1` is version 0, second attempt. */
  readonly stands: readonly string[];
  readonly paid: string;
  readonly covered: string;
  readonly deferred: string;
  readonly credited: string;
  /** Hash of the case's marking: the same inputs give the same. */
  readonly markingHash: string;
}

/** A message of the bank as it came. */
export interface BankFile {
  /** Its name, for messages. */
  readonly name: string;
  /** camt.053, camt.054, camt.052 or pain.002. */
  readonly text: string;
}

/** What the payment cases of a run go through. */
export interface PaymentsOptions {
  readonly inputs: readonly PaymentInput[];
  /** The clock goes on to here in the end. Default the last input's instant. */
  readonly until?: string;
  readonly parameters?: Partial<Omit<SettlementParameters, 'netting'>>;
  /** Messages of the bank, in any order; what one says twice counts once. */
  readonly bank?: readonly BankFile[];
  /** Whose accounts: with it the bank's messages have to be about the community's. */
  readonly parties?: PaymentParties;
  /** Days until a booked payment can no longer be returned and counts. Default 5. */
  readonly returnWindowDays?: number;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
}

/** What came of the payments of a run. */
export interface PaymentsResult {
  readonly states: readonly PaymentState[];
  /** Payments to ask the bank for, findings and the ledger. */
  readonly run: PaymentRun;
  /** What does not add up inside the bank's messages. */
  readonly warnings: readonly string[];
  readonly timeZone: string;
}

/** {@link paymentsOfRun}: where each statement stands. */
export function payments(directory: string, options: PaymentsOptions): PaymentState[] {
  return [...paymentsOfRun(directory, options).states];
}

/**
 * Runs the payment case of every statement of a run through what happened: pay, confirm, credit,
 * settle, close. Each case is issued at the end of the period; a case whose window is over, with
 * nothing open, is closed. The same run and inputs give the same result, to the hash.
 * @throws RunnerError `bad-input` for an unknown member, message or amount, or an instant before the
 *   one above; InvoicingError `bad-confirmation` for what is no message of a bank.
 */
export function paymentsOfRun(directory: string, options: PaymentsOptions): PaymentsResult {
  const { settled } = loadRun(directory, options.externalInputs);
  const { contract } = settled;
  const { statements } = invoice(settled, { hash: nodeHash });
  const members = new Set(statements.map(({ member }) => member));
  const events = eventsOf(options, contract, members);
  const { timeZone } = contract.community;
  const iban = options.parties?.community.iban;
  const reports = (options.bank ?? []).map(({ name, text }) =>
    readBankReport(text, { timeZone, source: name, ...(iban !== undefined && { iban }) }),
  );
  const { until, returnWindowDays } = options;
  const lastMs = events.at(-1)?.atMs ?? contract.endMs;
  const run = runPayments(statements, {
    hash: nodeHash,
    parameters: contractParameters(contract, options.parameters),
    issuedAtMs: contract.endMs,
    events,
    bankItems: reports.flatMap(({ items }) => items),
    ...(returnWindowDays !== undefined && { returnWindowMs: returnWindowDays * 86_400_000 }),
    ...(until !== undefined && {
      untilMs: notBefore(instantOf(until, '--until'), lastMs, '--until'),
    }),
  });
  return {
    states: run.payments.map(stateOf),
    run,
    warnings: reports.flatMap(({ warnings }) => warnings),
    timeZone,
  };
}

/** Reads an inputs file. @throws RunnerError `bad-input` naming file and line. */
export function readPaymentInputs(path: string): PaymentInput[] {
  return textOf(path)
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as PaymentInput];
      } catch {
        throw new RunnerError(
          'bad-input',
          `${path}, line ${index + 1}: no JSON object, expected for instance {"at":"2026-08-01T10:00:00Z","member":"a","message":"payment","amount":"12.34"}`,
        );
      }
    });
}

/** Reads the accounts of a community and its members. @throws RunnerError `bad-input`, InvoicingError `bad-payment`. */
export function readPaymentParties(path: string): PaymentParties {
  let value: unknown;
  try {
    value = JSON.parse(textOf(path));
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    throw new RunnerError('bad-input', `${path}: no JSON: ${systemMessage(error)}`);
  }
  return parsePaymentParties(value, path);
}

/** Reads a message of the bank. @throws RunnerError `bad-input`. */
export function readBankFile(path: string): BankFile {
  return { name: path, text: textOf(path) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunnerError('bad-input', `${path}: cannot be read: ${systemMessage(error)}`);
  }
}

function eventsOf(
  { inputs }: PaymentsOptions,
  { endMs }: SettlementContract,
  members: ReadonlySet<string>,
): PaymentEvent[] {
  let lastMs = endMs;
  return inputs.map((input, index) => {
    const where = `payment input ${index + 1}`;
    checkInput(input, where, members);
    lastMs = notBefore(instantOf(input.at, where), lastMs, where);
    return eventOf(input, where, lastMs);
  });
}

function checkInput(input: PaymentInput, where: string, members: ReadonlySet<string>): void {
  const { member, message } = input;
  const order = isOneOf(ORDER_MESSAGES, message);
  if (MESSAGES.includes(message) && (order || members.has(member ?? ''))) return;
  throw new RunnerError(
    'bad-input',
    `${where}: got member ${JSON.stringify(member)}, message ${JSON.stringify(message)}; expected one of ${[...members].join(', ')} and one of ${MESSAGES.join(', ')}`,
  );
}

function isOneOf<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text);
}

function eventOf(input: PaymentInput, where: string, atMs: EpochMs): PaymentEvent {
  const { message, member = '', reason = '', endToEndId } = input;
  if (isOneOf(ORDER_MESSAGES, message)) {
    if (typeof endToEndId === 'string') return { atMs, message, endToEndId };
    throw new RunnerError('bad-input', `${where}: no endToEndId, expected the id of an order`);
  }
  if (isOneOf(REASON_MESSAGES, message)) return { atMs, member, message, reason };
  return { atMs, member, message, amountPico: amountOf(input, where) };
}

function amountOf({ amount }: PaymentInput, where: string): Pico {
  let amountPico: Pico | undefined;
  try {
    amountPico = amount === undefined ? undefined : parseMoney(amount);
  } catch {
    amountPico = undefined;
  }
  if (amountPico !== undefined && amountPico >= 0n) return amountPico;
  throw new RunnerError(
    'bad-input',
    `${where}: got amount ${JSON.stringify(amount)}, expected a decimal from 0 such as "12.34"`,
  );
}

function notBefore(atMs: EpochMs, earliestMs: EpochMs, where: string): EpochMs {
  if (atMs >= earliestMs) return atMs;
  throw new RunnerError(
    'bad-input',
    `${where}: got ${formatInstant(atMs)}, expected an instant from ${formatInstant(earliestMs)} on`,
  );
}

function instantOf(text: string, where: string): number {
  try {
    return parseInstantLoose(text);
  } catch {
    throw new RunnerError(
      'bad-input',
      `${where}: got ${JSON.stringify(text)}, expected an instant such as 2026-08-01T10:00:00Z`,
    );
  }
}

function stateOf({ member, payment, amountPico, state }: MemberPayment): PaymentState {
  const stands = Object.entries(whereabouts(state)).map(([place, token]) =>
    [place, token.v, token.a].filter((part) => part !== undefined).join('.'),
  );
  const moved = (move: string): string =>
    formatMoney(
      state.effects.reduce((sum, { moved: amounts = {} }) => sum + (amounts[move] ?? 0n), 0n),
    );
  return {
    member,
    ...payment,
    amount: formatMoney(amountPico),
    stands,
    paid: moved('collect'),
    covered: moved('cover'),
    deferred: moved('defer'),
    credited: moved('transfer'),
    markingHash: caseHash(state, { hash: (bytes) => nodeHash.sha256(bytes) }),
  };
}
