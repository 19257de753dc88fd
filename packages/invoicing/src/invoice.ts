import type { StatementLine, StatementV1 } from '@microgrid/events';
import { leafTextHasher, merkleTree, toHex, type HashPort } from '@microgrid/journal';
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
  MemberDayTexts,
  statementHash,
  statementHashes,
  type StatementBody,
} from './member-day-leaf.js';
import { provenStatement } from './proven-statement.js';
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
  /** One per member and local day, ordered by member id, then date; `statementLeaves` gives them. */
  readonly leafCount: number;
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
  const charges = memberCharges(settled, bills);
  const bodies = memberTotals(days).map(({ member, amounts }) =>
    bodyOf(settled, member, amounts, charges.get(member) ?? []),
  );
  const own = daysByMember(days);
  const leafHash = leafTextHasher(hash);
  const leaves = bodies.flatMap((body) => {
    const bound = statementHash(statementHashes(body, hash), hash);
    return leafTexts(body, own.get(body.member) ?? [], bound).map(leafHash);
  });
  const tree = merkleTree(hash, leaves);
  let firstLeaf = 0;
  const statements = bodies.map((body) => {
    const proven = { days: own.get(body.member) ?? [], firstLeaf, tree };
    firstLeaf += proven.days.length;
    return provenStatement(body, proven);
  });
  const transactions = [...statements.flatMap(statementTransactions), ...marketResidual(settled)];
  checkBalances(transactions);
  return {
    statements,
    merkleRoot: toHex(tree.root),
    leafCount: tree.size,
    transactions,
  };
}

function daysByMember(days: readonly MemberDay[]): Map<string, MemberDay[]> {
  const own = new Map<string, MemberDay[]>();
  for (const day of days) {
    const known = own.get(day.member);
    if (known === undefined) own.set(day.member, [day]);
    else known.push(day);
  }
  return own;
}

/** The leaves of a member's days; the last one binds the statement. */
function leafTexts(body: StatementBody, days: readonly MemberDay[], statement: string): string[] {
  const texts = new MemberDayTexts(body.community, body.member);
  return days.map((day, at) => texts.leaf(day, at === days.length - 1 ? statement : undefined));
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
  // In canonical order, so that nobody sorts them again.
  return {
    amountPico: amountPico.toString(),
    community: community.id,
    currency: community.currency,
    end,
    energy: {
      exportMilliwattHours: amounts.exportMilliwattHours.toString(),
      importMilliwattHours: amounts.importMilliwattHours.toString(),
      sharedInMilliwattHours: amounts.sharedInMilliwattHours.toString(),
      sharedOutMilliwattHours: amounts.sharedOutMilliwattHours.toString(),
    },
    exactPico: exactPico.toString(),
    id: `${community.id}/${member}/${start}/${end}`,
    kind: 'statement',
    lines: [...lines],
    member,
    notice: STATEMENT_NOTICE,
    quality: Object.fromEntries(
      Object.entries(amounts.importByQuality).map(([name, energy]) => [name, energy.toString()]),
    ),
    ...(charges.length > 0 && { rounding: roundingOf(settled) }),
    roundingPico: roundingPico.toString(),
    start,
    version: 1,
  };
}

function roundingOf(settled: SettledOutline): NonNullable<StatementV1['rounding']> {
  const { point, vat = point, decimals, mode } = chargeRounding(settled);
  return { point, vat, decimals, mode };
}
