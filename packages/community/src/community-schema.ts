import { z } from 'zod';
import { currencyField, idField, resolutionField } from '@microgrid/events';
import { isTimeZone } from '@microgrid/units/calendar';
import { checkReferences } from './check-references.js';
import { contractSlots, pointSlots } from './contract-rules-schema.js';
import { dateText, kilovoltAmperesText, powerFactorText } from './decimal-fields.js';
import { priceInput } from './price-input.js';
import { sharingKeyInput } from './sharing-key-schema.js';

/** The form of community files this version reads. */
export const COMMUNITY_SCHEMA = 'microgrid/community/1';

const NAME = 'a name of 1 to 200 characters, none of them a control character';

// With the u flag only surrogates that are not part of a pair match: they have no UTF-8.
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u;

const nameField = z
  .string({ error: NAME })
  .min(1, { error: NAME })
  .max(200, { error: NAME })
  .refine((text) => !UNPRINTABLE.test(text), { error: NAME })
  .meta({ description: 'A name for people' });

const validFrom = dateText
  .optional()
  .meta({ description: 'First day of taking part in sharing; absent: from the beginning' });
const validTo = dateText
  .optional()
  .meta({ description: 'First day of no longer taking part in sharing; absent: no end' });

/** A metering point as written in a file. */
export const meteringPointInput = z.strictObject({
  id: idField,
  gateway: idField.optional().meta({ description: 'The gateway that meters this point' }),
  importLimitKilovoltAmperes: kilovoltAmperesText.optional(),
  exportLimitKilovoltAmperes: kilovoltAmperesText.optional(),
  powerFactor: powerFactorText
    .optional()
    .meta({ description: 'Turns the kVA limits into active power; default "1"' }),
  validFrom,
  validTo,
  ...pointSlots,
});
export type MeteringPointInput = z.infer<typeof meteringPointInput>;

/** A member as written in a file. */
export const memberInput = z.strictObject({
  id: idField,
  name: nameField.optional(),
  validFrom,
  validTo,
  meteringPoints: z.array(meteringPointInput).min(1, { error: 'at least one metering point' }),
});

/** A gateway's public key: raw ed25519, base64url. */
const publicKeyField = z
  .string()
  .regex(/^ed25519:[A-Za-z0-9_-]{43}$/, {
    error: 'a public key as "ed25519:" and 43 base64url characters',
  })
  .meta({ description: 'ed25519: and the 32 bytes of the key in base64url' });

/** The shape of a community file; rules between its fields are checked after it. */
export const communityShape = z.strictObject({
  schema: z.literal(COMMUNITY_SCHEMA, { error: `"${COMMUNITY_SCHEMA}"` }),
  id: idField,
  name: nameField,
  timeZone: z
    .string({ error: 'an IANA time zone such as Europe/Lisbon' })
    .refine(isTimeZone, { error: 'an IANA time zone such as Europe/Lisbon' })
    .meta({ description: 'IANA time zone: where the local days of the community begin' }),
  resolution: resolutionField,
  currency: currencyField,
  netting: z.enum(['none', 'interval'], { error: 'none or interval' }).meta({
    description:
      'interval: import and export of a point are netted within each interval before anything is shared or priced',
  }),
  sharingKey: sharingKeyInput,
  prices: z.strictObject({ import: priceInput, export: priceInput, internal: priceInput }),
  transformer: z
    .strictObject({
      limitKilovoltAmperes: kilovoltAmperesText,
      powerFactor: powerFactorText.optional().meta({ description: 'Default "1"' }),
    })
    .optional()
    .meta({ description: 'Caps the energy shared in one interval' }),
  ...contractSlots,
  members: z.array(memberInput).min(1, { error: 'at least one member' }),
  gateways: z.array(z.strictObject({ id: idField, publicKey: publicKeyField })).optional(),
});

/** A community as written in a file. */
export type CommunityInput = z.infer<typeof communityShape>;

/** The whole check: shape, then the rules between fields. */
export const communitySchema = communityShape.superRefine((community, context) => {
  for (const { path, message } of checkReferences(community)) {
    context.addIssue({ code: 'custom', path, message });
  }
});
