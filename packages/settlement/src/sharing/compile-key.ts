import {
  isCalendarCoefficients,
  isFileCoefficients,
  type CoefficientSum,
  type CommunityPoint,
  type CombinedKey,
  type Community,
  type FixedKey,
  type Holidays,
  type KeyGroup,
  type MarketKey,
  type PairsKey,
  type SharingKey,
  type TwoSidedKey,
} from '@microgrid/community';
import { Allocator } from '@microgrid/units';
import { marketRule } from '../market/community-market.js';
import { SettlementError } from '../settlement-error.js';
import { CalendarSchedule } from './calendar-schedule.js';
import {
  coefficientWeights,
  constantSchedule,
  type CoefficientWeights,
  type WeightSchedule,
} from './coefficient-weights.js';
import { CombinedNode } from './combined-node.js';
import { CombinedRule } from './combined-rule.js';
import type { ContractFileSeries } from './contract-file-series.js';
import { FixedNode } from './fixed-node.js';
import { GivenNode } from './given-node.js';
import { GroupColumns } from './group-columns.js';
import type { KeyNode, NodeContext } from './key-node.js';
import { KeyRule } from './key-rule.js';
import { MarketSharing, type LimitPriceColumns } from './market-sharing.js';
import { NestedNode } from './nested-node.js';
import { PairsRule, type PairRow } from './pairs-rule.js';
import type { PeriodClock } from './period-clock.js';
import { plantAttribution, type PlantAttribution } from './plant-attribution.js';
import { PriorityNode } from './priority-node.js';
import { ProportionalNode } from './proportional-node.js';
import type { SharingRule } from './sharing-rule.js';
import { TwoSidedRule } from './two-sided-rule.js';

/** What a key is compiled for. */
export interface KeyCompilation {
  readonly key: SharingKey;
  readonly unused: NonNullable<Community['unused']>;
  readonly plants: NonNullable<Community['plants']>['by'];
  readonly holidays: Holidays;
  /** All points in id order. */
  readonly points: readonly CommunityPoint[];
  readonly clock: PeriodClock;
  /** The contract's files as series over the period. */
  readonly series: ContractFileSeries;
  /** Limit prices of a market key. */
  readonly limitPrices: (key: MarketKey) => LimitPriceColumns;
}

/**
 * Makes a sharing key with its slots ready to run.
 * @throws SettlementError `bad-key` for a key that has no meaning where it stands,
 *   `bad-coefficients`; CommunityError `invalid-file` for a file of the contract.
 */
export function compileKey(compilation: KeyCompilation): SharingRule {
  return new KeyCompiler(compilation).rule(compilation.key);
}

class KeyCompiler {
  private readonly size: number;
  private readonly ids: readonly string[];
  private readonly everyone: readonly number[];
  private readonly context: NodeContext;
  private readonly plants: PlantAttribution;
  private readonly keepsUnused: boolean;

  constructor(private readonly given: KeyCompilation) {
    const { points, unused, plants } = given;
    this.size = points.length;
    this.ids = points.map(({ id }) => id);
    this.everyone = points.map((_, position) => position);
    const allocator = new Allocator(this.size + 1);
    this.context = { allocator, reoffers: unused === 'pool', limits: { cut: false } };
    this.plants = plantAttribution(plants, points, allocator);
    this.keepsUnused = unused === 'member';
  }

  rule(key: SharingKey): SharingRule {
    switch (key.type) {
      case 'pairs':
        return this.pairs(key);
      case 'twoSided':
        return this.twoSided(key);
      case 'market':
        return new MarketSharing(this.size, marketRule(key), this.given.limitPrices(key));
      case 'combined':
        if (!sharesAPool(key))
          return new CombinedRule(
            this.size,
            key.steps.map((step) => this.rule(step)),
          );
        break;
      default:
    }
    const node = this.node(key, this.everyone, this.context);
    return this.keyRule(key.type, node, this.keepsUnused);
  }

  private keyRule(kind: SharingKey['type'], node: KeyNode, keepsUnused: boolean): KeyRule {
    return new KeyRule(kind, this.size, node, this.plants, keepsUnused, this.context.limits);
  }

  /** @param positions of the points the key is about, in order. */
  private node(key: SharingKey, positions: readonly number[], context: NodeContext): KeyNode {
    const size = positions.length;
    switch (key.type) {
      case 'proportional':
        return new ProportionalNode(context);
      case 'fixed':
        return new FixedNode(size, this.schedule(key, positions), context);
      case 'priority':
        return new PriorityNode(key.groups.map((group) => this.group(group, positions, context)));
      case 'nested':
        return new NestedNode(
          key.groups.map((group) => this.group(group, positions, context)),
          coefficientWeights(
            key.groups.map(({ share }) => share),
            'at-most-1',
            'shares of groups',
          ),
          context,
        );
      case 'combined':
        return new CombinedNode(
          size,
          key.steps.map((step) => this.node(step, positions, context)),
        );
      case 'exPost':
        return this.exPost(key, positions, context);
      case 'pairs':
      case 'twoSided':
      case 'market':
        throw new SettlementError(
          'bad-key',
          `sharing key: got ${key.type} inside another key, expected it at the top, or pairs as a step of combined; it says itself who gives`,
        );
    }
  }

  private group(group: KeyGroup, around: readonly number[], context: NodeContext): GroupColumns {
    const inside = new Set(group.points);
    const places = around.flatMap((position, place) =>
      inside.has(this.ids[position] ?? '') ? [place] : [],
    );
    const positions = places.map((place) => around[place] ?? -1);
    return new GroupColumns(Int32Array.from(places), this.node(group.key, positions, context));
  }

  private exPost(
    { file, values }: Extract<SharingKey, { type: 'exPost' }>,
    positions: readonly number[],
    context: NodeContext,
  ): KeyNode {
    const ids = positions.map((position) => this.ids[position] ?? '');
    if (values === 'coefficient') {
      const schedule = this.given.series.coefficients(file, ids, 'at-most-1');
      // What was stated afterwards is not offered again.
      return new FixedNode(positions.length, schedule, { ...context, reoffers: false });
    }
    return new GivenNode(ids, this.given.series.energies(file, ids), this.given.clock, context);
  }

  private schedule(
    { coefficients, sum = 'at-most-1' }: FixedKey,
    positions: readonly number[],
  ): WeightSchedule {
    const ids = positions.map((position) => this.ids[position] ?? '');
    const { series, clock, holidays } = this.given;
    if (isFileCoefficients(coefficients)) {
      return series.coefficients(coefficients.file, ids, sum);
    }
    const weights = (named: Readonly<Record<string, string>>, what: string): CoefficientWeights =>
      coefficientWeights(
        ids.map((id) => named[id] ?? '0'),
        sum,
        what,
      );
    if (!isCalendarCoefficients(coefficients)) {
      return constantSchedule(weights(coefficients, 'coefficients'));
    }
    const rows = coefficients.calendar;
    const made = rows.map((row, index) => weights(row.coefficients, `calendar[${index}]`));
    return new CalendarSchedule(rows, made, clock, holidays);
  }

  private pairs({ coefficients, sum = 'at-most-1' }: PairsKey): PairsRule {
    const rows = isFileCoefficients(coefficients)
      ? this.given.series.pairs(coefficients.file, this.ids, sum)
      : this.constantRows(coefficients, sum);
    const { allocator, reoffers } = this.context;
    return new PairsRule(this.size, rows, allocator, reoffers, this.keepsUnused);
  }

  private constantRows(
    matrix: Readonly<Record<string, Readonly<Record<string, string>>>>,
    sum: CoefficientSum,
  ): PairRow[] {
    return this.ids.flatMap((id, producer) => {
      const row = matrix[id];
      if (row === undefined) return [];
      const consumers = this.everyone.filter((position) => {
        const coefficient = row[this.ids[position] ?? ''];
        return coefficient !== undefined && Number(coefficient) > 0;
      });
      const texts = consumers.map((position) => row[this.ids[position] ?? ''] ?? '0');
      const weights = coefficientWeights(texts, sum, `row of ${id}`);
      return [
        { producer, consumers: Int32Array.from(consumers), schedule: constantSchedule(weights) },
      ];
    });
  }

  /**
   * The short side is used up: both keys give unused parts to others, and points that a key does not
   * reach come last, in proportion. Only parts that stay with their points stay.
   */
  private twoSided({ scarce, abundant }: TwoSidedKey): TwoSidedRule {
    const context: NodeContext = { ...this.context, reoffers: true };
    const whole = (key: SharingKey, reoffering: NodeContext): KeyNode =>
      new CombinedNode(this.size, [
        this.node(key, this.everyone, reoffering),
        new ProportionalNode(reoffering),
      ]);
    const short = this.keepsUnused
      ? this.rule(scarce)
      : this.keyRule('twoSided', whole(scarce, context), false);
    const { allocator, limits } = this.context;
    return new TwoSidedRule(short, whole(abundant, context), allocator, limits);
  }
}

/** Whether all steps share out one pool, so that the plants' slot says who gives. */
function sharesAPool({ steps }: CombinedKey): boolean {
  return steps.every((step) =>
    step.type === 'combined'
      ? sharesAPool(step)
      : step.type !== 'pairs' && step.type !== 'twoSided' && step.type !== 'market',
  );
}
