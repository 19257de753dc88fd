import { canonicalBytes, canonicalJson, type StatementV1 } from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import type { MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';

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

/** The bytes of a leaf: canonical JSON; the tree hashes them as a leaf of RFC 6962. */
export function leafBytes(leaf: MemberDayLeaf): Uint8Array {
  return canonicalBytes(leaf);
}

/**
 * Writes a member's days, as its leaves and as its statement have them. A run has one of each per member and
 * day: their fields are known, in order, and nothing in them needs an escape.
 */
export class MemberDayTexts {
  private readonly head: string;
  private readonly member: string;

  constructor(community: string, member: string) {
    this.head = `{"community":${canonicalJson(community)},`;
    this.member = canonicalJson(member);
  }

  /** The text of {@link leafBytes}. @param statement on the member's last day: {@link statementHash}. */
  leaf(day: MemberDay, statement?: string): string {
    const bound = statement === undefined ? '' : `,"statement":"${statement}"`;
    return `${this.head}${toImport(day)},"member":${this.member},${fromShared(day)}${bound}}`;
  }

  /** A day of the statement up to its proof, which is JSON text. */
  beforeProof(day: MemberDay, leafIndex: number): string {
    return `{${toImport(day)},"leafIndex":${leafIndex},"proof":`;
  }

  /** What follows it. */
  afterProof(day: MemberDay): string {
    return `,${fromShared(day)}}`;
  }
}

/** The instants of days: each stands in the leaves and statements of all members. */
const spelledInstants = new Map<number, string>();
const MOST_SPELLED_INSTANTS = 1024;

function instant(atMs: number): string {
  let text = spelledInstants.get(atMs);
  if (text === undefined) {
    text = formatInstant(atMs);
    if (spelledInstants.size >= MOST_SPELLED_INSTANTS) spelledInstants.clear();
    spelledInstants.set(atMs, text);
  }
  return text;
}

/** The fields up to the import, in canonical order. */
function toImport(day: MemberDay): string {
  return `"costPico":"${day.costPico}","date":"${day.date}","end":"${instant(day.endMs)}","exportMilliwattHours":"${day.exportMilliwattHours}","importMilliwattHours":"${day.importMilliwattHours}"`;
}

/** The others. */
function fromShared(day: MemberDay): string {
  return `"sharedInMilliwattHours":"${day.sharedInMilliwattHours}","sharedOutMilliwattHours":"${day.sharedOutMilliwattHours}","start":"${instant(day.startMs)}"`;
}
