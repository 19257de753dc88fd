import {
  boundsCause,
  missingReading,
  readingOf,
  type Clock,
  type PointName,
  type ValueBounds,
} from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import type { BlockReader, Loss } from './block-reader.js';
import { CounterGuard } from './counter-guard.js';
import { placesIn } from './dc-sources.js';
import type { ModelImage } from './model-image.js';
import {
  counterStep,
  fitted,
  isCounter,
  sourceValue,
  type PointCandidate,
  type PointSource,
  type SourceValue,
} from './point-source.js';
import { planReads, spanOf, type ReadBlock } from './read-plan.js';

/** What a poll brought. */
export interface PollResult {
  readonly readings: readonly ReadingV1[];
  /** Why the device did not answer. */
  readonly lost?: Loss;
  /** A model was refused: the bus may have given it up for long. */
  readonly refused: boolean;
}

/** Values outside are suspect. */
const BOUNDS: Partial<Record<PointName, ValueBounds>> = {
  frequency: { minimum: 45, maximum: 65 },
  stateOfCharge: { minimum: 0, maximum: 100 },
  powerFactor: { minimum: -1, maximum: 1 },
  voltageL1: { minimum: 0, maximum: 350 },
  voltageL2: { minimum: 0, maximum: 350 },
  voltageL3: { minimum: 0, maximum: 350 },
};

/** Reads the models that bring published points, and makes readings of them. */
export class SunspecPoller {
  private readonly blocks: readonly ReadBlock[];
  /** The source a point came from first: another one would count from elsewhere. */
  private readonly chosen = new Map<PointName, PointSource>();
  private readonly shown = new Set<PointName>();
  private readonly guards = new Map<PointName, CounterGuard>();

  constructor(
    private readonly device: string,
    private readonly candidates: readonly PointCandidate[],
    private readonly reader: BlockReader,
    private readonly clock: Clock,
  ) {
    const images = new Set(candidates.flatMap(({ sources }) => sources.map(({ image }) => image)));
    this.blocks = planReads([...images].map((image) => spanOf(image, placesIn(image, candidates))));
    // What the models say must be there is shown from the start, even while an inverter sleeps.
    for (const candidate of candidates) {
      const [source] = candidate.sources;
      if (source?.terms.every(({ place }) => place.definition.mandatory) === true) {
        this.shown.add(candidate.point);
      }
      this.value(candidate);
    }
  }

  /** Requests that one poll takes while nothing is suspicious. */
  get requests(): number {
    return this.blocks.length;
  }

  /** The points that the device has shown so far, in a fixed order. */
  get points(): readonly PointName[] {
    return this.candidates.map(({ point }) => point).filter((point) => this.shown.has(point));
  }

  /** One poll. */
  async poll(signal: AbortSignal | undefined): Promise<PollResult> {
    const result = await this.reader.read(this.blocks, signal);
    if (result.lost !== undefined) {
      return this.lostResult(result.lost);
    }
    const failures = new Map(result.failures);
    const doubts = await this.secondReads(failures, signal);
    if (doubts.lost !== undefined) {
      return this.lostResult(doubts.lost);
    }
    const at = formatInstant(this.clock.nowMs());
    const values = this.candidates.map((candidate) => ({
      point: candidate.point,
      result: doubts.causes.get(candidate.point) ?? this.judged(candidate, failures),
    }));
    const readings = values
      .filter(({ point }) => this.shown.has(point))
      .map(({ point, result: { value, cause } }) => {
        const origin = { device: this.device, point, at };
        if (value === undefined) return missingReading(origin, cause);
        const bounds = BOUNDS[point];
        return bounds === undefined || boundsCause(value, bounds) === undefined
          ? readingOf(origin, value)
          : readingOf(origin, value, bounds);
      });
    return { readings, refused: failures.size > 0 };
  }

  private lostResult(lost: Loss): PollResult {
    return { readings: this.unreadable(lost.cause), lost, refused: false };
  }

  /** All readings are bad for one cause. */
  unreadable(cause: string): readonly ReadingV1[] {
    const at = formatInstant(this.clock.nowMs());
    return this.points.map((point) => missingReading({ device: this.device, point, at }, cause));
  }

  private judged(
    candidate: PointCandidate,
    failures: ReadonlyMap<ModelImage, string>,
  ): SourceValue {
    const source = this.chosen.get(candidate.point) ?? candidate.sources[0];
    const failure = source === undefined ? undefined : failures.get(source.image);
    if (failure !== undefined) return { cause: failure };
    return this.value(candidate);
  }

  /** The value of a point by the source it has come from before, or by the first that has one. */
  private value(candidate: PointCandidate): SourceValue {
    const before = this.chosen.get(candidate.point);
    if (before !== undefined) return sourceValue(before);
    let cause: SourceValue | undefined;
    for (const source of candidate.sources) {
      const first = isCounter(source) ? fitted(source) : source;
      const value = sourceValue(first);
      if (value.value !== undefined) {
        this.chosen.set(candidate.point, first);
        this.shown.add(candidate.point);
        return value;
      }
      cause ??= value;
    }
    return cause ?? { cause: 'not implemented' };
  }

  private stepOf({ point }: PointCandidate): number {
    const source = this.chosen.get(point);
    return source === undefined ? 1000 : counterStep(source);
  }

  /** Reads models again whose counters do not follow from their last values. */
  private async secondReads(
    failures: Map<ModelImage, string>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly causes: ReadonlyMap<PointName, SourceValue>; readonly lost?: Loss }> {
    const causes = new Map<PointName, SourceValue>();
    const startMs = this.clock.monotonicMs();
    const doubtful: { candidate: PointCandidate; guard: CounterGuard; value: number }[] = [];
    for (const candidate of this.candidates) {
      if (!candidate.sources.some(isCounter)) continue;
      const { value } = this.judged(candidate, failures);
      if (value === undefined) continue;
      const guard = this.guards.get(candidate.point) ?? new CounterGuard(this.stepOf(candidate));
      this.guards.set(candidate.point, guard);
      if (guard.suspects(value, startMs)) doubtful.push({ candidate, guard, value });
      else guard.accept(value, startMs);
    }
    const images = new Set(
      doubtful.map(({ candidate }) => this.chosen.get(candidate.point)?.image),
    );
    const again = this.blocks.filter(({ spans }) => spans.some(({ image }) => images.has(image)));
    if (again.length === 0) return { causes };
    const result = await this.reader.read(again, signal);
    if (result.lost !== undefined) return { causes, lost: result.lost };
    for (const [image, cause] of result.failures) failures.set(image, cause);
    const nowMs = this.clock.monotonicMs();
    for (const { candidate, guard, value } of doubtful) {
      const second = this.judged(candidate, failures).value;
      if (second === undefined) continue;
      if (guard.agree(value, second, nowMs - startMs)) guard.accept(second, nowMs);
      else causes.set(candidate.point, { cause: `two reads disagree: ${value} and ${second} mWh` });
    }
    return { causes };
  }
}
