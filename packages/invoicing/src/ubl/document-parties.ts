import { z } from 'zod';

const text = (what: string): z.ZodType<string> =>
  z.string({ error: what }).trim().min(1, { error: what });

/** A postal address (BG-5, BG-8): the country at least. */
const address = z.strictObject({
  street: text('a street').optional(),
  city: text('a city').optional(),
  postalCode: text('a postal code').optional(),
  country: z
    .string({ error: 'a country as ISO 3166-1 alpha-2, such as PT (BT-40, BT-55)' })
    .regex(/^[A-Z]{2}$/, { error: 'a country as ISO 3166-1 alpha-2, such as PT (BT-40, BT-55)' }),
});

const party = z.strictObject({
  name: text('a name (BT-27, BT-44)'),
  /** VAT identifier with its country prefix. */
  vatId: z
    .string()
    .regex(/^[A-Z]{2}[A-Z0-9]{2,13}$/, { error: 'a VAT identifier such as PT123456789 (BT-31)' })
    .optional(),
  /** Register number of a company. */
  legalId: text('a register number (BT-30, BT-47)').optional(),
  address,
  /** Where electronic invoices go, with the code of its scheme (BT-34, BT-49). */
  endpoint: z.strictObject({ scheme: text('a scheme code'), id: text('an address') }).optional(),
});

/** VAT categories of EN 16931 (UNCL5305) that a statement's lines may have. */
export const VAT_CATEGORIES = ['S', 'Z', 'E', 'AE', 'O'] as const;

const vatTreatment = z
  .strictObject({
    /** Standard rate, zero rate, exempt, reverse charge, outside the scope of VAT. */
    category: z.enum(VAT_CATEGORIES, { error: `one of ${VAT_CATEGORIES.join(', ')} (BT-151)` }),
    /** Decimal text; 0 and absent in other categories than `S`. */
    percent: z
      .string()
      .regex(/^\d{1,3}(?:\.\d{1,4})?$/, { error: 'a percentage such as "23" (BT-152)' })
      .optional(),
    /** Why there is no VAT, for `E`, `AE` and `O`. */
    reason: text('a reason (BT-120)').optional(),
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

const date = z
  .string({ error: 'a date as YYYY-MM-DD' })
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, { error: 'a date as YYYY-MM-DD' });

/** What an invoice needs beside a statement. */
export const documentFacts = z.strictObject({
  /** Invoice number (BT-1). */
  number: text('an invoice number (BT-1)'),
  /** Issue date (BT-2). */
  issueDate: date,
  /** Due date (BT-9); needed where something is to be paid. */
  dueDate: date.optional(),
  /** Who issues: the community or who bills for it (BG-4). */
  seller: party,
  /** Who is billed (BG-7). */
  buyer: party,
  /** The buyer's reference (BT-10). */
  buyerReference: text('a reference (BT-10)').optional(),
  /** VAT on energy lines: supply, shared energy, surplus. */
  energyVat: vatTreatment.optional(),
  /** VAT treatment of charges that name no VAT. */
  chargesWithoutVat: vatTreatment.optional(),
  /** Account to pay to (BT-84). */
  iban: text('an IBAN (BT-84)').optional(),
  /** Invoice that a credit note is about (BT-25). */
  precedingInvoice: text('an invoice number (BT-25)').optional(),
});
/** What an invoice needs beside a statement. */
export type DocumentFacts = z.infer<typeof documentFacts>;
/** Seller or buyer. */
export type DocumentParty = z.infer<typeof party>;
