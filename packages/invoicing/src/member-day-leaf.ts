import { canonicalBytes, type StatementV1 } from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import type { MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';

/** A day of a statement without its place in the tree. */
export type StatementDay = Omit<StatementV1['days'][number], 'leafIndex' | 'proof'>;

/** What one leaf of a run's Merkle tree says: one member on one local day. */
export interface MemberDayLeaf extends StatementDay {
  readonly community: string;
  readonly member: string;
  /** On the last day of a member with a price stack: {@link statementLinesHash}. */
  readonly lines?: string;
}

/**
 * What binds the lines of a statement with a price stack to the run's tree: charges and VAT belong to
 * the period, so no day's figures speak for them. SHA-256, hexadecimal, of the canonical JSON of
 * currency, rounding and all lines; nothing for a statement whose days make up all its lines.
 */
export function statementLinesHash(
  { currency, rounding, lines }: Pick<StatementV1, 'currency' | 'rounding' | 'lines'>,
  hash: HashPort,
): string | undefined {
  if (rounding === undefined && lines.every(({ charge }) => charge === undefined)) return undefined;
  const bound = { currency, lines, ...(rounding !== undefined && { rounding }) };
  return toHex(hash.sha256(canonicalBytes(bound)));
}

/** The leaves a statement's days stand for, in the order of its days. */
export function statementLeaves(statement: StatementV1, hash: HashPort): MemberDayLeaf[] {
  const { community, member, days } = statement;
  const lines = statementLinesHash(statement, hash);
  return days.map(({ leafIndex: _leafIndex, proof: _proof, ...day }, index) => ({
    community,
    member,
    ...day,
    ...(lines !== undefined && index === days.length - 1 && { lines }),
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

/** The bytes of a leaf: canonical JSON; the tree hashes them as a leaf of RFC 6962. */
export function leafBytes(leaf: MemberDayLeaf): Uint8Array {
  return canonicalBytes(leaf);
}
