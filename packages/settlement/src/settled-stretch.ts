import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import type { EpochMs } from '@microgrid/units';
import { intervalRecords, type IntervalRecords } from './interval-records.js';
import { intervalTotalColumns, type IntervalTotalColumns } from './interval-totals.js';
import { NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import { memberDay, memberDays, type MemberDay } from './member-days.js';
import {
  joinedColumn,
  joinOutline,
  joinSettled,
  partsInOrder,
  settledColumns,
  type SettledColumns,
} from './settled-columns.js';
import { PeriodSettler } from './settle.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';

const ENERGIES_AND_MONEY = Object.keys(NO_AMOUNTS).filter(
  (name) => name !== 'importByQuality',
) as readonly Exclude<keyof MemberAmounts, 'importByQuality'>[];

/**
 * A stretch of a period, settled by itself: what the run's results are made of, as plain data. Without
 * its columns by metering point its size does not grow with the intervals of a day.
 */
export interface SettledStretch extends SettledColumns {
  readonly totals: IntervalTotalColumns;
  readonly worstQuality: Uint8Array;
  readonly columnsHashes: Uint8Array;
  /** As `memberDays` gives them. */
  readonly days: readonly MemberDay[];
}

/** A stretch in the form in which one thread sends it to another: an object per day would cost more. */
export interface PackedStretch extends Omit<SettledStretch, 'days'> {
  readonly days: MemberDayColumns;
}

/** Members' days as columns, by member, then date. */
interface MemberDayColumns {
  readonly days: readonly {
    readonly date: string;
    readonly startMs: EpochMs;
    readonly endMs: EpochMs;
  }[];
  /** By the name of the amount; the energy of a quality under the quality's name. */
  readonly amounts: Readonly<Record<string, readonly bigint[]>>;
}

/**
 * What is kept of a stretch of a period. It has to begin and end with local days (or with the period).
 * @param keepCells whether its columns by metering point are kept: for tables of intervals and charges.
 */
export function settledStretch(
  settled: SettledPeriod,
  hash: HashPort,
  keepCells: boolean,
): SettledStretch {
  const totals = intervalTotalColumns(settled);
  const { worstQuality, columnsHashes } = intervalRecords(settled, hash, totals);
  return {
    ...settledColumns(settled, keepCells),
    totals,
    worstQuality,
    columnsHashes,
    days: memberDays(settled, totals),
  };
}

/** Settles a period stretch by stretch with one net; each is as {@link settledStretch} gives it. */
export class StretchedPeriod {
  private readonly settler: PeriodSettler;

  /**
   * @param contract of the whole period.
   * @param keepCells as in {@link settledStretch}; without them a stretch is settled in the memory of the one
   *   before.
   */
  constructor(
    contract: SettlementContract,
    private readonly hash: HashPort,
    private readonly keepCells: boolean,
  ) {
    this.settler = new PeriodSettler(contract, { reuseColumns: !keepCells });
  }

  /** Settles the stretch that the grid covers. @throws as `settle`. */
  settle(grid: SettlementGrid): SettledStretch {
    return settledStretch(this.settler.settle(grid), this.hash, this.keepCells);
  }
}

/** A period put together from its stretches. */
export interface JoinedStretches {
  readonly records: IntervalRecords;
  /** As `memberDays` gives them. */
  readonly days: readonly MemberDay[];
  /** The whole period, where the stretches kept their columns by metering point. */
  readonly settled?: SettledPeriod;
}

/**
 * Puts the stretches of a period together: what settling the whole at once gives, value by value.
 * @param contract of the whole period.
 * @param stretches in any order.
 * @throws SettlementError `bad-period` unless they fill the period without overlap.
 */
export function joinStretches(
  contract: SettlementContract,
  stretches: readonly SettledStretch[],
): JoinedStretches {
  const inOrder = partsInOrder(contract, stretches);
  const total = (name: keyof IntervalTotalColumns): Float64Array =>
    joinedColumn(
      inOrder.map(({ totals }) => totals[name]),
      contract.intervals,
    ) as Float64Array;
  const bytes = (columns: readonly Uint8Array[]): Uint8Array =>
    joinedColumn(
      columns,
      columns.reduce((sum, { length }) => sum + length, 0),
    ) as Uint8Array;
  return {
    records: {
      ...joinOutline(contract, inOrder),
      totals: {
        import: total('import'),
        export: total('export'),
        consumed: total('consumed'),
        injected: total('injected'),
      },
      worstQuality: bytes(inOrder.map(({ worstQuality }) => worstQuality)),
      columnsHashes: bytes(inOrder.map(({ columnsHashes }) => columnsHashes)),
    },
    days: joinedDays(
      contract.members.length,
      inOrder.map(({ days }) => days),
    ),
    ...(inOrder.every(({ columns }) => 'quality' in columns) && {
      settled: joinSettled(contract, inOrder),
    }),
  };
}

/** Members' days by member, then date, from those of each stretch. */
function joinedDays(members: number, stretches: readonly (readonly MemberDay[])[]): MemberDay[] {
  const joined: MemberDay[] = [];
  for (let member = 0; member < members; member++) {
    for (const days of stretches) {
      const each = days.length / members;
      for (let at = member * each; at < (member + 1) * each; at++)
        joined.push(days[at] as MemberDay);
    }
  }
  return joined;
}

/** Makes a stretch ready to be sent. */
export function packStretch({ days, ...stretch }: SettledStretch): PackedStretch {
  const [first] = days;
  const own = days.filter(({ member }) => member === first?.member);
  const amounts: Record<string, bigint[]> = {};
  for (const name of ENERGIES_AND_MONEY) amounts[name] = days.map((day) => day[name]);
  for (const quality of INTERVAL_QUALITIES) {
    if (!days.some(({ importByQuality }) => quality in importByQuality)) continue;
    amounts[quality] = days.map(({ importByQuality }) => importByQuality[quality] ?? 0n);
  }
  const dates = own.map(({ date, startMs, endMs }) => ({ date, startMs, endMs }));
  return { ...stretch, days: { days: dates, amounts } };
}

/** The stretch that was sent. @param members the community's, in id order. */
export function unpackStretch(
  { days: { days, amounts }, ...stretch }: PackedStretch,
  members: readonly string[],
): SettledStretch {
  const unpacked = members.flatMap((member, position) =>
    days.map((day, index): MemberDay => {
      const at = position * days.length + index;
      const of = (name: string): bigint => amounts[name]?.[at] ?? 0n;
      const importByQuality: Partial<Record<string, bigint>> = {};
      for (const quality of INTERVAL_QUALITIES) {
        const energy = of(quality);
        if (energy > 0n) importByQuality[quality] = energy;
      }
      return memberDay(member, day, {
        importMilliwattHours: of('importMilliwattHours'),
        exportMilliwattHours: of('exportMilliwattHours'),
        sharedInMilliwattHours: of('sharedInMilliwattHours'),
        sharedOutMilliwattHours: of('sharedOutMilliwattHours'),
        supplyMilliwattHours: of('supplyMilliwattHours'),
        surplusMilliwattHours: of('surplusMilliwattHours'),
        ownSurplusMilliwattHours: of('ownSurplusMilliwattHours'),
        assignedOutMilliwattHours: of('assignedOutMilliwattHours'),
        supplyPico: of('supplyPico'),
        sharedInPico: of('sharedInPico'),
        sharedOutPico: of('sharedOutPico'),
        surplusPico: of('surplusPico'),
        ownSurplusPico: of('ownSurplusPico'),
        costPico: of('costPico'),
        importByQuality,
      });
    }),
  );
  return { ...stretch, days: unpacked };
}
