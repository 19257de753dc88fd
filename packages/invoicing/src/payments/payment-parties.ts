import { z } from 'zod';
import { InvoicingError } from '../invoicing-error.js';
import { bankIdFault, bankText } from './bank-text.js';
import { bicFault, creditorIdFault, ibanFault } from './iban.js';

function checked(fault: (text: string) => string | undefined): z.ZodType<string> {
  return z.string().superRefine((text, context) => {
    const message = fault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

function nameFault(text: string): string | undefined {
  const plain = bankText(text);
  if (plain === undefined) return 'expected a name that can be written in Latin letters';
  return plain.length >= 1 && plain.length <= 70
    ? undefined
    : 'expected a name of 1 to 70 characters';
}

function dateFault(text: string): string | undefined {
  return isDate(text) ? undefined : 'expected a date that exists, as YYYY-MM-DD';
}

/** Whether a text is a date that exists, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= length;
}

/** The steps of a mandate's life that a collection names. */
export const SEQUENCE_TYPES = ['FRST', 'RCUR', 'FNAL', 'OOFF'] as const;

/** A member's consent to be collected from. */
const mandate = z.strictObject({
  id: checked(bankIdFault),
  /** Day of signature. */
  date: checked(dateFault),
  /** First, recurring, final or one-off collection. */
  sequence: z.enum(SEQUENCE_TYPES, { error: `one of ${SEQUENCE_TYPES.join(', ')}` }),
  /** Scheme: `CORE` for anybody, `B2B` for companies. Default `CORE`. */
  scheme: z.enum(['CORE', 'B2B'], { error: 'CORE or B2B' }).optional(),
});

const account = {
  name: checked(nameFault),
  iban: checked(ibanFault),
  bic: checked(bicFault).optional(),
};

const paymentParties = z.strictObject({
  schema: z.literal('microgrid/payment-parties/1'),
  community: z.strictObject({ ...account, creditorId: checked(creditorIdFault).optional() }),
  members: z.record(z.string(), z.strictObject({ ...account, mandate: mandate.optional() })),
});

/** Whose accounts are paid from and to. Kept apart from the community file: it is nobody else's business. */
export type PaymentParties = z.infer<typeof paymentParties>;
/** A member's account and, to be collected from, its mandate. */
export type MemberAccount = PaymentParties['members'][string];
/** A member's consent to be collected from. */
export type Mandate = z.infer<typeof mandate>;

/**
 * Reads the accounts of a community and its members.
 * @throws InvoicingError `bad-payment` naming each place, value and expectation.
 */
export function parsePaymentParties(value: unknown, source = 'payment parties'): PaymentParties {
  const read = paymentParties.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'all'}: ${message}`,
  );
  throw new InvoicingError('bad-payment', `${source}: ${problems.join('; ')}`);
}
