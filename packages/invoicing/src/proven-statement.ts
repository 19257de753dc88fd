import { canonicalJson, type StatementV1 } from '@microgrid/events';
import { toHex, type MerkleTree } from '@microgrid/journal';
import type { MemberDay } from '@microgrid/settlement';
import { MemberDayTexts, type StatementBody } from './member-day-leaf.js';

/** A member's days with their place among the leaves of the run's tree. */
export interface ProvenDays {
  readonly days: readonly MemberDay[];
  /** Position of the first among the leaves; the others follow. */
  readonly firstLeaf: number;
  readonly tree: MerkleTree;
}

/** The days of statements made here. Their proofs outweigh all the rest of a run: they are never objects. */
const daysOf = new WeakMap<StatementV1, ProvenDays>();

/** A statement with its days and their proofs, which are made when they are read or written. */
export function provenStatement(body: StatementBody, proven: ProvenDays): StatementV1 {
  const statement: StatementV1 = {
    ...body,
    merkleRoot: toHex(proven.tree.root),
    leafCount: proven.tree.size,
    get days() {
      return JSON.parse(daysJson(body, proven)) as StatementV1['days'];
    },
  };
  daysOf.set(statement, proven);
  return statement;
}

function daysJson(
  { community, member }: Pick<StatementV1, 'community' | 'member'>,
  { days, firstLeaf, tree }: ProvenDays,
): string {
  const texts = new MemberDayTexts(community, member);
  let text = '[';
  for (const [at, day] of days.entries()) {
    const leaf = firstLeaf + at;
    text += `${at === 0 ? '' : ','}${texts.proven(day, leaf, tree.inclusionProofJson(leaf))}`;
  }
  return `${text}]`;
}

/** A statement as a file: canonical JSON and a line feed. */
export function renderStatementJson(value: StatementV1): string {
  const proven = daysOf.get(value);
  if (proven === undefined) return `${canonicalJson(value)}\n`;
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const key of Object.keys(value) as (keyof StatementV1)[]) {
    if (key < 'days') before[key] = value[key];
    else if (key > 'days') after[key] = value[key];
  }
  // Three fields stand before the days, in every statement.
  const [head, tail] = [canonicalJson(before).slice(0, -1), canonicalJson(after).slice(1)];
  return `${head},"days":${daysJson(value, proven)},${tail}\n`;
}
