import type { SettledPeriod } from './settled-period.js';
import type { SettlementGrid } from './settlement-grid.js';

/** What is used of @duckdb/node-api. */
interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}

interface Appender {
  appendInteger(value: number): void;
  appendBigInt(value: bigint): void;
  endRow(): void;
  closeSync(): void;
}

const FORMS = {
  /** Exact: floors, then the units left over to the largest remainders, ties to the lower point. */
  largestRemainder: `
    CREATE OR REPLACE TABLE result AS
    WITH pool AS (
      SELECT interval, sum(imported)::BIGINT AS c, sum(exported)::BIGINT AS g
      FROM readings GROUP BY interval
    ), parts AS (
      SELECT interval, point, least(c, g) AS s,
        least(c, g) * imported // c AS taken, least(c, g) * imported % c AS taken_rest,
        least(c, g) * exported // g AS gave, least(c, g) * exported % g AS gave_rest
      FROM readings JOIN pool USING (interval)
    ), ranked AS (
      SELECT *,
        row_number() OVER (PARTITION BY interval ORDER BY taken_rest DESC, point) AS taken_rank,
        s - sum(taken) OVER (PARTITION BY interval) AS taken_left,
        row_number() OVER (PARTITION BY interval ORDER BY gave_rest DESC, point) AS gave_rank,
        s - sum(gave) OVER (PARTITION BY interval) AS gave_left
      FROM parts
    )
    SELECT interval, point,
      taken + (taken_rank <= taken_left)::BIGINT AS shared_in,
      gave + (gave_rank <= gave_left)::BIGINT AS shared_out
    FROM ranked`,
  /** Not exact: what is lost by rounding down is nobody's. */
  roundedDown: `
    CREATE OR REPLACE TABLE result AS
    WITH pool AS (
      SELECT interval, sum(imported)::BIGINT AS c, sum(exported)::BIGINT AS g
      FROM readings GROUP BY interval
    )
    SELECT interval, point,
      least(c, g) * imported // c AS shared_in, least(c, g) * exported // g AS shared_out
    FROM readings JOIN pool USING (interval)`,
} as const;

/** The proportional key as one SQL query, to be measured beside the kernel. */
export class SqlAllocation {
  private constructor(private readonly connection: Connection) {}

  /** The grid in a table in memory; undefined where DuckDB is not installed. */
  static async open(grid: SettlementGrid, threads: number): Promise<SqlAllocation | undefined> {
    const duckdb = await import('@duckdb/node-api').catch(() => undefined);
    if (duckdb === undefined) return undefined;
    const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: String(threads) });
    const connection: Connection = await instance.connect();
    await connection.run(
      'CREATE TABLE readings (interval INTEGER, point INTEGER, imported BIGINT, exported BIGINT)',
    );
    const appender = await connection.createAppender('readings');
    const size = grid.points.length;
    for (const [cell, imported] of grid.importMilliwattHours.entries()) {
      appender.appendInteger(Math.floor(cell / size));
      appender.appendInteger(cell % size);
      appender.appendBigInt(BigInt(imported));
      appender.appendBigInt(BigInt(grid.exportMilliwattHours[cell] ?? 0));
      appender.endRow();
    }
    appender.closeSync();
    return new SqlAllocation(connection);
  }

  async allocate(form: keyof typeof FORMS): Promise<void> {
    await this.connection.run(FORMS[form]);
  }

  /** Cells in which the last result and a settled period are not equal. */
  async differences(settled: SettledPeriod): Promise<number> {
    const reader = await this.connection.runAndReadAll(
      'SELECT interval, point, shared_in, shared_out FROM result',
    );
    const size = settled.points.length;
    let different = 0;
    for (const [interval, point, sharedIn, sharedOut] of reader.getRows()) {
      const cell = Number(interval) * size + Number(point);
      const same =
        Number(sharedIn) === settled.sharedInMilliwattHours[cell] &&
        Number(sharedOut) === settled.sharedOutMilliwattHours[cell];
      if (!same) different++;
    }
    return different;
  }

  close(): Promise<void> {
    this.connection.closeSync();
    return Promise.resolve();
  }
}
