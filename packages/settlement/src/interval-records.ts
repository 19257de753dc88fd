import type { HashPort } from '@microgrid/journal';
import { ColumnsBytes } from './columns-bytes.js';
import { contractFields, type ContractFields } from './contract-fields.js';
import { intervalTotalColumns, type IntervalTotalColumns } from './interval-totals.js';
import type { SettledPeriod } from './settled-period.js';
import { MISSING_QUALITY } from './settlement-grid.js';

const HASH_BYTES = 32;

/** What does not change when a period's columns by metering point are let go. */
export type SettledOutline = ContractFields &
  Pick<
    SettledPeriod,
    'sharedMilliwattHours' | 'curtailedMilliwattHours' | 'capacity' | 'firings'
  > & {
    /** What a market keeps, per interval, 10^-12 currency units; absent without one. */
    readonly internalAmounts?: Pick<
      NonNullable<SettledPeriod['internalAmounts']>,
      'residualPico' | 'buyersPrices' | 'sellersPrices'
    >;
  };

/**
 * A settled period by interval: all that its events are made of, and nothing by metering point, so that
 * it stays small however many members there are.
 */
export interface IntervalRecords extends SettledOutline {
  /** Sums over all points per interval, mWh. */
  readonly totals: IntervalTotalColumns;
  /** The worst quality of what was settled, per interval: an index into INTERVAL_QUALITIES. */
  readonly worstQuality: Uint8Array;
  /** SHA-256 of each interval's `columnsBytes`, one after the other, 32 bytes each. */
  readonly columnsHashes: Uint8Array;
}

/** Sums up a settled period by interval and hashes each interval's columns. */
export function intervalRecords(
  settled: SettledPeriod,
  hash: HashPort,
  totals: IntervalTotalColumns = intervalTotalColumns(settled),
): IntervalRecords {
  const { intervals } = settled;
  const worst = new Uint8Array(intervals);
  const columnsHashes = new Uint8Array(intervals * HASH_BYTES);
  const columns = new ColumnsBytes(settled);
  for (let interval = 0; interval < intervals; interval++) {
    worst[interval] = worstQuality(settled, interval);
    columnsHashes.set(hash.sha256(columns.of(interval)), interval * HASH_BYTES);
  }
  return { ...outline(settled), totals, worstQuality: worst, columnsHashes };
}

/** The hash of one interval's columns. */
export function recordedColumnsHash(
  { columnsHashes }: Pick<IntervalRecords, 'columnsHashes'>,
  interval: number,
): Uint8Array {
  return columnsHashes.subarray(interval * HASH_BYTES, (interval + 1) * HASH_BYTES);
}

/** A settled period without its columns by metering point. */
function outline(settled: SettledPeriod): SettledOutline {
  const { internalAmounts } = settled;
  const { sharedMilliwattHours, curtailedMilliwattHours, capacity } = settled;
  return {
    ...contractFields(settled.contract),
    sharedMilliwattHours,
    curtailedMilliwattHours,
    capacity,
    firings: (interval) => settled.firings(interval),
    ...(internalAmounts && {
      internalAmounts: {
        residualPico: internalAmounts.residualPico,
        buyersPrices: internalAmounts.buyersPrices,
        sellersPrices: internalAmounts.sellersPrices,
      },
    }),
  };
}

/** The worst quality of what was settled; a point that takes no part may be missing. */
function worstQuality({ quality, points }: SettledPeriod, interval: number): number {
  let worst = 0;
  for (let cell = interval * points.length; cell < (interval + 1) * points.length; cell++) {
    const found = quality[cell] as number;
    if (found > worst && found !== MISSING_QUALITY) worst = found;
  }
  return worst;
}
