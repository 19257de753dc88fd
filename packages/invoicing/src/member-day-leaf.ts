import { canonicalBytes, canonicalJson, type StatementV1 } from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import type { MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';

const encoder = new TextEncoder();

/** A day of a statement without its place in the tree. */
export type StatementDay = Omit<StatementV1['days'][number], 'leafIndex' | 'proof'>;

/** What one leaf of a run's Merkle tree says: one member on one local day. */
export interface MemberDayLeaf extends StatementDay {
  readonly community: string;
  readonly member: string;
  /** On the last day of each member: {@link statementHash}. */
  readonly statement?: string;
}

/** A statement without its days and their proofs. */
export type StatementBody = Omit<StatementV1, 'merkleRoot' | 'leafCount' | 'days'>;

/** A statement without its days and their proofs. */
export function statementBody(statement: StatementV1): StatementBody {
  const { merkleRoot: _root, leafCount: _count, days: _days, ...body } = statement;
  return body;
}

/** What {@link statementHash} is made of: SHA-256 of canonical JSON, hexadecimal. */
export interface StatementHashes {
  /** Of each line, in order. */
  readonly lines: readonly string[];
  /** Of everything else: totals, currency, rounding, energy and its quality. */
  readonly terms: string;
}

/** The hashes of a statement's parts: with them a single changed line can be told from the others. */
export function statementHashes(
  { lines, ...terms }: StatementBody,
  hash: HashPort,
): StatementHashes {
  const of = (value: unknown): string => toHex(hash.sha256(canonicalBytes(value)));
  return { lines: lines.map(of), terms: of(terms) };
}

/**
 * What binds a statement to the run's tree: lines, charges and VAT belong to the period, so no day's
 * figures speak for them. SHA-256, hexadecimal, of the canonical JSON of its parts' hashes.
 */
export function statementHash(hashes: StatementHashes, hash: HashPort): string {
  return toHex(hash.sha256(canonicalBytes(hashes)));
}

/** The leaves a statement's days stand for, in the order of its days. */
export function statementLeaves(statement: StatementV1, hash: HashPort): MemberDayLeaf[] {
  const { community, member, days } = statement;
  const bound = statementHash(statementHashes(statementBody(statement), hash), hash);
  return days.map(({ leafIndex: _leafIndex, proof: _proof, ...day }, index) => ({
    community,
    member,
    ...day,
    ...(index === days.length - 1 && { statement: bound }),
  }));
}

/** A member's day as its statement shows it; fields in canonical order, which need not be sorted again. */
export function statementDay(day: MemberDay): StatementDay {
  return {
    costPico: day.costPico.toString(),
    date: day.date,
    end: formatInstant(day.endMs),
    exportMilliwattHours: day.exportMilliwattHours.toString(),
    importMilliwattHours: day.importMilliwattHours.toString(),
    sharedInMilliwattHours: day.sharedInMilliwattHours.toString(),
    sharedOutMilliwattHours: day.sharedOutMilliwattHours.toString(),
    start: formatInstant(day.startMs),
  };
}

/** The leaf of a member's day, in the same order. */
export function dayLeaf(community: string, member: string, day: StatementDay): MemberDayLeaf {
  return {
    community,
    costPico: day.costPico,
    date: day.date,
    end: day.end,
    exportMilliwattHours: day.exportMilliwattHours,
    importMilliwattHours: day.importMilliwattHours,
    member,
    sharedInMilliwattHours: day.sharedInMilliwattHours,
    sharedOutMilliwattHours: day.sharedOutMilliwattHours,
    start: day.start,
  };
}

const LEAF_FIELDS = [
  'community',
  'costPico',
  'date',
  'end',
  'exportMilliwattHours',
  'importMilliwattHours',
  'member',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
  'start',
  'statement',
] as const satisfies readonly (keyof MemberDayLeaf)[];

/**
 * The bytes of a leaf: canonical JSON; the tree hashes them as a leaf of RFC 6962. A run has one leaf per
 * member and day: its fields are known and need no sorting.
 */
export function leafBytes(leaf: MemberDayLeaf): Uint8Array {
  let text = '';
  let fields = 0;
  for (const field of LEAF_FIELDS) {
    const value = leaf[field];
    if (value === undefined) continue;
    text += `,"${field}":${canonicalJson(value)}`;
    fields += 1;
  }
  // A leaf with more in it, from somebody's file, is another leaf.
  if (Object.keys(leaf).length !== fields) return canonicalBytes(leaf);
  return encoder.encode(`{${text.slice(1)}}`);
}
