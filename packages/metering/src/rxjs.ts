import { Observable, type OperatorFunction } from 'rxjs';
import type { IntervalV1 } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';
import { advanceIntervals, type IntervalState, type RejectedReading } from './counter-intervals.js';
import type { CounterReading } from './counter-reading.js';
import { IntervalLedger, type LedgerSettings } from './interval-ledger.js';
import { intervalOptions, type IntervalSettings } from './interval-options.js';
import type { MeterHistory } from './meter-history.js';
import type { Finding } from './validation/rules.js';
import { validator, type StreamRule } from './validation/validate.js';

/** What a stream of intervals keeps and tells, beside the intervals. */
export interface IntervalsOptions extends IntervalSettings {
  /** What an earlier process remembered, by metering point. */
  readonly initial?: ReadonlyMap<string, IntervalState>;
  /** Hears the new state after every reading that was used: keep it to go on after a restart. */
  readonly onState?: (meteringPoint: string, state: IntervalState) => void;
  /** Hears every reading that was not used. */
  readonly onRejected?: (rejected: RejectedReading) => void;
}

/** Counter readings of any number of metering points → closed intervals; `advanceIntervals` as an operator. */
export function intervals(
  settings: IntervalsOptions,
): OperatorFunction<CounterReading, IntervalV1> {
  const { initial, onState, onRejected, ...rest } = settings;
  const options = intervalOptions(rest);
  return (readings$) =>
    new Observable((subscriber) => {
      const states = new Map<string, IntervalState>(initial ?? []);
      return readings$.subscribe({
        next: (reading) => {
          const step = advanceIntervals(states.get(reading.meteringPoint), reading, options);
          for (const rejected of step.rejected) onRejected?.(rejected);
          for (const interval of step.intervals) subscriber.next(interval);
          if (!step.state || step.state === states.get(reading.meteringPoint)) return;
          states.set(reading.meteringPoint, step.state);
          onState?.(reading.meteringPoint, step.state);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
}

/** A ledger for every metering point; `onRejected` hears every reading that was not used. */
export interface RevisedIntervalsOptions extends Omit<LedgerSettings, 'history'> {
  readonly meters?: readonly MeterHistory[];
  readonly onRejected?: (rejected: RejectedReading) => void;
}

/**
 * Counter readings in any order → intervals and, where a late reading changes one, its next revision;
 * {@link IntervalLedger} as an operator.
 */
export function revisedIntervals(
  settings: RevisedIntervalsOptions,
): OperatorFunction<CounterReading, IntervalV1> {
  const { meters, onRejected, ...rest } = settings;
  const ledgerOf = (id: string): IntervalLedger => {
    const history = meters?.find(({ meteringPoint }) => meteringPoint === id);
    return new IntervalLedger({ ...rest, ...(history === undefined ? {} : { history }) });
  };
  return (readings$) =>
    new Observable((subscriber) => {
      const ledgers = new Map<string, IntervalLedger>();
      return readings$.subscribe({
        next: (reading) => {
          const ledger = ledgers.get(reading.meteringPoint) ?? ledgerOf(reading.meteringPoint);
          ledgers.set(reading.meteringPoint, ledger);
          const { intervals: told, rejected } = ledger.add(reading);
          for (const each of rejected) onRejected?.(each);
          for (const interval of told) subscriber.next(interval);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
}

/** Where a stream of intervals learns the time and tells its findings. */
export interface ValidateOptions {
  readonly nowMs: () => EpochMs;
  /** Hears everything the rules found, also of intervals that were refused. */
  readonly onFinding?: (finding: Finding) => void;
}

/** Intervals → intervals that passed the rules; `validator` as an operator. */
export function validate(
  rules: readonly StreamRule[],
  options: ValidateOptions,
): OperatorFunction<IntervalV1, IntervalV1> {
  return (intervals$) =>
    new Observable((subscriber) => {
      const run = validator(rules);
      return intervals$.subscribe({
        next: (candidate) => {
          const { interval, findings } = run(candidate, options.nowMs());
          for (const finding of findings) options.onFinding?.(finding);
          if (interval) subscriber.next(interval);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
}
