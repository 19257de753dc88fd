import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatKilowattHours } from '@microgrid/units';
import writeXlsxFile, { type SheetData } from 'write-excel-file/universal';
import type { Columns } from '../columns.js';
import { CSV_COLUMNS } from '../csv-format.js';

/** A sheet holds 1,048,576 rows, one of them the header. */
const ROWS_PER_SHEET = 1_048_575;

function sheet(columns: Columns, from: number, to: number): SheetData {
  const data: SheetData = [CSV_COLUMNS.map((value) => ({ value, fontWeight: 'bold' as const }))];
  const energy = (value: number | undefined): { value: number; format: string } | null =>
    value === undefined || Number.isNaN(value)
      ? null
      : { value: Number(formatKilowattHours(value)), format: '0.000###' };
  for (let row = from; row < to; row++) {
    data.push([
      { value: columns.points[columns.point[row] as number] as string },
      { value: formatInstant(columns.startMs[row] as number) },
      { value: formatInstant(columns.endMs[row] as number) },
      energy(columns.importMilliwattHours[row]),
      energy(columns.exportMilliwattHours[row]),
      { value: INTERVAL_QUALITIES[columns.quality[row] as number] ?? 'missing' },
    ]);
  }
  return data;
}

/**
 * The rows as a workbook with the columns of the canonical CSV; more than a sheet holds go to further
 * sheets. A spreadsheet's numbers carry 15 digits: energies past 10^9 kWh lose their last ones.
 */
export async function xlsxWorkbook(columns: Columns): Promise<Uint8Array> {
  const sheets: { data: SheetData; sheet: string }[] = [];
  for (let from = 0; from < Math.max(1, columns.rows); from += ROWS_PER_SHEET) {
    const to = Math.min(columns.rows, from + ROWS_PER_SHEET);
    sheets.push({ data: sheet(columns, from, to), sheet: `intervals ${sheets.length + 1}` });
  }
  const blob = await writeXlsxFile(sheets).toBlob();
  return new Uint8Array(await blob.arrayBuffer());
}
