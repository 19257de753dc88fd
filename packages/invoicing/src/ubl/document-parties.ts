import { z } from 'zod';
import {
  addressField,
  documentVatFields,
  identityFields,
  textField,
  type vatTreatment,
} from '../parties/party-fields.js';

const party = z.strictObject({
  name: textField('a name (BT-27, BT-44)'),
  ...identityFields,
  address: addressField,
});

const date = z
  .string({ error: 'a date as YYYY-MM-DD' })
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, { error: 'a date as YYYY-MM-DD' });

/** What an invoice needs beside a statement. */
export const documentFacts = z.strictObject({
  /** Invoice number (BT-1). */
  number: textField('an invoice number (BT-1)'),
  /** Issue date (BT-2). */
  issueDate: date,
  /** Due date (BT-9); needed where something is to be paid. */
  dueDate: date.optional(),
  /** Who issues: the community or who bills for it (BG-4). */
  seller: party,
  /** Who is billed (BG-7). */
  buyer: party,
  /** The buyer's reference (BT-10). */
  buyerReference: textField('a reference (BT-10)').optional(),
  ...documentVatFields,
  /** Account to pay to (BT-84). */
  iban: textField('an IBAN (BT-84)').optional(),
  /** Invoice that a credit note is about (BT-25). */
  precedingInvoice: textField('an invoice number (BT-25)').optional(),
});
/** What an invoice needs beside a statement. */
export type DocumentFacts = z.infer<typeof documentFacts>;
/** Seller or buyer. */
export type DocumentParty = z.infer<typeof party>;
/** How a line is taxed. */
export type VatTreatment = z.infer<typeof vatTreatment>;
