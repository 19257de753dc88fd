import { run, type Marking, type Net } from '@microgrid/petri';
import { formatInstant } from '@microgrid/units';
import type { ControlToken } from './case-net.js';
import type { IssuedCase } from './energy-case.js';
import { contractParameters, energyNet, openedCases } from './energy-net.js';
import { newColumns, PeriodColumns, ReusedColumns } from './period-columns.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';
import { checkGrid, MISSING_QUALITY, type SettlementGrid } from './settlement-grid.js';
import type { ColumnSource } from './workspace.js';

/** How a period is settled. */
export interface SettleOptions {
  /** Checks the net's laws at each firing, for tests and audits; results do not change. Default false. */
  readonly checkLaws?: boolean;
}

/**
 * Settles a period by running the settlement net on each interval. Conservation is checked in every
 * interval: shared in = shared out, and no point shares more than it has.
 * @throws SettlementError `bad-grid`, `missing-interval`, `bad-value` or `out-of-range`.
 */
export function settle(
  contract: SettlementContract,
  grid: SettlementGrid,
  options: SettleOptions = {},
): SettledPeriod {
  checkGrid(contract, grid);
  return new PeriodSettler(contract, options).settle(grid);
}

/** How a period is settled part by part. */
export interface PeriodSettlerOptions extends SettleOptions {
  /**
   * Whether the columns by metering point of a part are only needed until the next one is settled, in whose
   * memory it is. Default false.
   */
  readonly reuseColumns?: boolean;
}

/** Settles a period part by part: the net is made once. */
export class PeriodSettler {
  private readonly net: Net;
  private readonly openCase: ReturnType<typeof openedCases>;
  private columns: PeriodColumns | undefined;
  private readonly reused: ReusedColumns | undefined;

  constructor(
    private readonly contract: SettlementContract,
    private readonly options: PeriodSettlerOptions = {},
  ) {
    this.reused = options.reuseColumns === true ? new ReusedColumns() : undefined;
    const source: ColumnSource = (name, atMs) =>
      this.columns?.source(name, atMs) ?? new Float64Array(contract.pointIds.length);
    this.net = energyNet(contract, contractParameters(contract), source);
    this.openCase = openedCases(this.net, contract);
  }

  /**
   * {@link settle} for the part of the period that the grid covers. The result's `contract` has the part's
   * span and prices, but key and schedules that count from the period's start: it is for what follows from
   * the columns, not for settling again. @throws as it.
   */
  settle(grid: SettlementGrid): SettledPeriod {
    const contract = contractOfPart(this.contract, grid);
    checkGrid(contract, grid);
    const { intervals, startMs, resolutionMs } = contract;
    this.reused?.restart();
    const columns = new PeriodColumns(
      contract,
      ...checkedEnergies(contract, grid),
      this.reused?.column ?? newColumns,
    );
    this.columns = columns;
    const routes = new FiringRoutes(intervals);
    for (let interval = 0; interval < intervals; interval++) {
      const { imported, exported } = columns.open(interval);
      const opened = this.openCase(startMs + interval * resolutionMs, {
        accepted: true,
        importMilliwattHours: imported,
        exportMilliwattHours: exported,
      });
      const { marking, firings } = run(this.net, opened.marking, [], this.options);
      columns.close(interval, issuedCase(marking));
      routes.add(interval, opened.firings, firings);
    }
    return columns.settled(grid.quality, (interval) => routes.of(interval));
  }
}

/** A contract's numbers for a part of its period; a span outside it is left to {@link checkGrid}. */
function contractOfPart(
  contract: SettlementContract,
  { startMs, endMs }: Pick<SettlementGrid, 'startMs' | 'endMs'>,
): SettlementContract {
  const { resolutionMs, prices } = contract;
  const [from, to] = [startMs, endMs].map((atMs) => (atMs - contract.startMs) / resolutionMs) as [
    number,
    number,
  ];
  const isPart =
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    from >= 0 &&
    from < to &&
    to <= contract.intervals;
  if (!isPart || to - from === contract.intervals) return contract;
  return {
    ...contract,
    startMs,
    endMs,
    intervals: to - from,
    prices: {
      import: prices.import.subarray(from, to),
      export: prices.export.subarray(from, to),
      internal: prices.internal.subarray(from, to),
    },
  };
}

function issuedCase({ places }: Marking): IssuedCase {
  const token = places['issued']?.[0]?.value as ControlToken<IssuedCase> | undefined;
  if (token?.data !== undefined) return token.data;
  throw new SettlementError('not-conserved', 'the settlement net came to rest before its event');
}

interface Fired {
  readonly transition: string;
}

/** The transitions fired in each interval; the few different routes are kept once. */
class FiringRoutes {
  private readonly routes: (readonly string[])[] = [];
  private readonly routeOf: Uint8Array;

  constructor(intervals: number) {
    this.routeOf = new Uint8Array(intervals);
  }

  add(interval: number, opening: readonly Fired[], firings: readonly Fired[]): void {
    let position = 0;
    while (position < this.routes.length && !this.goes(position, opening, firings)) position++;
    if (position === this.routes.length) {
      this.routes.push(Object.freeze([...opening, ...firings].map(({ transition }) => transition)));
    }
    this.routeOf[interval] = position;
  }

  of(interval: number): readonly string[] {
    return this.routes[this.routeOf[interval] ?? -1] ?? [];
  }

  /** Whether a known route is this one. */
  private goes(position: number, opening: readonly Fired[], firings: readonly Fired[]): boolean {
    const route = this.routes[position] as readonly string[];
    if (route.length !== opening.length + firings.length) return false;
    for (let at = 0; at < route.length; at++) {
      const fired = at < opening.length ? opening[at] : firings[at - opening.length];
      if (route[at] !== fired?.transition) return false;
    }
    return true;
  }
}

/** The grid's energies, each checked; copied only where an absent one has to be made 0. */
function checkedEnergies(
  contract: SettlementContract,
  grid: SettlementGrid,
): [Float64Array, Float64Array] {
  let { importMilliwattHours, exportMilliwattHours } = grid;
  const { quality } = grid;
  for (let cell = 0; cell < quality.length; cell++) {
    const missing = quality[cell] as number;
    const imported = importMilliwattHours[cell] as number;
    const exported = exportMilliwattHours[cell] as number;
    if (missing < MISSING_QUALITY && isEnergy(imported) && isEnergy(exported)) continue;
    if (missing !== MISSING_QUALITY) refuseValue(contract, grid, cell);
    refuseMissingMember(contract, cell);
    if (importMilliwattHours === grid.importMilliwattHours) {
      importMilliwattHours = importMilliwattHours.slice();
      exportMilliwattHours = exportMilliwattHours.slice();
    }
    importMilliwattHours[cell] = 0;
    exportMilliwattHours[cell] = 0;
  }
  return [importMilliwattHours, exportMilliwattHours];
}

function isEnergy(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value;
}

function refuseValue(contract: SettlementContract, grid: SettlementGrid, cell: number): never {
  const { id, at } = cellName(contract, cell, contract.pointIds.length);
  throw new SettlementError(
    'bad-value',
    `${id} at ${at}: got import ${grid.importMilliwattHours[cell]}, export ${grid.exportMilliwattHours[cell]}, quality ${grid.quality[cell]}; expected whole mWh from 0 to 2^53 - 1 and a quality from 0 to ${MISSING_QUALITY}`,
  );
}

function cellName(
  contract: SettlementContract,
  cell: number,
  size: number,
): { id: string; at: string } {
  const interval = Math.floor(cell / size);
  return {
    id: contract.pointIds[cell % size] ?? '',
    at: formatInstant(contract.startMs + interval * contract.resolutionMs),
  };
}

/** A missing member would change everybody's share, so nothing is settled without it. */
function refuseMissingMember(contract: SettlementContract, cell: number): void {
  const size = contract.pointIds.length;
  const atMs = contract.startMs + Math.floor(cell / size) * contract.resolutionMs;
  if (contract.broughtIn.standing.at(atMs).takesPart[cell % size] !== 1) return;
  const { id, at } = cellName(contract, cell, size);
  throw new SettlementError(
    'missing-interval',
    `${id} at ${at}: quality missing, expected a measured, corrected, substituted or estimated interval; substitute or estimate it first, it is never taken as zero`,
  );
}
