import { z } from 'zod';
import {
  accountFields,
  addressField,
  bankName,
  communityFields,
  fileFields,
  identityFields,
  memberFields,
  readFields,
} from '../parties/party-fields.js';

const party = {
  name: bankName,
  ...accountFields,
  // What only documents need of a party; one file serves both.
  ...identityFields,
  address: addressField.optional(),
};

const paymentParties = z.strictObject({
  ...fileFields,
  community: z.strictObject({ ...party, ...communityFields }),
  members: z.record(z.string(), z.strictObject({ ...party, ...memberFields })),
});

/** Whose accounts are paid from and to. Kept apart from the community file: it is nobody else's business. */
export type PaymentParties = z.infer<typeof paymentParties>;
/** A member's account and, to be collected from, its mandate. */
export type MemberAccount = PaymentParties['members'][string];

/**
 * Reads the accounts of a community and its members from a file `microgrid/parties/1`.
 * @throws InvoicingError `bad-payment` naming each place, value and expectation.
 */
export function parsePaymentParties(value: unknown, source = 'payment parties'): PaymentParties {
  return readFields(paymentParties, value, source, 'bad-payment');
}
