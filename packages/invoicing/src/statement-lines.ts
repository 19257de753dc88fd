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
 * and rounded once to the cent, half away from zero; the total adds rounded lines.
 */
export function statementLines(amounts: MemberAmounts): StatementLines {
  const lines = [
    line('supply', amounts.supplyMilliwattHours, amounts.supplyPico),
    line('sharedIn', amounts.sharedInMilliwattHours, amounts.sharedInPico),
    line('sharedOut', amounts.sharedOutMilliwattHours, amounts.sharedOutPico),
    line('surplus', amounts.surplusMilliwattHours, amounts.surplusPico),
  ];
  const amountPico = lines.reduce((sum, { amountPico: amount }) => sum + BigInt(amount), 0n);
  const exactPico = amounts.costPico;
  return { lines, exactPico, amountPico, roundingPico: amountPico - exactPico };
}

function line(kind: StatementLine['line'], energy: bigint, exact: Pico): StatementLine {
  return {
    line: kind,
    energyMilliwattHours: energy.toString(),
    exactPico: exact.toString(),
    amountPico: roundToCents(exact).toString(),
  };
}
