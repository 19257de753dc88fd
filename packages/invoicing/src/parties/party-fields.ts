import { z } from 'zod';
import { expectation, pathText, showValue, valueAt } from '@microgrid/events';
import { InvoicingError, type InvoicingErrorCode } from '../invoicing-error.js';
import { bankIdFault, bankText } from '../payments/bank-text.js';
import { bicFault, creditorIdFault, ibanFault } from '../payments/iban.js';

/** Schema named by the file of a community's and its members' accounts, addresses and VAT identifiers. */
const PARTIES_SCHEMA = 'microgrid/parties/1';

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

const mandateField = z.strictObject({
  id: checked(bankIdFault),
  /** Day of signature. */
  date: checked(dateFault),
  /** First, recurring, final or one-off collection. */
  sequence: z.enum(SEQUENCE_TYPES, { error: `one of ${SEQUENCE_TYPES.join(', ')}` }),
  /** Scheme: `CORE` for anybody, `B2B` for companies. Default `CORE`. */
  scheme: z.enum(['CORE', 'B2B'], { error: 'CORE or B2B' }).optional(),
});
/** A member's consent to be collected from. */
export type Mandate = z.infer<typeof mandateField>;

/** A text that says something. */
export const textField = (what: string): z.ZodType<string> =>
  z.string({ error: what }).trim().min(1, { error: what });

/** A postal address (BG-5, BG-8): the country at least. */
export const addressField = z.strictObject({
  street: textField('a street').optional(),
  city: textField('a city').optional(),
  postalCode: textField('a postal code').optional(),
  country: z
    .string({ error: 'a country as ISO 3166-1 alpha-2, such as PT (BT-40, BT-55)' })
    .regex(/^[A-Z]{2}$/, { error: 'a country as ISO 3166-1 alpha-2, such as PT (BT-40, BT-55)' }),
});

/** VAT categories of EN 16931 (UNCL5305) that a statement's lines may have. */
export const VAT_CATEGORIES = ['S', 'Z', 'E', 'AE', 'O'] as const;

/** How a line is taxed. */
export const vatTreatment = z
  .strictObject({
    /** Standard rate, zero rate, exempt, reverse charge, outside the scope of VAT. */
    category: z.enum(VAT_CATEGORIES, { error: `one of ${VAT_CATEGORIES.join(', ')} (BT-151)` }),
    /** Decimal text; 0 and absent in other categories than `S`. */
    percent: z
      .string()
      .regex(/^\d{1,3}(?:\.\d{1,4})?$/, { error: 'a percentage such as "23" (BT-152)' })
      .optional(),
    /** Why there is no VAT, for `E`, `AE` and `O`. */
    reason: textField('a reason (BT-120)').optional(),
  })
  .superRefine(({ category, percent, reason }, context) => {
    const rate = Number(percent ?? '0');
    const tell = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (category === 'S' && rate === 0) tell('percent', 'a percentage above 0 for category S');
    if (category !== 'S' && rate !== 0) tell('percent', `no percentage for category ${category}`);
    if (['E', 'AE', 'O'].includes(category) && reason === undefined) {
      tell('reason', `why there is no VAT, for category ${category} (BT-120)`);
    }
  });
/** How a line is taxed. */
export type VatTreatment = z.infer<typeof vatTreatment>;

/** A name as banks write it. */
export const bankName = checked(nameFault);

/** What tells an account. */
export const accountFields = {
  iban: checked(ibanFault),
  bic: checked(bicFault).optional(),
};

/** What documents say of a party beside its name and address. */
export const identityFields = {
  /** VAT identifier with its country prefix. */
  vatId: z
    .string()
    .regex(/^[A-Z]{2}[A-Z0-9]{2,13}$/, { error: 'a VAT identifier such as PT123456789 (BT-31)' })
    .optional(),
  /** Register number of a company. */
  legalId: textField('a register number (BT-30, BT-47)').optional(),
  /** Where electronic invoices go, with the code of its scheme (BT-34, BT-49). */
  endpoint: z
    .strictObject({ scheme: textField('a scheme code'), id: textField('an address') })
    .optional(),
};

/** How lines are taxed that name no VAT themselves. */
export const documentVatFields = {
  /** VAT on energy lines: supply, shared energy, surplus. */
  energyVat: vatTreatment.optional(),
  /** VAT treatment of charges that name no VAT. */
  chargesWithoutVat: vatTreatment.optional(),
};

/** What the file has beside its parties. */
export const fileFields = {
  schema: z.literal(PARTIES_SCHEMA, { error: `"${PARTIES_SCHEMA}"` }),
  documents: z.strictObject(documentVatFields).optional(),
};

/** What only the community has. */
export const communityFields = {
  /** Who collects by direct debit. */
  creditorId: checked(creditorIdFault).optional(),
};

/** What only members have. */
export const memberFields = {
  mandate: mandateField.optional(),
  /** The buyer's reference (BT-10). */
  reference: textField('a reference (BT-10)').optional(),
};

/** Reads with a schema. @throws InvoicingError with every wrong field's path, value and expectation. */
export function readFields<T>(
  schema: z.ZodType<T>,
  value: unknown,
  source: string,
  code: InvoicingErrorCode,
): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => {
    const expected = expectation(message).replace(/^expected /, '');
    return `${path.length === 0 ? '' : `${pathText(path)}: `}got ${showValue(valueAt(value, path))}, expected ${expected}`;
  });
  throw new InvoicingError(code, `${source}: ${problems.join('; ')}`);
}
