import { canonicalJson, type StatementLine, type StatementV1 } from '@microgrid/events';
import { leafHash, merkleTree, toHex, type HashPort, type MerkleTree } from '@microgrid/journal';
import {
  memberDays,
  memberTotals,
  type MemberAmounts,
  type MemberDay,
  type SettledOutline,
  type SettledPeriod,
} from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import { billStatementLines } from './charges/bill-statement-lines.js';
import { chargeRounding, pointBills, type PointBill } from './charges/point-bills.js';
import {
  dayLeaf,
  leafBytes,
  statementDay,
  statementHash,
  statementHashes,
  type MemberDayLeaf,
  type StatementBody,
} from './member-day-leaf.js';
import { statementLines } from './statement-lines.js';
import { STATEMENT_NOTICE } from './statement-notice.js';
import {
  checkBalances,
  marketResidualTransactions,
  statementTransactions,
  type Transaction,
} from './transactions.js';

/** What a settled period comes to: statements, their proofs and the ledger. */
export interface Invoice {
  /** One per member, in id order. */
  readonly statements: readonly StatementV1[];
  /** Root of the tree over all leaves, hexadecimal. */
  readonly merkleRoot: string;
  readonly leafCount: number;
  /** One per member and local day, ordered by member id, then date. */
  readonly leaves: readonly MemberDayLeaf[];
  /** One per statement line with money in it, in statement order. */
  readonly transactions: readonly Transaction[];
}

/** What {@link invoice} needs besides the period. */
export interface InvoiceOptions {
  readonly hash: HashPort;
  /** The period's `memberDays`, when they are at hand already. */
  readonly days?: readonly MemberDay[];
}

/**
 * Makes every member's statement, the Merkle tree that proves their days and the ledger postings.
 * A statement holds no other member's values. It is a settlement statement, not a fiscal invoice.
 * @throws InvoicingError `not-balanced`, SettlementError `not-conserved`: never a wrong result.
 */
export function invoice(settled: SettledPeriod, options: InvoiceOptions): Invoice {
  const { hash, days = memberDays(settled) } = options;
  return invoiceDays(settled, { hash, days, bills: pointBills(settled) });
}

/** What {@link invoiceDays} needs. */
export interface InvoicedDays {
  readonly hash: HashPort;
  /** The period's `memberDays`. */
  readonly days: readonly MemberDay[];
  /** The bills of all points: none unless the community's file has charges. */
  readonly bills: readonly PointBill[];
}

/** {@link invoice} of a period of which only its days were kept. @throws as {@link invoice}. */
export function invoiceDays(settled: SettledOutline, { hash, days, bills }: InvoicedDays): Invoice {
  const { id: community } = settled.contract.community;
  const positions = new Map<string, number[]>();
  for (const [index, { member }] of days.entries()) {
    const known = positions.get(member);
    if (known === undefined) positions.set(member, [index]);
    else known.push(index);
  }
  const charges = memberCharges(settled, bills);
  const bodies = memberTotals(days).map(({ member, amounts }) =>
    bodyOf(settled, member, amounts, charges.get(member) ?? []),
  );
  const leaves = days.map((day) => dayLeaf(community, day.member, statementDay(day)));
  for (const body of bodies) bindStatement(body, leaves, positions.get(body.member) ?? [], hash);
  const tree = merkleTree(
    hash,
    leaves.map((leaf) => leafHash(hash, leafBytes(leaf))),
  );
  const statements = bodies.map((body) =>
    statement(body, { leaves, tree, indices: positions.get(body.member) ?? [] }),
  );
  const transactions = [...statements.flatMap(statementTransactions), ...marketResidual(settled)];
  checkBalances(transactions);
  return {
    statements,
    merkleRoot: toHex(tree.root),
    leafCount: leaves.length,
    leaves,
    transactions,
  };
}

interface ProvenDays {
  readonly leaves: readonly MemberDayLeaf[];
  readonly tree: MerkleTree;
  /** Positions of the member's days among the leaves. */
  readonly indices: readonly number[];
}

/** Binds a statement to the leaf of its member's last day. */
function bindStatement(
  body: StatementBody,
  leaves: MemberDayLeaf[],
  indices: readonly number[],
  hash: HashPort,
): void {
  const last = indices.at(-1);
  const leaf = last === undefined ? undefined : leaves[last];
  if (last === undefined || leaf === undefined) return;
  leaves[last] = { ...leaf, statement: statementHash(statementHashes(body, hash), hash) };
}

/** The lines of every member's price stack. */
function memberCharges(
  settled: SettledOutline,
  all: readonly PointBill[],
): Map<string, StatementLine[]> {
  const { points, memberOfPoint, members } = settled;
  const owners = new Map(points.map((id, index) => [id, members[memberOfPoint[index] ?? 0] ?? '']));
  const bills = new Map<string, PointBill[]>();
  for (const one of all) {
    const member = owners.get(one.meteringPoint) ?? '';
    bills.set(member, [...(bills.get(member) ?? []), one]);
  }
  return new Map([...bills].map(([member, own]) => [member, billStatementLines(own)]));
}

/** What buyers in a market paid and sellers did not earn goes from the pool to its named account. */
function marketResidual({ contract, internalAmounts }: SettledOutline): Transaction[] {
  const residual = internalAmounts?.residualPico.reduce((sum, amount) => sum + amount, 0n) ?? 0n;
  const { id, currency } = contract.community;
  const [start, end] = [formatInstant(contract.startMs), formatInstant(contract.endMs)];
  return marketResidualTransactions({ community: id, start, end, currency }, residual);
}

function bodyOf(
  settled: SettledOutline,
  member: string,
  amounts: MemberAmounts,
  charges: readonly StatementLine[],
): StatementBody {
  const { community } = settled.contract;
  const start = formatInstant(settled.startMs);
  const end = formatInstant(settled.endMs);
  const { lines, exactPico, amountPico, roundingPico } = statementLines(amounts, charges);
  return {
    kind: 'statement',
    version: 1,
    id: `${community.id}/${member}/${start}/${end}`,
    community: community.id,
    member,
    start,
    end,
    currency: community.currency,
    notice: STATEMENT_NOTICE,
    energy: {
      importMilliwattHours: amounts.importMilliwattHours.toString(),
      exportMilliwattHours: amounts.exportMilliwattHours.toString(),
      sharedInMilliwattHours: amounts.sharedInMilliwattHours.toString(),
      sharedOutMilliwattHours: amounts.sharedOutMilliwattHours.toString(),
    },
    quality: Object.fromEntries(
      Object.entries(amounts.importByQuality).map(([name, energy]) => [name, energy.toString()]),
    ),
    lines: [...lines],
    ...(charges.length > 0 && { rounding: roundingOf(settled) }),
    exactPico: exactPico.toString(),
    amountPico: amountPico.toString(),
    roundingPico: roundingPico.toString(),
  };
}

function statement(body: StatementBody, { leaves, tree, indices }: ProvenDays): StatementV1 {
  return {
    ...body,
    merkleRoot: toHex(tree.root),
    leafCount: tree.size,
    // Proofs outweigh all the rest of a run: they are made when a statement is read or written.
    get days() {
      return indices.map((index) => provenDay(leaves[index] as MemberDayLeaf, index, tree));
    },
  };
}

function provenDay(
  leaf: MemberDayLeaf,
  index: number,
  tree: MerkleTree,
): StatementV1['days'][number] {
  return {
    costPico: leaf.costPico,
    date: leaf.date,
    end: leaf.end,
    exportMilliwattHours: leaf.exportMilliwattHours,
    importMilliwattHours: leaf.importMilliwattHours,
    leafIndex: index,
    proof: [...tree.inclusionProofHex(index)],
    sharedInMilliwattHours: leaf.sharedInMilliwattHours,
    sharedOutMilliwattHours: leaf.sharedOutMilliwattHours,
    start: leaf.start,
  };
}

function roundingOf(settled: SettledOutline): NonNullable<StatementV1['rounding']> {
  const { point, vat = point, decimals, mode } = chargeRounding(settled);
  return { point, vat, decimals, mode };
}

/** A statement as a file: canonical JSON and a line feed. */
export function renderStatementJson(value: StatementV1): string {
  return `${canonicalJson(value)}\n`;
}
