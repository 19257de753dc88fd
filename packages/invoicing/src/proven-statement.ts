import { canonicalJson, type StatementV1 } from '@microgrid/events';
import { toHex, type MerkleTree } from '@microgrid/journal';
import type { MemberDay } from '@microgrid/settlement';
import { MemberDayTexts, type StatementBody } from './member-day-leaf.js';
import { TextBytes } from './text-bytes.js';

/** A member's days with their place among the leaves of the run's tree. */
export interface ProvenDays {
  readonly days: readonly MemberDay[];
  /** Position of the first among the leaves; the others follow. */
  readonly firstLeaf: number;
  readonly tree: MerkleTree;
}

/** The days of statements made here. Their proofs outweigh all the rest of a run: they are never objects. */
const daysOf = new WeakMap<StatementV1, ProvenDays>();

const decoder = new TextDecoder();

/** A statement with its days and their proofs, which are made when they are read or written. */
export function provenStatement(body: StatementBody, proven: ProvenDays): StatementV1 {
  const statement: StatementV1 = {
    ...body,
    merkleRoot: toHex(proven.tree.root),
    leafCount: proven.tree.size,
    get days() {
      const text = new TextBytes();
      writeDays(text, body, proven);
      return JSON.parse(decoder.decode(text.take())) as StatementV1['days'];
    },
  };
  daysOf.set(statement, proven);
  return statement;
}

function writeDays(
  text: TextBytes,
  { community, member }: Pick<StatementV1, 'community' | 'member'>,
  { days, firstLeaf, tree }: ProvenDays,
): void {
  const texts = new MemberDayTexts(community, member);
  // What stands between two proofs is one text: each costs a call of the encoder.
  let between = '[';
  for (let at = 0; at < days.length; at++) {
    const day = days[at] as MemberDay;
    const leaf = firstLeaf + at;
    text.text(between + texts.beforeProof(day, leaf));
    text.reserve(tree.inclusionProofJsonBytes);
    text.written((bytes, start) => tree.writeInclusionProofJson(leaf, bytes, start));
    between = `${texts.afterProof(day)},`;
  }
  text.text(days.length === 0 ? '[]' : `${between.slice(0, -1)}]`);
}

/** Used for one statement after the other. */
const room = new TextBytes();

/** A statement as a file: canonical JSON and a line feed, in UTF-8. */
export function statementJsonBytes(value: StatementV1): Uint8Array {
  const proven = daysOf.get(value);
  room.clear();
  if (proven === undefined) {
    room.text(canonicalJson(value));
  } else {
    const before: Record<string, unknown> = {};
    const after: Record<string, unknown> = {};
    for (const key of Object.keys(value) as (keyof StatementV1)[]) {
      if (key < 'days') before[key] = value[key];
      else if (key > 'days') after[key] = value[key];
    }
    // Three fields stand before the days, in every statement.
    room.text(`${canonicalJson(before).slice(0, -1)},"days":`);
    writeDays(room, value, proven);
    room.text(`,${canonicalJson(after).slice(1)}`);
  }
  room.text('\n');
  return room.take().slice();
}

/** {@link statementJsonBytes} as text. */
export function renderStatementJson(value: StatementV1): string {
  return decoder.decode(statementJsonBytes(value));
}
