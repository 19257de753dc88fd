import { canonicalCommunity } from '@microgrid/community';
import { canonicalJson } from '@microgrid/events';
import {
  adjust,
  checkBooks,
  invoiceRun,
  renderStatementCorrection,
  renderTransactions,
  type Adjustment,
  type InvoicedRun,
  type StatementCorrection,
  type Transaction,
} from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import { writeCanonicalCsv } from '@microgrid/metering';
import { intervalRecords, settleVersions, type SettlementRun } from '@microgrid/settlement';
import { compareIds, formatInstant } from '@microgrid/units';
import { daysText } from '../days-document.js';
import { RunOutput, type FileSink, type Produced } from '../produce-run.js';
import { WHOLE_RUN, type RunForm } from '../run-form.js';
import { correctionPath, DAYS_JSON, DELTAS_NDJSON, HISTORY_JSON } from '../run-layout.js';
import { RunnerError } from '../runner-error.js';
import { HISTORY_SCHEMA, type History } from './history.js';

const encoder = new TextEncoder();

/** A file of the canonical history. */
interface KeptFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** All versions of a period, and what the last one changes. */
export interface Versions {
  readonly runs: readonly InvoicedRun[];
  /** What each version but the first changes, in order. */
  readonly adjustments: readonly Adjustment[];
}

/** Settles every version of a history. @throws SettlementError, InvoicingError. */
export function versionsOf({ inputs, calendar, period, runs }: History): Versions {
  const [first, ...later] = runs.map((run) => ({ ...run, period, calendar }));
  if (first === undefined) return { runs: [], adjustments: [] };
  const invoiced = settleVersions(inputs, first, later).map((run) => invoiceRun(run, nodeHash));
  const adjustments: Adjustment[] = [];
  const posted: Transaction[] = [...(invoiced[0]?.invoice.transactions ?? [])];
  const corrections: StatementCorrection[] = [];
  for (const [index, after] of invoiced.slice(1).entries()) {
    const adjustment = adjust(invoiced[index] as InvoicedRun, after, { posted, corrections });
    posted.push(...adjustment.transactions);
    corrections.push(...adjustment.corrections);
    adjustments.push(adjustment);
  }
  return { runs: invoiced, adjustments };
}

/**
 * Produces every file of the last version of a history: what became known when, its results, and what
 * it changes against all before it. Yields after each file.
 */
export async function* produceVersion(
  history: History,
  sink: FileSink,
  form: RunForm = WHOLE_RUN,
): AsyncGenerator<Produced> {
  const { runs, adjustments } = versionsOf(history);
  const last = runs.at(-1) as InvoicedRun;
  const { contract } = last.run.settled;
  expectBooksToBalance(runs, adjustments);
  const kept = keptFiles(history);
  const adjustment = adjustments.at(-1);
  const corrections = adjustment?.corrections ?? [];
  const extra = adjustment === undefined ? 0 : 1 + corrections.length;
  const output = new RunOutput(sink, form, 4 + kept.length + extra, contract.members.length);
  yield output.input(DAYS_JSON, [encoder.encode(daysText(contract.community.timeZone, contract))]);
  for (const { path, bytes } of kept) yield output.input(path, [bytes]);
  if (adjustment !== undefined) {
    const deltas = adjustments.flatMap(({ transactions }) => transactions);
    yield output.output(DELTAS_NDJSON, [encoder.encode(renderTransactions(deltas))]);
    for (const correction of corrections) {
      const text = renderStatementCorrection(correction);
      yield output.output(correctionPath(correction.member), [encoder.encode(text)]);
    }
  }
  yield* output.results({
    settled: last.run.settled,
    records: intervalRecords(last.run.settled, nodeHash),
    days: last.days,
    invoice: last.invoice,
    about: { run: aboutRun(last.run) },
  });
}

/** What was posted, originals and deltas, has to be what the last version comes to. */
function expectBooksToBalance(
  runs: readonly InvoicedRun[],
  adjustments: readonly Adjustment[],
): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return;
  const deltas = adjustments.flatMap(({ transactions }) => transactions);
  const books = checkBooks(last.run.settled, [...first.invoice.transactions, ...deltas]);
  if (books.ok) return;
  throw new RunnerError(
    'bad-output',
    `${last.run.id}: ${JSON.stringify(books)}; nothing is written`,
  );
}

/** What the manifest says of a version. */
function aboutRun(run: SettlementRun): Readonly<Record<string, unknown>> {
  const { kind, asKnownOnMs } = run.request;
  const total = run.completeness.total;
  return {
    id: run.id,
    version: run.version,
    kind,
    asKnownOn: formatInstant(asKnownOnMs),
    ...(run.previous !== undefined && { previous: run.previous }),
    completeness: {
      neededIntervals: total.neededIntervals,
      measuredIntervals: total.measuredIntervals,
      missingIntervals: total.missingIntervals,
      energyMilliwattHours: total.energyMilliwattHours.toString(),
      measuredMilliwattHours: total.measuredMilliwattHours.toString(),
    },
    substitutedIntervals: run.substituted.length,
    waitingIntervals: run.stopped.map(formatInstant),
    unknownPoints: run.unknownPoints,
  };
}

/** The history in its one form: the same facts give the same bytes, whatever order they came in. */
function keptFiles({ inputs, calendar, period, runs }: History): KeptFile[] {
  const files: KeptFile[] = [];
  const keep = (name: string, bytes: Uint8Array): string => {
    files.push({ path: `inputs/${name}`, bytes });
    return name;
  };
  const readings = inOrder(inputs.readings, ({ knownMs, kind, columns }) => {
    const bytes = writeCanonicalCsv(columns);
    return { key: `${formatInstant(knownMs)} ${kind} ${digest(bytes)}`, knownMs, kind, bytes };
  }).map(({ knownMs, kind, bytes }, index) => ({
    file: keep(`readings-${index + 1}.csv`, bytes),
    knownAt: formatInstant(knownMs),
    source: kind,
  }));
  const contracts = inOrder(inputs.contracts, ({ knownMs, community, files: named }) => {
    const bytes = encoder.encode(canonicalCommunity(community));
    return { key: `${formatInstant(knownMs)} ${digest(bytes)}`, knownMs, bytes, named };
  }).map(({ knownMs, bytes, named }, index) => {
    const folder = `contract-${index + 1}`;
    for (const [name, text] of named ?? []) keep(`${folder}/${name}`, encoder.encode(text));
    return { file: keep(`${folder}/community.json`, bytes), knownAt: formatInstant(knownMs) };
  });
  const prices = inOrder(inputs.prices ?? [], ({ price, startMs, endMs, knownMs, tariff }) => {
    const written = {
      price,
      from: formatInstant(startMs),
      to: formatInstant(endMs),
      knownAt: formatInstant(knownMs),
      tariff,
    };
    return { key: canonicalJson(written), written };
  }).map(({ written }) => written);
  const document = {
    schema: HISTORY_SCHEMA,
    period: { start: formatInstant(period.startMs), end: formatInstant(period.endMs) },
    readings,
    contracts,
    ...(prices.length > 0 && { prices }),
    calendar: keep('calendar.json', encoder.encode(canonicalJson(calendar))),
    runs: runs.map(({ kind, asKnownOnMs }) => ({ kind, asKnownOn: formatInstant(asKnownOnMs) })),
  };
  files.push({ path: HISTORY_JSON, bytes: encoder.encode(canonicalJson(document)) });
  return files;
}

function inOrder<T, K extends { readonly key: string }>(
  list: readonly T[],
  keyed: (value: T) => K,
): K[] {
  return list.map(keyed).sort((a, b) => compareIds(a.key, b.key));
}

function digest(bytes: Uint8Array): string {
  return Buffer.from(nodeHash.sha256(bytes)).toString('hex');
}
