import type { StatementLine } from '@microgrid/events';
import type { MemberAmounts } from '@microgrid/settlement';
import { roundToCents, type Pico } from '@microgrid/units';

/** The lines of a statement and their sums. */
export interface StatementLines {
  readonly lines: readonly StatementLine[];
  /** Sum of the exact lines. */
  readonly exactPico: Pico;
  /** Sum of the rounded lines: what is paid. */
  readonly amountPico: Pico;
  /** Paid less exact: goes to the account `rounding`. */
  readonly roundingPico: Pico;
}

/**
 * One line per kind of energy. Each is summed exactly over all intervals, whatever their prices,
 * and rounded once to the cent, half away from zero; the total adds rounded lines. What stayed of the
 * pool, or went to others that way, has lines of its own where there is any.
 * @param charges lines of the price stack, as `billStatementLines` makes them.
 */
export function statementLines(
  amounts: MemberAmounts,
  charges: readonly StatementLine[] = [],
): StatementLines {
  const own = amounts.ownSurplusMilliwattHours;
  const assigned = amounts.assignedOutMilliwattHours;
  // The member's surplus is what its plants did not share or give away, without what came back of the pool.
  const surplus = amounts.surplusMilliwattHours - own;
  const lines = [
    line('supply', amounts.supplyMilliwattHours, amounts.supplyPico),
    line('sharedIn', amounts.sharedInMilliwattHours, amounts.sharedInPico),
    line('sharedOut', amounts.sharedOutMilliwattHours, amounts.sharedOutPico),
    line('surplus', surplus, amounts.surplusPico - amounts.ownSurplusPico),
    ...(own === 0n ? [] : [line('ownSurplus', own, amounts.ownSurplusPico)]),
    ...(assigned === 0n ? [] : [line('assignedOut', assigned, 0n)]),
    ...charges,
  ];
  const sum = (field: 'exactPico' | 'amountPico'): Pico =>
    lines.reduce((total, one) => total + BigInt(one[field]), 0n);
  const [exactPico, amountPico] = [sum('exactPico'), sum('amountPico')];
  return { lines, exactPico, amountPico, roundingPico: amountPico - exactPico };
}

/** What tells a line of a statement from its others. */
export function lineKey({ line, charge }: StatementLine): string {
  return charge === undefined ? line : charge.key;
}

function line(kind: StatementLine['line'], energy: bigint, exact: Pico): StatementLine {
  // In canonical order, so that nobody sorts them again.
  return {
    amountPico: roundToCents(exact).toString(),
    energyMilliwattHours: energy.toString(),
    exactPico: exact.toString(),
    line: kind,
  };
}
