import type { CalendarRows } from './calendar-rows.js';
import type { MarketAmounts, SharingRule, SharingWork } from './sharing-rule.js';

/** In each interval the rule of the row that holds then, where one of them says itself who gives. */
export class CalendarRule implements SharingRule {
  readonly kind = 'calendar';
  readonly keepsUnused: boolean;
  private last: SharingRule;

  /** @param rules of each row; all of them make money, or none. */
  constructor(
    private readonly rows: CalendarRows,
    private readonly rules: readonly SharingRule[],
  ) {
    this.keepsUnused = rules.some((rule) => rule.keepsUnused);
    this.last = rules[0] as SharingRule;
  }

  get market(): MarketAmounts | undefined {
    return this.last.market;
  }

  share(work: SharingWork): number {
    const rule = this.rules[this.rows.at(work.interval)] as SharingRule;
    this.last = rule;
    if (this.keepsUnused && !rule.keepsUnused) {
      work.own.fill(0);
      work.assigned.fill(0);
    }
    return rule.share(work);
  }

  curtailed(
    interval: number,
    market: MarketAmounts,
    sharedIn: Float64Array,
    sharedOut: Float64Array,
  ): MarketAmounts {
    const rule = this.rules[this.rows.at(interval)] as SharingRule;
    return rule.curtailed?.(interval, market, sharedIn, sharedOut) ?? market;
  }
}
