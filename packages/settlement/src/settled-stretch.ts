import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import type { EpochMs } from '@microgrid/units';
import { intervalRecords, type IntervalRecords } from './interval-records.js';
import { intervalTotalColumns, type IntervalTotalColumns } from './interval-totals.js';
import { NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import { memberDays, type MemberDay } from './member-days.js';
import {
  joinedColumn,
  joinOutline,
  joinSettled,
  partsInOrder,
  settledColumns,
  type SettledColumns,
} from './settled-columns.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';

const ENERGIES_AND_MONEY = Object.keys(NO_AMOUNTS).filter(
  (name) => name !== 'importByQuality',
) as readonly Exclude<keyof MemberAmounts, 'importByQuality'>[];

/**
 * A stretch of a period, settled by itself, as plain data that another thread can send: what the run's
 * results are made of. Without its columns by metering point its size does not grow with the intervals
 * of a day.
 */
export interface SettledStretch extends SettledColumns {
  readonly totals: IntervalTotalColumns;
  readonly worstQuality: Uint8Array;
  readonly columnsHashes: Uint8Array;
  readonly days: MemberDayColumns;
}

/** Members' days as columns, all members of a day one after the other. */
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
    days: dayColumns(memberDays(settled, totals)),
  };
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
      contract.members,
      inOrder.map(({ days }) => days),
    ),
    ...(inOrder.every(({ columns }) => 'quality' in columns) && {
      settled: joinSettled(contract, inOrder),
    }),
  };
}

function dayColumns(days: readonly MemberDay[]): MemberDayColumns {
  // Days come member by member; here all members of a day stand together.
  const [first] = days;
  const own = days.filter(({ member }) => member === first?.member);
  const members = days.length / Math.max(1, own.length);
  const amounts: Record<string, bigint[]> = {};
  const inOrder = own.flatMap((_, day) =>
    Array.from({ length: members }, (__, member) => days[member * own.length + day] as MemberDay),
  );
  for (const name of ENERGIES_AND_MONEY) amounts[name] = inOrder.map((day) => day[name]);
  for (const quality of INTERVAL_QUALITIES) {
    if (!days.some(({ importByQuality }) => quality in importByQuality)) continue;
    amounts[quality] = inOrder.map(({ importByQuality }) => importByQuality[quality] ?? 0n);
  }
  return {
    days: own.map(({ date, startMs, endMs }) => ({ date, startMs, endMs })),
    amounts,
  };
}

/** Members' days as `memberDays` gives them: by member, then date. */
function joinedDays(
  members: readonly string[],
  stretches: readonly MemberDayColumns[],
): readonly MemberDay[] {
  return members.flatMap((member, position) =>
    stretches.flatMap(({ days, amounts }) =>
      days.map((day, index): MemberDay => {
        const at = index * members.length + position;
        const of = (name: string): bigint => amounts[name]?.[at] ?? 0n;
        const importByQuality: Partial<Record<string, bigint>> = {};
        for (const quality of INTERVAL_QUALITIES) {
          const energy = of(quality);
          if (energy > 0n) importByQuality[quality] = energy;
        }
        return {
          member,
          ...day,
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
        };
      }),
    ),
  );
}
