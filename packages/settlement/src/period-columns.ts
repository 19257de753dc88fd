import { contractFields } from './contract-fields.js';
import type { IssuedCase } from './energy-case.js';
import { MarketColumns } from './market-columns.js';
import { partOf, settlesPart } from './settled-part.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import type { ColumnName, ColumnSource } from './workspace.js';

/** Gives a column of so many cells, all 0. */
export type CellColumns = (cells: number) => Float64Array;

/** New memory for each column. */
export const newColumns: CellColumns = (cells) => new Float64Array(cells);

/**
 * Columns in the same memory again and again: the system clears new memory page by page, which takes
 * longer than settling what is written there.
 */
export class ReusedColumns {
  private readonly columns: Float64Array[] = [];
  private taken = 0;

  /** All columns are free again. */
  restart(): void {
    this.taken = 0;
  }

  readonly column: CellColumns = (cells) => {
    const known = this.columns[this.taken];
    const column = known && known.length >= cells ? known : new Float64Array(cells);
    this.columns[this.taken++] = column;
    return column.subarray(0, cells).fill(0);
  };
}

/** The columns of a period while its intervals are settled, each result written where it stays. */
export class PeriodColumns {
  private readonly size: number;
  private readonly consumed: Float64Array;
  private readonly injected: Float64Array;
  private readonly sharedIn: Float64Array;
  private readonly sharedOut: Float64Array;
  private readonly ownSurplus: Float64Array;
  private readonly assignedOut: Float64Array;
  private readonly shared: Float64Array;
  private readonly curtailed: Float64Array;
  private readonly capacity: Uint8Array;
  private readonly market: MarketColumns | undefined;
  /** Whether what is settled can be less than what was metered. */
  private readonly partly: boolean;
  private readonly reused = new Map<ColumnName, Float64Array>();
  /** Whether netting alone makes what is settled, in columns that are the results' own. */
  private readonly netted: boolean;
  /** The part of the results that is the present interval's. */
  private takes = new Float64Array(0);
  private gives = new Float64Array(0);
  private netImports = new Float64Array(0);
  private netExports = new Float64Array(0);

  constructor(
    private readonly contract: SettlementContract,
    private readonly imports: Float64Array,
    private readonly exports: Float64Array,
    column: CellColumns,
  ) {
    const { pointIds, intervals, rule } = contract;
    this.size = pointIds.length;
    const cells = imports.length;
    this.partly = settlesPart(contract);
    this.netted = this.partly && contract.points.every(({ participation }) => !participation);
    this.consumed = this.partly ? column(cells) : imports;
    this.injected = this.partly ? column(cells) : exports;
    this.sharedIn = column(cells);
    this.sharedOut = column(cells);
    this.ownSurplus = column(rule.keepsUnused ? cells : 0);
    this.assignedOut = column(rule.keepsUnused ? cells : 0);
    this.shared = new Float64Array(intervals);
    this.curtailed = new Float64Array(intervals);
    this.capacity = new Uint8Array(intervals);
    this.market = rule.market && new MarketColumns(intervals, contract);
  }

  /** The same columns for every interval, but those of the results. */
  readonly source: ColumnSource = (name) => {
    if (name === 'sharedIn' || name === 'shares') return this.takes;
    if (name === 'sharedOut' || name === 'given') return this.gives;
    if (this.netted && name === 'restImport') return this.netImports;
    if (this.netted && name === 'restExport') return this.netExports;
    let column = this.reused.get(name);
    if (column === undefined) {
      column = new Float64Array(this.size);
      this.reused.set(name, column);
    }
    return column;
  };

  /** Makes an interval the present one and gives what was metered in it. */
  open(interval: number): { readonly imported: Float64Array; readonly exported: Float64Array } {
    this.takes = this.cut(this.sharedIn, interval);
    this.gives = this.cut(this.sharedOut, interval);
    if (this.netted) {
      this.netImports = this.cut(this.consumed, interval);
      this.netExports = this.cut(this.injected, interval);
    }
    return {
      imported: this.cut(this.imports, interval),
      exported: this.cut(this.exports, interval),
    };
  }

  /** Keeps what the present interval came to. */
  close(interval: number, settled: IssuedCase): void {
    const { contract } = this;
    const from = interval * this.size;
    this.shared[interval] = settled.shared;
    this.curtailed[interval] = settled.curtailed;
    this.capacity[interval] = settled.withinCapacity ? 0 : 1;
    if (settled.own) this.ownSurplus.set(settled.own, from);
    if (settled.assigned) this.assignedOut.set(settled.assigned, from);
    if (settled.market) this.market?.put(interval, settled.market);
    if (this.netted || !this.partly) return;
    partOf(
      contract,
      contract.startMs + interval * contract.resolutionMs,
      this.cut(this.imports, interval),
      this.cut(this.exports, interval),
      this.cut(this.consumed, interval),
      this.cut(this.injected, interval),
    );
  }

  settled(quality: Uint8Array, firings: SettledPeriod['firings']): SettledPeriod {
    const { contract, market } = this;
    return {
      ...contractFields(contract),
      importMilliwattHours: this.imports,
      exportMilliwattHours: this.exports,
      consumedMilliwattHours: this.consumed,
      injectedMilliwattHours: this.injected,
      sharedInMilliwattHours: this.sharedIn,
      sharedOutMilliwattHours: this.sharedOut,
      ...(contract.rule.keepsUnused && {
        ownSurplusMilliwattHours: this.ownSurplus,
        assignedOutMilliwattHours: this.assignedOut,
      }),
      quality,
      sharedMilliwattHours: this.shared,
      curtailedMilliwattHours: this.curtailed,
      capacity: this.capacity,
      ...(market && { internalAmounts: market }),
      firings,
    };
  }

  private cut(column: Float64Array, interval: number): Float64Array<ArrayBuffer> {
    const from = interval * this.size;
    return column.subarray(from, from + this.size) as Float64Array<ArrayBuffer>;
  }
}
