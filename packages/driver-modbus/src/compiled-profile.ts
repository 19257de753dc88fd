import {
  isRegisterPoint,
  pointSize,
  type Profile,
  type ProfilePoint,
  type SumPoint,
} from '@microgrid/devices';
import type { WideCounter } from '@microgrid/modbus';
import { planBlocks, type PlannedBlock, type Rate } from './block-plan.js';
import { compileBounds, type CompiledBounds } from './point-bounds.js';
import { compilePoint, sentinelsOf, type PointDecoder, type Reply } from './point-decoder.js';
import { compileDirection, compileText, type TextDecoder } from './point-text.js';
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
  readonly read: TextDecoder;
}

/** One read request with the decoders of what it brings. */
export interface CompiledBlock extends PlannedBlock {
  /** Scale factors first, so that the values after them can use them. */
  readonly compiled: readonly CompiledPoint[];
  readonly texts: readonly CompiledText[];
  /** Counters that the device may tear: two reads must agree on them. */
  readonly counters: readonly WideCounter[];
  /** Its name for messages. */
  readonly name: string;
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
}

/** A profile made ready for polling. */
export interface CompiledProfile {
  readonly profile: Profile;
  readonly blocks: readonly CompiledBlock[];
  readonly sums: readonly CompiledSum[];
  readonly published: readonly PublishedPoint[];
  /** Points that are bounded, in the order in which their bounds are known. */
  readonly bounds: readonly CompiledBounds[];
  /** Place of each point's value. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** How often each point is read. */
  readonly rates: ReadonlyMap<string, Rate>;
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

function countersOf(block: PlannedBlock): WideCounter[] {
  return block.points
    .filter(({ agreement }) => agreement === true)
    .map((point) => ({
      offset: point.address - block.address,
      count: pointSize(point),
      wordOrder: point.wordOrder ?? 'big',
    }));
}

function compileBlock(
  profile: Profile,
  block: PlannedBlock,
  indexOf: ReadonlyMap<string, number>,
): CompiledBlock {
  const numbers = block.points.filter(({ encoding }) => encoding !== 'string');
  const compiled = numbers.map((point): CompiledPoint => ({
    index: indexOf.get(point.id) ?? 0,
    id: point.id,
    // A scale factor is taken from the very reply that its values come from.
    rate: point.unit === 'exponent' ? 'high' : point.rate,
    decode: compilePoint(point, point.address - block.address, {
      sentinels: sentinelsOf(profile, point),
      turned: compileDirection(profile, point, block.address),
    }),
    scaleFrom: point.scaleFrom === undefined ? undefined : indexOf.get(point.scaleFrom),
  }));
  const units = new Map(numbers.map(({ id, unit }) => [id, unit]));
  const rank = ({ id }: CompiledPoint): number => (units.get(id) === 'exponent' ? 0 : 1);
  const texts = block.points.flatMap((point): CompiledText[] => {
    const read = compileText(profile, point, point.address - block.address);
    return read === undefined ? [] : [{ id: point.id, read }];
  });
  return {
    ...block,
    compiled: compiled.sort((a, b) => rank(a) - rank(b)),
    texts,
    counters: countersOf(block),
    name: `${block.table} ${block.address}+${block.count}`,
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

/**
 * Compiles a profile for a device of so many phases.
 * @param only points to publish; default all.
 */
export function compileProfile(
  profile: Profile,
  phases: 1 | 3,
  only?: readonly string[],
): CompiledProfile {
  const wanted = wantedPoints(profile, phases, only);
  const points = profile.points.filter(({ id }) => wanted.has(id));
  const indexOf = new Map(points.map(({ id }, index) => [id, index]));
  const at = (id: string): number => indexOf.get(id) ?? 0;
  const sums = points.filter((point): point is SumPoint => !isRegisterPoint(point));
  return {
    profile,
    indexOf,
    rates: new Map(points.map((point) => [point.id, rateOf(profile, point)])),
    ratings: [...ratingPoints(profile)].map(at),
    blocks: planBlocks(profile, wanted).map((block) => compileBlock(profile, block, indexOf)),
    bounds: compileBounds(points, indexOf),
    sums: orderSums(sums).map(({ id, sum }) => ({
      index: at(id),
      terms: sum.map(({ point, factor = 1, optional = false }) => ({
        index: at(point),
        factor,
        optional,
      })),
    })),
    published: publishedPoints(profile, phases, only).map((point) => ({
      id: point.id,
      index: at(point.id),
      rate: rateOf(profile, point),
    })),
  };
}

/** Why there is no value at a place, undefined where there is one or the device has none. */
export type Causes = (string | undefined)[];

/**
 * Decodes one reply into the values.
 * @param slowest the slowest rate that is due: points of slower rates keep their values.
 */
export function decodeBlock(
  block: CompiledBlock,
  reply: Reply,
  slowest: Rate,
  values: Values,
  causes: Causes,
): void {
  const limit = SLOWNESS[slowest];
  for (const point of block.compiled) {
    if (SLOWNESS[point.rate] > limit && SLOWNESS[block.rate] < SLOWNESS[point.rate]) continue;
    const exponent = point.scaleFrom === undefined ? undefined : values[point.scaleFrom];
    values[point.index] = point.decode(reply, exponent);
    causes[point.index] = undefined;
  }
}

/** Decodes the texts of one reply. */
export function decodeTexts(block: CompiledBlock, reply: Reply, texts: Map<string, string>): void {
  for (const { id, read } of block.texts) {
    const text = read(reply);
    if (text === undefined) texts.delete(id);
    else texts.set(id, text);
  }
}

/**
 * What follows once the due blocks are decoded: values beyond their bounds are taken away, sums are
 * made of what is left and bounded in their turn.
 */
export function completeValues(compiled: CompiledProfile, values: Values, causes: Causes): void {
  const sums = new Set(compiled.sums.map(({ index }) => index));
  for (const bound of compiled.bounds) {
    if (!sums.has(bound.index)) bound.check(values, causes);
  }
  decodeSums(compiled, values, causes);
  for (const bound of compiled.bounds) {
    if (sums.has(bound.index)) bound.check(values, causes);
  }
}

function decodeSums(compiled: CompiledProfile, values: Values, causes: Causes): void {
  for (const { index, terms } of compiled.sums) {
    let sum = 0;
    let found = 0;
    let missing = false;
    let cause: string | undefined;
    for (const term of terms) {
      const value = values[term.index];
      if (value !== undefined) {
        sum += value * term.factor;
        found += 1;
      } else {
        cause ??= causes[term.index];
        if (!term.optional) missing = true;
      }
    }
    const none = missing || found === 0;
    values[index] = none ? undefined : sum + 0;
    causes[index] = none ? cause : undefined;
  }
}
