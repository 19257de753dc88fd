import { INTERVAL_QUALITIES } from '@microgrid/events';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Columns } from '../columns.js';

/**
 * The rows as a Parquet file: `metering_point` and `quality` texts, `start` and `end` UTC timestamps
 * in milliseconds, `import_milliwatt_hours` and `export_milliwatt_hours` whole 64-bit numbers, null
 * where missing.
 */
export function parquetFile(columns: Columns): Uint8Array {
  const rows = Array.from({ length: columns.rows }, (_, row) => row);
  const energies = (values: Float64Array): (bigint | null)[] =>
    rows.map((row) => {
      const value = values[row] as number;
      return Number.isNaN(value) ? null : BigInt(value);
    });
  const instants = (values: Float64Array): Date[] =>
    rows.map((row) => new Date(values[row] as number));
  const buffer = parquetWriteBuffer({
    columnData: [
      {
        name: 'metering_point',
        data: rows.map((row) => columns.points[columns.point[row] as number] as string),
        type: 'STRING',
        nullable: false,
      },
      { name: 'start', data: instants(columns.startMs), type: 'TIMESTAMP', nullable: false },
      { name: 'end', data: instants(columns.endMs), type: 'TIMESTAMP', nullable: false },
      {
        name: 'import_milliwatt_hours',
        data: energies(columns.importMilliwattHours),
        type: 'INT64',
      },
      {
        name: 'export_milliwatt_hours',
        data: energies(columns.exportMilliwattHours),
        type: 'INT64',
      },
      {
        name: 'quality',
        data: rows.map((row) => INTERVAL_QUALITIES[columns.quality[row] as number] ?? 'missing'),
        type: 'STRING',
        nullable: false,
      },
    ],
    createdBy: 'microgrid',
  });
  return new Uint8Array(buffer);
}
