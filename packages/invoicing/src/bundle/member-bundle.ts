import { z } from 'zod';
import { canonicalJson, hashField, parse, statementV1 } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import { InvoicingError } from '../invoicing-error.js';
import { statementBody, statementHashes } from '../member-day-leaf.js';
import { runLogProof } from './run-log.js';
import { signedTreeHead } from './tree-head.js';

/** Schema named by a member's bundle. */
export const BUNDLE_SCHEMA = 'microgrid/member-bundle/1';

/**
 * All a member needs to check a settlement alone, and no other member's values: the statement with
 * the proofs of its days, its intervals, and the signed head of the run.
 */
export const memberBundle = z.strictObject({
  schema: z.literal(BUNDLE_SCHEMA, { error: `"${BUNDLE_SCHEMA}"` }),
  /** What the statement is not. */
  notice: z.string().min(1).max(1000),
  head: signedTreeHead,
  statement: statementV1,
  /** The hashes that bind the statement to its last day: with them a changed line is told from the others. */
  hashes: z.strictObject({ lines: z.array(hashField), terms: hashField }),
  /** The member's intervals as the run wrote them (CSV with header, LF). */
  intervals: z.string().optional(),
  log: runLogProof.optional(),
});
export type MemberBundle = z.infer<typeof memberBundle>;

/** What every bundle says of itself. */
export const BUNDLE_NOTICE =
  'Settlement statement of an energy community. It is not a fiscal invoice.';

/** Puts a bundle together. @throws InvoicingError `missing-data` when head and statement are of different runs. */
export function makeMemberBundle(
  parts: Omit<MemberBundle, 'schema' | 'notice' | 'hashes'>,
  hash: HashPort,
): MemberBundle {
  const { head, statement } = parts;
  if (statement.merkleRoot !== head.merkleRoot || statement.leafCount !== head.leafCount) {
    throw new InvoicingError(
      'missing-data',
      `bundle of ${statement.member}: the statement is of the run with root ${statement.merkleRoot} (${statement.leafCount} leaves), the head of ${head.merkleRoot} (${head.leafCount} leaves); expected both of one run`,
    );
  }
  const { lines, terms } = statementHashes(statementBody(statement), hash);
  const hashes = { lines: [...lines], terms };
  return { schema: BUNDLE_SCHEMA, notice: BUNDLE_NOTICE, ...parts, hashes };
}

/** A bundle as a file: canonical JSON and a line feed. */
export function renderMemberBundle(bundle: MemberBundle): string {
  return `${canonicalJson(bundle)}\n`;
}

/** Reads a bundle. @throws EventsError with every wrong field's path, value and expectation. */
export function readMemberBundle(text: string, source = 'bundle'): MemberBundle {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvoicingError('bad-bundle', `${source}: no JSON: ${(error as Error).message}`);
  }
  return parse(memberBundle, value, source);
}
