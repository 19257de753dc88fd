import { z } from 'zod';
import type { StatementV1 } from '@microgrid/events';
import { InvoicingError } from '../invoicing-error.js';
import {
  accountFields,
  addressField,
  communityFields,
  fileFields,
  identityFields,
  memberFields,
  readFields,
  textField,
} from '../parties/party-fields.js';
import type { DocumentFacts } from './document-parties.js';

const party = {
  name: textField('a name (BT-27, BT-44)'),
  address: addressField,
  ...identityFields,
  // What only payments need of a party; one file serves both.
  iban: accountFields.iban.optional(),
  bic: accountFields.bic,
};

const documentParties = z.strictObject({
  ...fileFields,
  community: z.strictObject({ ...party, ...communityFields }),
  members: z.record(z.string(), z.strictObject({ ...party, ...memberFields })),
});
/** Who documents are from and to, from a file `microgrid/parties/1`, which payments read too. */
export type DocumentParties = z.infer<typeof documentParties>;

/**
 * Reads the parties of documents: names and addresses, VAT identifiers, how energy is taxed.
 * @throws InvoicingError `missing-data` naming each place, value and expectation.
 */
export function parseDocumentParties(value: unknown, source = 'parties'): DocumentParties {
  return readFields(documentParties, value, source, 'missing-data');
}

/** What a document has of its own, beside its parties. */
export type DocumentTerms = Pick<DocumentFacts, 'number' | 'issueDate' | 'dueDate'>;

/**
 * What `ublDocument` needs for a statement: the community sells, the statement's member buys.
 * @throws InvoicingError `missing-data` for a member that the parties do not have.
 */
export function documentFactsOf(
  { community, members, documents = {} }: DocumentParties,
  { member }: Pick<StatementV1, 'member'>,
  terms: DocumentTerms,
): DocumentFacts {
  const buyer = Object.hasOwn(members, member) ? members[member] : undefined;
  if (buyer === undefined) {
    throw new InvoicingError(
      'missing-data',
      `parties: nothing about member ${member}, expected members.${member} with name and address`,
    );
  }
  const { iban } = community;
  const { reference } = buyer;
  return {
    ...terms,
    seller: partyOf(community),
    buyer: partyOf(buyer),
    ...documents,
    ...(reference !== undefined && { buyerReference: reference }),
    ...(iban !== undefined && { iban }),
  };
}

function partyOf(party: DocumentParties['community'] | DocumentParties['members'][string]) {
  const { name, address, vatId, legalId, endpoint } = party;
  return {
    name,
    address,
    ...(vatId !== undefined && { vatId }),
    ...(legalId !== undefined && { legalId }),
    ...(endpoint !== undefined && { endpoint }),
  };
}
