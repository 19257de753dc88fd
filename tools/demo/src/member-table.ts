import { formatKilowattHours, formatMoney, roundToCents } from '@microgrid/units';

/** Energies and cost of one member as run.json has them. */
export interface MemberTotals {
  readonly importMilliwattHours: string;
  readonly exportMilliwattHours: string;
  readonly sharedInMilliwattHours: string;
  readonly sharedOutMilliwattHours: string;
  readonly costPico: string;
}

/** One row of the table. */
export interface MemberRow {
  readonly name: string;
  readonly totals: MemberTotals;
  /** What the member would have paid without the community, pico. */
  readonly aloneCostPico: bigint;
}

const kilowattHours = (energy: string): string =>
  formatKilowattHours((BigInt(energy) / 1000n) * 1000n, 3);
const money = (pico: bigint): string => formatMoney(roundToCents(pico));

/** The members' day as a table for the terminal. */
export function memberTable(rows: readonly MemberRow[], currency: string): string {
  const header = [
    'member',
    'import kWh',
    'export kWh',
    'shared in',
    'shared out',
    `cost ${currency}`,
    `saving ${currency}`,
  ];
  const lines = rows.map(({ name, totals, aloneCostPico }) => [
    name,
    kilowattHours(totals.importMilliwattHours),
    kilowattHours(totals.exportMilliwattHours),
    kilowattHours(totals.sharedInMilliwattHours),
    kilowattHours(totals.sharedOutMilliwattHours),
    money(BigInt(totals.costPico)),
    money(aloneCostPico - BigInt(totals.costPico)),
  ]);
  const table = [header, ...lines];
  const widths = header.map((_, column) =>
    Math.max(...table.map((line) => (line[column] ?? '').length)),
  );
  return table
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
