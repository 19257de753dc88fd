import { canonicalBytes, type StatementV1 } from '@microgrid/events';
import type { MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';

/** A day of a statement without its place in the tree. */
export type StatementDay = Omit<StatementV1['days'][number], 'leafIndex' | 'proof'>;

/** What one leaf of a run's Merkle tree says: one member on one local day. */
export interface MemberDayLeaf extends StatementDay {
  readonly community: string;
  readonly member: string;
}

/** A member's day as its statement shows it. */
export function statementDay(day: MemberDay): StatementDay {
  return {
    date: day.date,
    start: formatInstant(day.startMs),
    end: formatInstant(day.endMs),
    importMilliwattHours: day.importMilliwattHours.toString(),
    exportMilliwattHours: day.exportMilliwattHours.toString(),
    sharedInMilliwattHours: day.sharedInMilliwattHours.toString(),
    sharedOutMilliwattHours: day.sharedOutMilliwattHours.toString(),
    costPico: day.costPico.toString(),
  };
}

/** The bytes of a leaf: canonical JSON; the tree hashes them as a leaf of RFC 6962. */
export function leafBytes(leaf: MemberDayLeaf): Uint8Array {
  return canonicalBytes(leaf);
}
