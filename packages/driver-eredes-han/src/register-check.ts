import type { EpochMs } from '@microgrid/units';

/** What the lifetime registers 0x0016 and 0x0017 showed, in the meter's own time. */
export interface RegisterSample {
  /** They were read no earlier than this. */
  readonly earliestMs: EpochMs;
  /** They were read no later than this. */
  readonly latestMs: EpochMs;
  readonly importWattHours: number;
  /** Absent where the meter denies the register. */
  readonly exportWattHours?: number;
}

/** Registers count whole Wh, and so do entries: both ends of a span may be cut by one. */
const ROUNDING_WATT_HOURS = 2;

/** What the registers say about the energy of a span. */
export type SpanVerdict = 'agrees' | 'disagrees' | 'unknown';

/**
 * Holds entries against the lifetime registers. Registers only grow, so the readings just outside a
 * span bound its energy from above and those just inside it from below: an entry that claims more or
 * less does not cover the span its clock says, for example because the clock is its beginning.
 */
export class RegisterCheck {
  private samples: RegisterSample[] = [];

  /** @param keepMs how far back samples are kept */
  constructor(private readonly keepMs: number) {}

  /** Takes a new sample, later than all before. */
  add(sample: RegisterSample): void {
    const last = this.samples.at(-1);
    // A clock that was set back, or a register that shrank, ends what can be compared.
    if (
      last !== undefined &&
      (sample.earliestMs < last.earliestMs || sample.importWattHours < last.importWattHours)
    ) {
      this.samples = [];
    }
    this.samples.push(sample);
    const before = this.samples.findLastIndex(
      ({ latestMs }) => latestMs < sample.earliestMs - this.keepMs,
    );
    if (before > 0) this.samples.splice(0, before);
    this.thin();
  }

  /** The last sample, to be stored over a restart. */
  get last(): RegisterSample | undefined {
    return this.samples.at(-1);
  }

  /** Between two samples of the same minute the middle ones add nothing. */
  private thin(): void {
    const [a, b, c] = this.samples.slice(-3);
    if (a === undefined || b === undefined || c === undefined) return;
    const minute = ({ earliestMs }: RegisterSample): number => Math.floor(earliestMs / 60_000);
    if (minute(a) === minute(b) && minute(b) === minute(c)) this.samples.splice(-2, 1);
  }

  /** Whether energy of a span, by the entries in it, is possible. */
  judge(
    startMs: EpochMs,
    endMs: EpochMs,
    energy: { readonly import: number; readonly export: number },
  ): SpanVerdict {
    const verdicts = [
      this.judgeOne(startMs, endMs, energy.import, ({ importWattHours }) => importWattHours),
      this.judgeOne(startMs, endMs, energy.export, ({ exportWattHours }) => exportWattHours),
    ];
    if (verdicts.includes('disagrees')) return 'disagrees';
    return verdicts.includes('agrees') ? 'agrees' : 'unknown';
  }

  private judgeOne(
    startMs: EpochMs,
    endMs: EpochMs,
    wattHours: number,
    value: (sample: RegisterSample) => number | undefined,
  ): SpanVerdict {
    const { samples } = this;
    const of = (sample: RegisterSample | undefined): number | undefined =>
      sample === undefined ? undefined : value(sample);
    const before = of(samples.findLast(({ latestMs }) => latestMs <= startMs));
    const afterStart = of(samples.find(({ earliestMs }) => earliestMs >= startMs));
    const beforeEnd = of(samples.findLast(({ latestMs }) => latestMs <= endMs));
    const after = of(samples.find(({ earliestMs }) => earliestMs >= endMs));
    const upper = before === undefined || after === undefined ? undefined : after - before;
    const lower =
      afterStart === undefined || beforeEnd === undefined ? undefined : beforeEnd - afterStart;
    if (upper !== undefined && wattHours > upper + ROUNDING_WATT_HOURS) return 'disagrees';
    if (lower !== undefined && wattHours < lower - ROUNDING_WATT_HOURS) return 'disagrees';
    return upper === undefined ? 'unknown' : 'agrees';
  }
}
