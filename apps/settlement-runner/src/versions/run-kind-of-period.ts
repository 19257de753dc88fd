import { parseRunCalendar, DEFAULT_RUN_CALENDAR, type RunKind } from '@microgrid/settlement';
import type { SourceKind } from '@microgrid/metering';
import { readContractFiles } from '../contract-file-names.js';
import { instantOf } from '../instant-option.js';
import { OutputDirectory } from '../output-directory.js';
import { parsePeriod } from '../period.js';
import { readReadings } from '../readings-file.js';
import { communityOf } from '../run-inputs.js';
import { RunnerError } from '../runner-error.js';
import { writeRun, type RunManifest, type RunOptions, type WriteOptions } from '../run.js';
import type { History } from './history.js';
import { loadHistory, readDocument, readText } from './load-history.js';
import { produceVersion } from './produce-version.js';

/** A run of a kind: the first version of a period's settlement. */
export interface KindRunOptions extends Omit<RunOptions, 'readings'> {
  readonly readings: string;
  readonly kind: RunKind;
  readonly source: SourceKind;
  /** When the inputs became known, and what the run sees. Default the period's end. */
  readonly asKnownOn?: string;
  readonly calendar?: string;
}

/**
 * Settles a period as a run of a kind: completeness is checked as the run calendar asks for, and what
 * is missing is substituted or waits, as contract and calendar say.
 * @throws RunnerError and what reading and settling refuse; then nothing is written.
 */
export async function runKindOfPeriod(options: KindRunOptions): Promise<RunManifest> {
  OutputDirectory.check(options.out);
  const community = communityOf(
    readText(options.community, 'a community file in YAML'),
    options.community,
  );
  const period = parsePeriod(options.from, options.to, community.timeZone);
  const knownMs =
    options.asKnownOn === undefined ? period.endMs : instantOf(options.asKnownOn, '--as-known-on');
  const files = readContractFiles(community, options.community);
  const columns = await readReadings(options.readings, (done, total) => {
    options.onProgress?.({ stage: 'reading', done, total });
  });
  const history: History = {
    inputs: {
      readings: [{ knownMs, kind: options.source, columns }],
      contracts: [{ knownMs, community, ...(files.size > 0 && { files }) }],
    },
    calendar:
      options.calendar === undefined
        ? DEFAULT_RUN_CALENDAR
        : parseRunCalendar(
            readDocument(options.calendar, 'a run calendar in YAML or JSON'),
            options.calendar,
          ),
    period,
    runs: [{ kind: options.kind, asKnownOnMs: knownMs }],
  };
  return writeRun(options, (sink, form) => produceVersion(history, sink, form));
}

/** Which history to settle, and for which days. */
export interface HistoryRunOptions extends WriteOptions {
  /** The history, YAML or JSON. */
  readonly history: string;
  /** Bounds as instants with Z, or local days; default what the history says. */
  readonly from?: string;
  readonly to?: string;
  /** Only the runs that see nothing later than this. */
  readonly asKnownOn?: string;
}

/**
 * Settles the last run of a history, after all before it.
 * @throws RunnerError and what reading and settling refuse; then nothing is written.
 */
export async function runHistory(options: HistoryRunOptions): Promise<RunManifest> {
  OutputDirectory.check(options.out);
  const { from, to } = options;
  const whole = loadHistory(options.history, PERIOD_TO_COME);
  const timeZone = whole.inputs.contracts[0]?.community.timeZone ?? 'UTC';
  if ((from === undefined) !== (to === undefined)) {
    throw new RunnerError('bad-usage', 'expected --from and --to, or neither of them');
  }
  const period =
    from === undefined || to === undefined
      ? loadHistory(options.history).period
      : parsePeriod(from, to, timeZone);
  const untilMs =
    options.asKnownOn === undefined ? Infinity : instantOf(options.asKnownOn, '--as-known-on');
  const runs = whole.runs.filter(({ asKnownOnMs }) => asKnownOnMs <= untilMs);
  if (runs.length === 0) {
    throw new RunnerError(
      'bad-usage',
      `--as-known-on: got ${options.asKnownOn ?? ''}, expected an instant from the first run of ${options.history} on`,
    );
  }
  return writeRun(options, (sink, form) => produceVersion({ ...whole, period, runs }, sink, form));
}

/** Stands for the period until the contract's time zone is known. */
const PERIOD_TO_COME = { startMs: 0, endMs: 0 };
