import {
  isRegisterPoint,
  type Profile,
  type ProfilePoint,
  type SumPoint,
} from '@microgrid/devices';
import { decode } from '@microgrid/modbus';
import { planBlocks, type PlannedBlock, type Rate } from './block-plan.js';
import { compilePoint, type PointDecoder, type Reply } from './point-decoder.js';
import { publishedPoints, ratingPoints, wantedPoints } from './wanted-points.js';

interface CompiledPoint {
  readonly index: number;
  readonly id: string;
  readonly rate: Rate;
  readonly decode: PointDecoder;
  /** Index of the scale factor. */
  readonly scaleFrom: number | undefined;
}

interface CompiledText {
  readonly id: string;
  readonly read: (reply: Reply) => string;
}

/** One read request with the decoders of what it brings. */
export interface CompiledBlock extends PlannedBlock {
  /** Scale factors first, so that the values after them can use them. */
  readonly compiled: readonly CompiledPoint[];
  readonly texts: readonly CompiledText[];
}

interface CompiledSum {
  readonly index: number;
  readonly terms: readonly { index: number; factor: number; optional: boolean }[];
}

/** A published point: where its value is kept and which bounds it has. */
export interface PublishedPoint {
  readonly id: string;
  readonly index: number;
  readonly rate: Rate;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

/** A profile made ready for polling. */
export interface CompiledProfile {
  readonly profile: Profile;
  readonly blocks: readonly CompiledBlock[];
  readonly sums: readonly CompiledSum[];
  readonly published: readonly PublishedPoint[];
  /** Place of each point's value. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Places of the values that ratings and bounds of controls are made of. */
  readonly ratings: readonly number[];
}

/** Values by place, undefined where there is none. */
export type Values = (number | undefined)[];

const SLOWNESS: Readonly<Record<Rate, number>> = { high: 0, low: 1, once: 2 };

/** A sum is as old as the slowest of its terms. */
function rateOf(profile: Profile, point: ProfilePoint): Rate {
  if (isRegisterPoint(point)) return point.rate;
  const rates = point.sum.map(({ point: id }) => {
    const term = profile.points.find((candidate) => candidate.id === id);
    return term === undefined ? 'high' : rateOf(profile, term);
  });
  return rates.reduce((slowest, rate) => (SLOWNESS[rate] > SLOWNESS[slowest] ? rate : slowest));
}

function compileBlock(block: PlannedBlock, indexOf: ReadonlyMap<string, number>): CompiledBlock {
  const numbers = block.points.filter(({ encoding }) => encoding !== 'string');
  const compiled = numbers.map((point): CompiledPoint => ({
    index: indexOf.get(point.id) ?? 0,
    id: point.id,
    // A scale factor is taken from the very reply that its values come from.
    rate: point.unit === 'exponent' ? 'high' : point.rate,
    decode: compilePoint(point, point.address - block.address),
    scaleFrom: point.scaleFrom === undefined ? undefined : indexOf.get(point.scaleFrom),
  }));
  const units = new Map(numbers.map(({ id, unit }) => [id, unit]));
  const rank = ({ id }: CompiledPoint): number => (units.get(id) === 'exponent' ? 0 : 1);
  const texts = block.points
    .filter(({ encoding }) => encoding === 'string')
    .map(({ id, address, count = 1 }): CompiledText => {
      const start = address - block.address;
      return {
        id,
        read: (reply) =>
          decode('string', Array.from(reply as ArrayLike<number>).slice(start, start + count)),
      };
    });
  return {
    ...block,
    compiled: compiled.sort((a, b) => rank(a) - rank(b)),
    texts,
  };
}

/** Sums that other sums are made of come first. */
function orderSums(sums: readonly SumPoint[]): SumPoint[] {
  const ordered: SumPoint[] = [];
  const done = new Set<string>();
  const visit = (sum: SumPoint): void => {
    if (done.has(sum.id)) return;
    done.add(sum.id);
    for (const { point } of sum.sum) {
      const inner = sums.find(({ id }) => id === point);
      if (inner !== undefined) visit(inner);
    }
    ordered.push(sum);
  };
  sums.forEach(visit);
  return ordered;
}

/** Compiles a profile for a device of so many phases. */
export function compileProfile(profile: Profile, phases: 1 | 3): CompiledProfile {
  const wanted = wantedPoints(profile, phases);
  const points = profile.points.filter(({ id }) => wanted.has(id));
  const indexOf = new Map(points.map(({ id }, index) => [id, index]));
  const at = (id: string): number => indexOf.get(id) ?? 0;
  const sums = points.filter((point): point is SumPoint => !isRegisterPoint(point));
  return {
    profile,
    indexOf,
    ratings: [...ratingPoints(profile)].map(at),
    blocks: planBlocks(profile, wanted).map((block) => compileBlock(block, indexOf)),
    sums: orderSums(sums).map(({ id, sum }) => ({
      index: at(id),
      terms: sum.map(({ point, factor = 1, optional = false }) => ({
        index: at(point),
        factor,
        optional,
      })),
    })),
    published: publishedPoints(profile, phases).map((point) => ({
      id: point.id,
      index: at(point.id),
      rate: rateOf(profile, point),
      minimum: point.minimum,
      maximum: point.maximum,
    })),
  };
}

/**
 * Decodes one reply into the values.
 * @param slowest the slowest rate that is due: points of slower rates keep their values.
 */
export function decodeBlock(
  block: CompiledBlock,
  reply: Reply,
  slowest: Rate,
  values: Values,
): void {
  const limit = SLOWNESS[slowest];
  for (const point of block.compiled) {
    if (SLOWNESS[point.rate] > limit && SLOWNESS[block.rate] < SLOWNESS[point.rate]) continue;
    const exponent = point.scaleFrom === undefined ? undefined : values[point.scaleFrom];
    values[point.index] = point.decode(reply, exponent);
  }
}

/** Computes the sums from the values they are made of. */
export function decodeSums(compiled: CompiledProfile, values: Values): void {
  for (const { index, terms } of compiled.sums) {
    let sum = 0;
    let found = 0;
    let missing = false;
    for (const term of terms) {
      const value = values[term.index];
      if (value !== undefined) {
        sum += value * term.factor;
        found += 1;
      } else if (!term.optional) missing = true;
    }
    values[index] = missing || found === 0 ? undefined : sum + 0;
  }
}
