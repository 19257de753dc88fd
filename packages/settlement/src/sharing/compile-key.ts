import {
  innerKeys,
  isCalendarCoefficients,
  isFileCoefficients,
  type CalendarConditions,
  type CoefficientSum,
  type CommunityPoint,
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
import { CalendarNode } from './calendar-node.js';
import { CalendarRows } from './calendar-rows.js';
import { CalendarRule } from './calendar-rule.js';
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
import { GroupRule } from './group-rule.js';
import type { KeyNode, NodeContext } from './key-node.js';
import { KeyRule } from './key-rule.js';
import { MarketSharing, type LimitPriceColumns } from './market-sharing.js';
import { NestedNode } from './nested-node.js';
import { PairsRule, type PairRow } from './pairs-rule.js';
import type { PeriodClock } from './period-clock.js';
import { plantAttribution, type PlantAttribution } from './plant-attribution.js';
import { PricedRule } from './priced-rule.js';
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
  /** Internal price of each interval, micro-currency per kWh. */
  readonly internalPrices: Float64Array;
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

  /** @param claiming positions of the points that may claim. Default: all. */
  rule(
    key: SharingKey,
    claiming: readonly number[] = this.everyone,
    context: NodeContext = this.context,
  ): SharingRule {
    if (sharesAPool(key)) return this.poolRule(key, claiming, context);
    switch (key.type) {
      case 'pairs':
        return this.pairs(key, claiming, context);
      case 'twoSided':
        return this.twoSided(key, claiming);
      case 'market':
        return new MarketSharing(this.size, marketRule(key), this.given.limitPrices(key));
      case 'combined':
        return this.oneByOne(key.steps.map((step) => this.rule(step, claiming, context)));
      case 'priority':
        return this.oneByOne(
          key.groups.map((group) => {
            const inside = this.inside(group, claiming);
            const rule = this.rule(group.key, inside, context);
            return new GroupRule(this.size, Int32Array.from(inside), rule);
          }),
        );
      case 'calendar': {
        const rules = key.rows.map((row) => this.rule(row.key, claiming, context));
        return new CalendarRule(this.rows(key.rows), this.allPriced(rules));
      }
      default:
        throw misplaced(key);
    }
  }

  private oneByOne(rules: readonly SharingRule[]): SharingRule {
    return new CombinedRule(this.size, this.allPriced(rules));
  }

  /** Where one rule makes money, the others say theirs: the internal price of what they share. */
  private allPriced(rules: readonly SharingRule[]): readonly SharingRule[] {
    if (rules.every(({ market }) => market === undefined)) return rules;
    return rules.map((rule) =>
      rule.market === undefined ? new PricedRule(rule, this.given.internalPrices) : rule,
    );
  }

  private poolRule(
    key: SharingKey,
    claiming: readonly number[],
    context: NodeContext,
  ): SharingRule {
    const node = this.node(key, claiming, context);
    if (claiming.length === this.size) return this.keyRule(key.type, node, this.keepsUnused);
    const group = new GroupColumns(Int32Array.from(claiming), node);
    return this.keyRule(key.type, new PriorityNode([group]), this.keepsUnused);
  }

  private rows(rows: readonly CalendarConditions[]): CalendarRows {
    return new CalendarRows(rows, this.given.clock, this.given.holidays);
  }

  private inside({ points }: KeyGroup, around: readonly number[]): number[] {
    const inside = new Set(points);
    return around.filter((position) => inside.has(this.ids[position] ?? ''));
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
      case 'calendar':
        return new CalendarNode(
          this.rows(key.rows),
          key.rows.map((row) => this.node(row.key, positions, context)),
        );
      case 'pairs':
      case 'twoSided':
      case 'market':
        throw misplaced(key);
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
    const { series } = this.given;
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
    return new CalendarSchedule(this.rows(rows), made);
  }

  private pairs(
    { coefficients, sum = 'at-most-1' }: PairsKey,
    claiming: readonly number[],
    { allocator, reoffers }: NodeContext,
  ): PairsRule {
    const rows = isFileCoefficients(coefficients)
      ? this.given.series.pairs(coefficients.file, this.ids, claiming, sum)
      : this.constantRows(coefficients, claiming, sum);
    return new PairsRule(this.size, rows, allocator, reoffers, this.keepsUnused);
  }

  private constantRows(
    matrix: Readonly<Record<string, Readonly<Record<string, string>>>>,
    claiming: readonly number[],
    sum: CoefficientSum,
  ): PairRow[] {
    return this.ids.flatMap((id, producer) => {
      const row = matrix[id];
      if (row === undefined) return [];
      const consumers = claiming.filter((position) => {
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
  private twoSided({ scarce, abundant }: TwoSidedKey, claiming: readonly number[]): TwoSidedRule {
    const context: NodeContext = { ...this.context, reoffers: true };
    const offering = new CombinedNode(this.size, [
      this.node(abundant, this.everyone, context),
      new ProportionalNode(context),
    ]);
    const { allocator, limits } = this.context;
    const short = this.keepsUnused
      ? this.rule(scarce, claiming)
      : this.rule(
          { type: 'combined', steps: [scarce, { type: 'proportional' }] },
          claiming,
          context,
        );
    return new TwoSidedRule(short, offering, allocator, limits);
  }
}

function misplaced({ type }: SharingKey): SettlementError {
  return new SettlementError(
    'bad-key',
    `sharing key: got ${type} in a nested group or on a side of twoSided, expected a key that shares out one pool; ${type} says itself who gives`,
  );
}

/** Whether a key shares out one pool, so that the plants' slot says who gives. */
function sharesAPool(key: SharingKey): boolean {
  if (key.type === 'pairs' || key.type === 'twoSided' || key.type === 'market') return false;
  return key.type === 'nested' || innerKeys(key).every(sharesAPool);
}
