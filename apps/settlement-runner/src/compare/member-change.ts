import { compareIds, type Pico } from '@microgrid/units';

/** Energies and cost (with charges and VAT) of a member or of all, decimal integers in strings. */
export interface ComparedAmounts {
  readonly importMilliwattHours: string;
  readonly exportMilliwattHours: string;
  readonly sharedInMilliwattHours: string;
  readonly sharedOutMilliwattHours: string;
  readonly costPico: string;
}

/** Amounts before and after; absent where that side does not have the member. */
export interface MemberChange {
  readonly member: string;
  readonly before?: ComparedAmounts;
  readonly after?: ComparedAmounts;
  /** After less before; what is absent counts as nothing. Positive cost: the member pays more. */
  readonly change: ComparedAmounts;
}

const FIELDS = [
  'importMilliwattHours',
  'exportMilliwattHours',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
  'costPico',
] as const;

/** After less before, field by field. */
export function changeOf(
  before: ComparedAmounts | undefined,
  after: ComparedAmounts | undefined,
): ComparedAmounts {
  const of = (field: (typeof FIELDS)[number]): string =>
    (BigInt(after?.[field] ?? 0) - BigInt(before?.[field] ?? 0)).toString();
  return {
    importMilliwattHours: of('importMilliwattHours'),
    exportMilliwattHours: of('exportMilliwattHours'),
    sharedInMilliwattHours: of('sharedInMilliwattHours'),
    sharedOutMilliwattHours: of('sharedOutMilliwattHours'),
    costPico: of('costPico'),
  };
}

type ByMember = Readonly<Record<string, ComparedAmounts>>;

/**
 * A run's amounts with what its statements come to in place of the cost of energy: with charges and
 * VAT, where a contract has any. The total is that of the members.
 */
export function withStatements(
  members: ByMember,
  totals: ComparedAmounts,
  statements: ReadonlyMap<string, { readonly exactPico: string }>,
): { readonly members: ByMember; readonly totals: ComparedAmounts } {
  const whole = Object.fromEntries(
    Object.entries(members).map(([member, amounts]) => [
      member,
      { ...amounts, costPico: statements.get(member)?.exactPico ?? amounts.costPico },
    ]),
  );
  const cost = Object.values(whole).reduce((sum, { costPico }) => sum + BigInt(costPico), 0n);
  return { members: whole, totals: { ...totals, costPico: cost.toString() } };
}

/** Every member of either side, in id order. */
export function memberChanges(before: ByMember, after: ByMember): MemberChange[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareIds);
  return members.map((member) => {
    const [a, b] = [before[member], after[member]];
    return {
      member,
      ...(a && { before: a }),
      ...(b && { after: b }),
      change: changeOf(a, b),
    };
  });
}

/** Whether anything differs. */
export function isChanged({ change, before, after }: MemberChange): boolean {
  return (
    before === undefined || after === undefined || FIELDS.some((field) => change[field] !== '0')
  );
}

/** The sum of what members pay more, and of what they pay less (below 0). */
export function gainsAndLosses(changes: readonly MemberChange[]): {
  readonly paidMorePico: Pico;
  readonly paidLessPico: Pico;
} {
  let [more, less] = [0n, 0n];
  for (const { change } of changes) {
    const cost = BigInt(change.costPico);
    if (cost > 0n) more += cost;
    else less += cost;
  }
  return { paidMorePico: more, paidLessPico: less };
}
