import { canonicalBytes } from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import type { EpochMs } from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import { creditTransferFile } from './pain-001.js';
import { directDebitFile } from './pain-008.js';
import { paymentFileFaults } from './payment-file-check.js';
import type { PaymentInstruction } from './payment-instruction.js';
import type { PaymentParties } from './payment-parties.js';

/** A file for the bank. */
export interface PaymentFile {
  /** As in `pain.008-MG8-0123456789abcdef01.xml`. */
  readonly name: string;
  readonly messageId: string;
  readonly text: string;
  /** End-to-end ids of its payments. */
  readonly endToEndIds: readonly string[];
}

/** What {@link paymentFiles} needs. */
export interface PaymentFilesOptions {
  readonly hash: HashPort;
  readonly createdAtMs: EpochMs;
  /** Day on which to pay, `YYYY-MM-DD`. */
  readonly requestedDate: string;
}

/**
 * The files that ask the bank for payments: collections in one, credits in the other. A message's id
 * is made of its payments, so the same payments on the same day are the same message and the bank
 * refuses the repetition. Every file is read again and checked before it is given.
 * @throws InvoicingError `bad-payment`, `missing-data`.
 */
export function paymentFiles(
  instructions: readonly PaymentInstruction[],
  parties: PaymentParties,
  options: PaymentFilesOptions,
): PaymentFile[] {
  const { hash, createdAtMs, requestedDate } = options;
  return (['collect', 'credit'] as const).flatMap((direction) => {
    const payments = instructions.filter((one) => one.direction === direction);
    if (payments.length === 0) return [];
    const message = direction === 'collect' ? 'pain.008' : 'pain.001';
    const about = payments.map((one) => [one.endToEndId, one.amountPico.toString()]);
    const digest = toHex(hash.sha256(canonicalBytes([message, requestedDate, about])));
    const messageId = `MG${message.slice(-1)}-${digest.slice(0, 20)}`;
    const file = direction === 'collect' ? directDebitFile : creditTransferFile;
    const text = file(payments, parties, { messageId, createdAtMs, requestedDate });
    const [fault] = paymentFileFaults(text);
    if (fault !== undefined) {
      throw new InvoicingError('bad-payment', `${message}: ${fault.path}: ${fault.reason}`);
    }
    const endToEndIds = payments.map((one) => one.endToEndId);
    return [{ name: `${message}-${messageId}.xml`, messageId, text, endToEndIds }];
  });
}
