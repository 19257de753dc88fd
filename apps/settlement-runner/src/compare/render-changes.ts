import { formatKilowattHours, formatMoney } from '@microgrid/units';
import type { ComparedAmounts, MemberChange } from './member-change.js';

function signed(text: string): string {
  return text.startsWith('-') || /^[0.]+$/.test(text) ? text : `+${text}`;
}

function energy(text: string): string {
  const value = BigInt(text);
  const magnitude = formatKilowattHours(value < 0n ? -value : value);
  return signed(`${value < 0n ? '-' : ''}${magnitude}`);
}

/** Columns by their widest cell: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A table of what changes for each member and in all; positive cost: pays more. */
export function renderChanges(
  changes: readonly MemberChange[],
  totals: ComparedAmounts,
  currency: string,
): string {
  const row = (name: string, amounts: ComparedAmounts, cost: readonly string[]): string[] => [
    name,
    energy(amounts.sharedInMilliwattHours),
    energy(amounts.sharedOutMilliwattHours),
    ...cost,
    signed(formatMoney(BigInt(amounts.costPico))),
  ];
  const money = (amounts: ComparedAmounts | undefined): string =>
    amounts === undefined ? '-' : formatMoney(BigInt(amounts.costPico));
  return table([
    [
      'member',
      'shared in kWh',
      'shared out kWh',
      `before ${currency}`,
      `after ${currency}`,
      'change',
    ],
    ...changes.map(({ member, before, after, change }) =>
      row(member, change, [money(before), money(after)]),
    ),
    row('all', totals, ['', '']),
  ]);
}
