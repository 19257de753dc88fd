import type { CommunityPoint, PlantOrder } from '@microgrid/community';
import {
  compareIds,
  formatInstant,
  numeratorAt,
  parseRatio,
  type Allocator,
} from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import { WaterFill } from './water-fill.js';

/** The slot that says which plants the shared energy came from. */
export interface PlantAttribution {
  /**
   * Fills `given` with each plant's part of a total that is at most what they offer together; no part
   * is above its offer.
   * @throws SettlementError `no-plant-data` where a point offers energy and its plant lacks what the
   *   order asks for.
   */
  attribute(
    total: number,
    offers: Float64Array,
    totalOffered: number,
    given: Float64Array,
    startMs: number,
  ): void;
}

/** In proportion to what each plant offers. */
class ByInjection implements PlantAttribution {
  constructor(private readonly allocator: Allocator) {}

  attribute(total: number, offers: Float64Array, sum: number, given: Float64Array): void {
    this.allocator.allocate(total, offers, sum, given);
  }
}

/** Oldest first, each up to what it offers; plants of one day in proportion to what they offer. */
class ByEntryIntoService implements PlantAttribution {
  private readonly days: readonly PlantDay[];
  private readonly undated: readonly number[];

  constructor(
    private readonly points: readonly CommunityPoint[],
    private readonly allocator: Allocator,
  ) {
    const byDay = new Map<string, number[]>();
    for (const [position, { entryIntoService }] of points.entries()) {
      if (entryIntoService === undefined) continue;
      const day = byDay.get(entryIntoService);
      if (day === undefined) byDay.set(entryIntoService, [position]);
      else day.push(position);
    }
    this.days = [...byDay.keys()].sort(compareIds).map((day) => {
      const plants = Int32Array.from(byDay.get(day) ?? []);
      return { plants, offers: new Float64Array(plants.length) };
    });
    this.undated = positionsWithout(points, 'entryIntoService');
  }

  attribute(
    total: number,
    offers: Float64Array,
    _sum: number,
    given: Float64Array,
    startMs: number,
  ): void {
    refuseOffers(this.points, this.undated, offers, 'entryIntoService', startMs);
    given.fill(0);
    let left = total;
    const { days } = this;
    for (let index = 0; index < days.length && left > 0; index++) {
      left -= this.giveDay(days[index] as PlantDay, left, offers, given);
    }
  }

  private giveDay(
    { plants, offers: own }: PlantDay,
    left: number,
    offers: Float64Array,
    given: Float64Array,
  ): number {
    let sum = 0;
    for (let index = 0; index < plants.length; index++) {
      const offer = offers[plants[index] as number] as number;
      own[index] = offer;
      sum += offer;
    }
    const taken = Math.min(left, sum);
    if (taken === 0) return 0;
    this.allocator.allocate(taken, own, sum, own);
    for (let index = 0; index < plants.length; index++) {
      given[plants[index] as number] = own[index] as number;
    }
    return taken;
  }
}

/** The plants of one day of entry into service, and room for what they offer. */
interface PlantDay {
  readonly plants: Int32Array;
  readonly offers: Float64Array;
}

/**
 * In proportion to installed power, each up to what it offers, the rest again in proportion to the
 * power of the others; what plants of 0 kW have to give comes last, in proportion to what they offer.
 */
class ByInstalledPower implements PlantAttribution {
  private readonly weights: Float64Array;
  private readonly unknown: readonly number[];
  private readonly fill: WaterFill;
  private readonly rest: Float64Array;

  constructor(
    private readonly points: readonly CommunityPoint[],
    private readonly allocator: Allocator,
  ) {
    this.weights = powerWeights(points);
    this.unknown = positionsWithout(points, 'installedKilowatts');
    this.fill = new WaterFill(points.length, allocator);
    this.rest = new Float64Array(points.length);
  }

  attribute(
    total: number,
    offers: Float64Array,
    sum: number,
    given: Float64Array,
    startMs: number,
  ): void {
    refuseOffers(this.points, this.unknown, offers, 'installedKilowatts', startMs);
    const used = this.fill.fill(total, this.weights, offers, given);
    if (used === total) return;
    const { rest } = this;
    for (let index = 0; index < rest.length; index++) {
      rest[index] = (offers[index] as number) - (given[index] as number);
    }
    this.allocator.allocate(total - used, rest, sum - used, rest);
    for (let index = 0; index < rest.length; index++) {
      given[index] = (given[index] as number) + (rest[index] as number);
    }
  }
}

type PlantField = 'entryIntoService' | 'installedKilowatts';

function positionsWithout(points: readonly CommunityPoint[], field: PlantField): number[] {
  return points.flatMap((point, position) => (point[field] === undefined ? [position] : []));
}

function refuseOffers(
  points: readonly CommunityPoint[],
  without: readonly number[],
  offers: Float64Array,
  field: PlantField,
  startMs: number,
): void {
  for (let index = 0; index < without.length; index++) {
    const position = without[index] as number;
    if (offers[position] === 0) continue;
    throw new SettlementError(
      'no-plant-data',
      `${points[position]?.id ?? ''} at ${formatInstant(startMs)}: it offers ${offers[position]} mWh, but the contract attributes shared energy by ${field} and the point has none; add it, or say that the point is a consumer`,
    );
  }
}

/** Powers as whole numbers in the same proportion, small enough that their sum is exact. */
function powerWeights(points: readonly CommunityPoint[]): Float64Array {
  const scale = 12;
  const powers = points.map(({ installedKilowatts }) =>
    numeratorAt(parseRatio(installedKilowatts ?? '0'), scale),
  );
  const divisor = powers.reduce(greatestCommonDivisor, 0n);
  const weights = powers.map((power) => (divisor === 0n ? 0n : power / divisor));
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  if (sum > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SettlementError(
      'out-of-range',
      'installedKilowatts: the powers of all plants have too many digits together; write them with fewer decimals',
    );
  }
  return Float64Array.from(weights, Number);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** The attribution of a contract's `plants` slot. @param points all points in id order. */
export function plantAttribution(
  by: PlantOrder,
  points: readonly CommunityPoint[],
  allocator: Allocator,
): PlantAttribution {
  if (by === 'entryIntoService') return new ByEntryIntoService(points, allocator);
  if (by === 'installedPower') return new ByInstalledPower(points, allocator);
  return new ByInjection(allocator);
}
