import { z } from 'zod';
import {
  accountFields,
  addressField,
  bankName,
  creditorIdField,
  documentVatFields,
  identityFields,
  mandateField,
  PARTIES_SCHEMA,
  readFields,
  textField,
} from '../parties/party-fields.js';

/** What only documents need of a party; one file serves both. */
const documentFields = { ...identityFields, address: addressField.optional() };

const paymentParties = z.strictObject({
  schema: z.literal(PARTIES_SCHEMA, { error: `"${PARTIES_SCHEMA}"` }),
  community: z.strictObject({
    name: bankName,
    ...accountFields,
    creditorId: creditorIdField.optional(),
    ...documentFields,
  }),
  members: z.record(
    z.string(),
    z.strictObject({
      name: bankName,
      ...accountFields,
      mandate: mandateField.optional(),
      reference: textField('a reference (BT-10)').optional(),
      ...documentFields,
    }),
  ),
  documents: z.strictObject(documentVatFields).optional(),
});

/** Whose accounts are paid from and to. Kept apart from the community file: it is nobody else's business. */
export type PaymentParties = z.infer<typeof paymentParties>;
/** A member's account and, to be collected from, its mandate. */
export type MemberAccount = PaymentParties['members'][string];
/** A member's consent to be collected from. */
export type Mandate = z.infer<typeof mandateField>;

/**
 * Reads the accounts of a community and its members from a file `microgrid/parties/1`.
 * @throws InvoicingError `bad-payment` naming each place, value and expectation.
 */
export function parsePaymentParties(value: unknown, source = 'payment parties'): PaymentParties {
  return readFields(paymentParties, value, source, 'bad-payment');
}
