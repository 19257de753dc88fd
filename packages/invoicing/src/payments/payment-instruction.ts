import { toHex, type HashPort } from '@microgrid/journal';
import { PICO_PER_CENT, type Pico } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { bankIdFault } from './bank-text.js';

/** One payment that a bank is asked for. */
export interface PaymentInstruction {
  /** Comes back in the bank's answers; 1 to 35 characters. The same payment always has the same. */
  readonly endToEndId: string;
  readonly member: string;
  /** `collect`: from the member by direct debit; `credit`: to the member by transfer. */
  readonly direction: 'collect' | 'credit';
  /** Whole cents, above 0. */
  readonly amountPico: Pico;
  readonly currency: string;
  /** What it is for, as the member's bank shows it; at most 140 characters. */
  readonly remittance: string;
}

/** Which payment of a statement: its version, attempt, and payments that came before within it. */
export interface InstructionPlace {
  readonly statement: string;
  readonly version: number;
  readonly attempt: number;
  readonly part: number;
}

const encoder = new TextEncoder();

/** What all payments of a statement have at the front of their ids: 80 bits of its hash. */
export function statementKey(hash: HashPort, statement: string): string {
  return toHex(hash.sha256(encoder.encode(statement))).slice(0, 20);
}

/**
 * The end-to-end id of a payment, made of what is paid and nothing else: asking twice gives the same
 * id, and so the bank can tell a repetition.
 */
export function endToEndId(hash: HashPort, place: InstructionPlace): string {
  const { version, attempt, part } = place;
  return [statementKey(hash, place.statement), version, attempt, part].join('-');
}

/** What an end-to-end id of ours names; nothing for one of another form. */
export function readEndToEndId(
  id: string,
): { readonly key: string; readonly attempt: number; readonly part: number } | undefined {
  const [, key, , attempt, part] = /^([0-9a-f]{20})-(\d{1,4})-(\d{1,4})-(\d{1,4})$/.exec(id) ?? [];
  return key === undefined ? undefined : { key, attempt: Number(attempt), part: Number(part) };
}

/** The first end-to-end id of ours that a text quotes. */
export function findEndToEndId(text: string): string | undefined {
  return /\b[0-9a-f]{20}(?:-\d{1,4}){3}\b/.exec(text)?.[0];
}

/** The most that one payment of the SEPA schemes moves: 999,999,999.99. */
const MOST_PICO = 99_999_999_999n * PICO_PER_CENT;

/**
 * Refuses what no bank may be asked for.
 * @throws InvoicingError `bad-payment` for an amount that is not whole cents from 0.01 to
 *   999,999,999.99, a currency other than EUR, a bad or repeated id.
 */
export function checkInstructions(instructions: readonly PaymentInstruction[]): void {
  const seen = new Set<string>();
  for (const { endToEndId: id, amountPico, currency, member } of instructions) {
    const fault =
      bankIdFault(id) ??
      (seen.has(id) ? 'the id of another payment, expected each once' : undefined) ??
      (currency === 'EUR' ? undefined : `currency ${currency}, expected EUR, which SEPA pays in`) ??
      (amountPico > 0n && amountPico <= MOST_PICO && amountPico % PICO_PER_CENT === 0n
        ? undefined
        : `amount ${amountPico} (10^-12 units), expected whole cents from 0.01 to 999,999,999.99`);
    if (fault !== undefined) {
      throw new InvoicingError(
        'bad-payment',
        `payment ${JSON.stringify(id)} of ${member}: ${fault}`,
      );
    }
    seen.add(id);
  }
}
