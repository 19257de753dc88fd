import { parseCommunity, type Community, type ContractFiles } from '@microgrid/community';
import { intervalGrid, type Columns, type GridSpan, type IntervalGrid } from '@microgrid/metering';
import { settlementContract, type SettlementContract } from '@microgrid/settlement';
import type { TimeInterval } from '@microgrid/units';

/** All that a run follows from. */
export interface RunInputs {
  readonly community: Community;
  readonly contract: SettlementContract;
  readonly grid: IntervalGrid;
  /** The files that the contract names, by name. */
  readonly files: ContractFiles;
  /** The readings' canonical bytes where they are at hand; absent: made from the grid. */
  readonly readingsPieces?: () => Iterable<Uint8Array>;
}

/**
 * Works out the rules for the period and lays the readings out under them.
 * @throws SettlementError, TariffError or MeteringError when they do not fit.
 */
export function runInputs(
  community: Community,
  period: TimeInterval,
  readings: Columns,
  files: ContractFiles = new Map(),
): RunInputs {
  const contract = settlementContract(community, period, { files });
  return { community, contract, grid: intervalGrid(readings, gridSpan(contract)), files };
}

/** What a contract's readings must cover. */
export function gridSpan(contract: SettlementContract): GridSpan {
  const { startMs, endMs, resolutionMs, pointIds, validFromMs, validToMs } = contract;
  return {
    points: pointIds.map((id, index) => ({
      id,
      fromMs: validFromMs[index] as number,
      toMs: validToMs[index] as number,
    })),
    startMs,
    endMs,
    resolutionMs,
  };
}

/** Reads a community file's text. @throws CommunityError. */
export function communityOf(text: string, source: string): Community {
  return parseCommunity(text, source);
}
