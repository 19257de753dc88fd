import type { StatementV1 } from '@microgrid/events';
import { parseInstant, parseKilowattHours, parseMoney } from '@microgrid/units';

/** A member's day as its intervals add up to it. */
export interface DaySums {
  readonly rows: number;
  readonly sums: Readonly<Record<SummedField, bigint>>;
}

/** Columns of the intervals' table and the field of a day that is their sum. */
const SUMMED = [
  ['importMilliwattHours', 'import_kwh', (text: string) => BigInt(parseKilowattHours(text))],
  ['exportMilliwattHours', 'export_kwh', (text: string) => BigInt(parseKilowattHours(text))],
  ['sharedInMilliwattHours', 'shared_in_kwh', (text: string) => BigInt(parseKilowattHours(text))],
  ['sharedOutMilliwattHours', 'shared_out_kwh', (text: string) => BigInt(parseKilowattHours(text))],
  ['costPico', 'cost', parseMoney],
] as const;

type SummedField = (typeof SUMMED)[number][0];

/**
 * What is wrong between a statement's days and the table of its intervals: a reason for each day
 * that its intervals do not add up to, by position of the day. A table that cannot be read, or has
 * rows outside the statement's days, is wrong as a whole (position -1).
 */
export function daySumFaults(statement: StatementV1, intervals: string): Map<number, string> {
  const faults = new Map<number, string>();
  let days: DaySums[];
  try {
    days = daySums(statement, intervals);
  } catch (error) {
    return faults.set(-1, (error as Error).message);
  }
  for (const [index, { sums }] of days.entries()) {
    const day = statement.days[index];
    if (day === undefined) continue;
    const wrong = SUMMED.find(([field]) => sums[field] !== BigInt(day[field]));
    if (wrong === undefined) continue;
    const [field, column] = wrong;
    faults.set(
      index,
      `${day.date}: the intervals' ${column} add up to ${sums[field]}, expected ${day[field]} (${field})`,
    );
  }
  return faults;
}

/** The days of a statement as its intervals add up to them. @throws an Error for a table that cannot be read. */
export function daySums({ days }: StatementV1, intervals: string): DaySums[] {
  const [header = '', ...lines] = intervals.split('\n');
  const names = header.split(',');
  const positionOf = (name: string): number => {
    const position = names.indexOf(name);
    if (position === -1) throw new Error(`intervals: line 1: no column ${name} in "${header}"`);
    return position;
  };
  const start = positionOf('start');
  const columns = SUMMED.map(([field, column, read]) => ({ field, read, at: positionOf(column) }));
  const bounds = days.map((day) => ({ from: parseInstant(day.start), to: parseInstant(day.end) }));
  const totals = days.map(() => ({
    rows: 0,
    sums: Object.fromEntries(SUMMED.map(([field]) => [field, 0n])) as Record<SummedField, bigint>,
  }));
  let day = 0;
  for (const [index, line] of lines.entries()) {
    if (line === '' && index === lines.length - 1) continue;
    const cells = line.split(',');
    const at = parseInstant(cells[start] ?? '');
    // Rows go by time.
    while (day < bounds.length && at >= (bounds[day]?.to ?? 0)) day += 1;
    const total = totals[day];
    if (total === undefined || at < (bounds[day]?.from ?? 0)) {
      throw new Error(
        `intervals: line ${index + 2}: ${cells[start] ?? ''} lies in no later day of the statement`,
      );
    }
    total.rows += 1;
    for (const { field, read, at: column } of columns)
      total.sums[field] += read(cells[column] ?? '');
  }
  return totals;
}
