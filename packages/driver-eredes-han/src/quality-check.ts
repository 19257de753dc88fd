import type { IntervalV1 } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import type { RegisterCheck, SpanVerdict } from './register-check.js';

/** What is known of the claim that an entry's clock is the end of its interval. */
export type LabelVerdict = 'unchecked' | 'agrees' | 'disagrees';

/** Agreements in a row that end a suspicion. */
const ENOUGH = 4;

/**
 * Holds every new interval against the lifetime registers. One that cannot be is estimated, and so
 * are all after it until four in a row fit again: the meter may label its entries differently from
 * what is assumed, or have lost some.
 */
export class QualityCheck {
  private agreed = 0;
  private suspicious = false;
  private judged = false;

  constructor(private readonly registers: RegisterCheck) {}

  get verdict(): LabelVerdict {
    if (this.suspicious) return 'disagrees';
    return this.judged ? 'agrees' : 'unchecked';
  }

  /** The same intervals, those in doubt marked as estimated with the cause. */
  check(intervals: readonly IntervalV1[]): IntervalV1[] {
    const alone = intervals.map((interval) => {
      // What counts as estimated already may well hold energy of another time.
      if (interval.quality !== 'measured') return interval;
      this.note(this.judge([interval]));
      return this.suspicious ? doubted(interval) : interval;
    });
    return runsOf(alone).flatMap((run) => {
      if (run.length < 2 || this.judge(run) !== 'disagrees') return run;
      this.note('disagrees');
      return run.map(doubted);
    });
  }

  private note(verdict: SpanVerdict): void {
    if (verdict === 'unknown') return;
    this.judged = true;
    if (verdict === 'disagrees') {
      this.suspicious = true;
      this.agreed = 0;
      return;
    }
    this.agreed += 1;
    if (this.agreed >= ENOUGH) this.suspicious = false;
  }

  private judge(run: readonly IntervalV1[]): SpanVerdict {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return 'unknown';
    const sum = (of: (interval: IntervalV1) => number | undefined): number =>
      run.reduce((total, interval) => total + (of(interval) ?? 0), 0) / 1000;
    return this.registers.judge(parseInstant(first.start), parseInstant(last.end), {
      import: sum((interval) => interval.importMilliwattHours),
      export: sum((interval) => interval.exportMilliwattHours),
    });
  }
}

const DOUBT = 'register-mismatch';

const comparable = ({ quality, causes = [] }: IntervalV1): boolean =>
  quality === 'measured' || (causes.length === 1 && causes[0] === DOUBT);

function doubted(interval: IntervalV1): IntervalV1 {
  if (interval.quality === 'missing' || interval.causes?.includes(DOUBT) === true) return interval;
  return { ...interval, quality: 'estimated', causes: [...(interval.causes ?? []), DOUBT] };
}

/** Stretches without a hole; what is missing or estimated for another reason stands alone. */
function runsOf(intervals: readonly IntervalV1[]): IntervalV1[][] {
  const runs: IntervalV1[][] = [];
  for (const interval of intervals) {
    const before = runs.at(-1)?.at(-1);
    const joins =
      before !== undefined &&
      comparable(before) &&
      comparable(interval) &&
      before.end === interval.start;
    if (joins) runs.at(-1)?.push(interval);
    else runs.push([interval]);
  }
  return runs;
}
