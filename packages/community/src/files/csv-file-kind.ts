import { COEFFICIENT, CONSUMER, PRODUCER } from './columns.js';
import { csvRows, csvSeparator } from './csv-rows.js';
import { headerForm, type CsvColumn } from './csv-table.js';

/**
 * What the header of a CSV file says it holds: coefficients by pair or by metering point, or, with
 * neither, an operator's allocation.
 */
export function csvFileKind(text: string): 'pairs' | 'coefficients' | 'allocation' {
  const [first] = csvRows(text.slice(0, text.indexOf('\n') + 1 || text.length), csvSeparator(text));
  const header = new Set((first?.fields ?? []).map(headerForm));
  const has = ({ headers }: CsvColumn): boolean =>
    headers.some((name) => header.has(headerForm(name)));
  if (!has(COEFFICIENT)) return 'allocation';
  return has(PRODUCER) && has(CONSUMER) ? 'pairs' : 'coefficients';
}
