import { readFileSync } from 'node:fs';
import { invoice, statementPayment } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import {
  agreementPlace,
  beginCase,
  caseHash,
  continueCase,
  contractParameters,
  isReadyFor,
  paymentMarking,
  paymentNet,
  settle,
  whereabouts,
  type PaymentCase,
  type RunningCase,
  type SettlementParameters,
} from '@microgrid/settlement';
import {
  formatInstant,
  formatMoney,
  parseMoney,
  parseInstantLoose,
  type Pico,
} from '@microgrid/units';
import { loadInputs } from './explain.js';
import { RunnerError, systemMessage } from './runner-error.js';

const MESSAGES = [
  'payment',
  'refusal',
  'creditConfirmation',
  'dispute',
  'disputeRejection',
  'disputeApproval',
] as const;

/** Something that happened to a statement, as a line of the inputs file. */
export interface PaymentInput {
  /** When, as in `2026-08-01T10:00:00Z`; not before the line above. */
  readonly at: string;
  readonly member: string;
  readonly message: (typeof MESSAGES)[number];
  /** Of a payment or credit confirmation, in currency units: `"12.34"`. */
  readonly amount?: string;
  /** Of the others. */
  readonly reason?: string;
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

/** What the payment cases of a run go through. */
export interface PaymentsOptions {
  readonly inputs: readonly PaymentInput[];
  /** The clock goes on to here in the end. Default the last input's instant. */
  readonly until?: string;
  readonly parameters?: Partial<Omit<SettlementParameters, 'netting'>>;
}

interface MemberCase {
  readonly member: string;
  readonly payment: PaymentCase;
  readonly amountPico: Pico;
  running: RunningCase;
}

/**
 * Runs the payment case of every statement of a run through what happened: pay, confirm, credit,
 * settle, close. Each case is issued at the end of the period; a case whose window is over, with
 * nothing open, is closed. The same run and inputs give the same result, to the hash.
 * @throws RunnerError `bad-input` for an unknown member, message or amount, or an instant before the
 *   one above.
 */
export function payments(directory: string, options: PaymentsOptions): PaymentState[] {
  const { contract, grid } = loadInputs(directory);
  const settled = settle(contract, grid);
  const { statements } = invoice(settled, { hash: nodeHash });
  const net = paymentNet(contractParameters(contract, options.parameters));
  const cases = statements.map((statement): MemberCase => {
    const { payment, amountPico } = statementPayment(statement);
    const start = paymentMarking(net, payment, { nowMs: contract.endMs });
    const running = continueCase(beginCase(net, start), [
      { place: 'bill', token: { amountPico } },
      { place: agreementPlace('issueEvent'), token: {} },
    ]);
    return { member: statement.member, payment, amountPico, running };
  });
  let nowMs = contract.endMs;
  const goOn = (text: string, where: string): void => {
    const atMs = instantOf(text, where);
    if (atMs < nowMs) {
      throw new RunnerError(
        'bad-input',
        `${where}: got ${text}, expected an instant from ${formatInstant(nowMs)} on`,
      );
    }
    nowMs = atMs;
    for (const one of cases) one.running = closed(continueCase(one.running, [{ nowMs }]));
  };
  for (const [index, input] of options.inputs.entries()) {
    const where = `payment input ${index + 1}`;
    const one = cases.find(({ member }) => member === input.member);
    if (one === undefined || !MESSAGES.includes(input.message)) {
      throw new RunnerError(
        'bad-input',
        `${where}: got member ${JSON.stringify(input.member)}, message ${JSON.stringify(input.message)}; expected one of ${cases.map(({ member }) => member).join(', ')} and one of ${MESSAGES.join(', ')}`,
      );
    }
    goOn(input.at, where);
    const token = tokenOf(input, where);
    one.running = closed(continueCase(one.running, [{ place: input.message, token }]));
  }
  if (options.until !== undefined) goOn(options.until, '--until');
  return cases.map((one) => stateOf(one));
}

/** Reads an inputs file. @throws RunnerError `bad-input` naming file and line. */
export function readPaymentInputs(path: string): PaymentInput[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunnerError('bad-input', `${path}: cannot be read: ${systemMessage(error)}`);
  }
  return text.split('\n').flatMap((line, index) => {
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

function tokenOf({ message, amount, reason = '' }: PaymentInput, where: string): object {
  if (message !== 'payment' && message !== 'creditConfirmation') return { reason };
  let amountPico: Pico | undefined;
  try {
    amountPico = amount === undefined ? undefined : parseMoney(amount);
  } catch {
    amountPico = undefined;
  }
  if (amountPico !== undefined && amountPico >= 0n) return { amountPico };
  throw new RunnerError(
    'bad-input',
    `${where}: got amount ${JSON.stringify(amount)}, expected a decimal from 0 such as "12.34"`,
  );
}

/** The readings of a run are final here, so the energy side agrees to close whenever the payment is ready. */
function closed(running: RunningCase): RunningCase {
  return isReadyFor(running, 'close')
    ? continueCase(running, [{ place: agreementPlace('close'), token: {} }])
    : running;
}

function stateOf({ member, payment, amountPico, running }: MemberCase): PaymentState {
  const stands = Object.entries(whereabouts(running)).map(([place, token]) =>
    [place, token.v, token.a].filter((part) => part !== undefined).join('.'),
  );
  const moved = (move: string): string =>
    formatMoney(
      running.effects.reduce((sum, { moved: amounts = {} }) => sum + (amounts[move] ?? 0n), 0n),
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
    markingHash: caseHash(running, { hash: (bytes) => nodeHash.sha256(bytes) }),
  };
}
