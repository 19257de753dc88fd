import { canonicalCommunity } from '@microgrid/community';
import { canonicalBytes } from '@microgrid/events';
import {
  invoice,
  invoiceDays,
  statementCsvBytes,
  statementJsonBytes,
  type Invoice,
} from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import { gridCsvChunks } from '@microgrid/metering';
import {
  contractHash,
  intervalRecords,
  memberDays,
  recordedEvents,
  recordedSummary,
  settle,
  type IntervalRecords,
  type MemberDay,
  type SettledPeriod,
} from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import { daysText } from './days-document.js';
import {
  COMMUNITY_JSON,
  CONTRACT_FILES,
  DAYS_JSON,
  EVENTS_NDJSON,
  READINGS_CSV,
  REPORT_HTML,
  RUN_JSON,
  RUN_SCHEMA,
  statementCsvPath,
  statementJsonPath,
} from './run-layout.js';
import { reportHtml } from './report/report-html.js';
import { formFields, WHOLE_RUN, type RunForm } from './run-form.js';
import type { RunInputs } from './run-inputs.js';
import { RunningDigest, type FileDigest } from './writing/file-digest.js';

/** Takes one file of the run; it uses up the pieces before it returns, and says what the file is. */
export type FileSink = (
  path: string,
  pieces: Iterable<Uint8Array>,
) => FileDigest | Promise<FileDigest>;

const encoder = new TextEncoder();
/** Lines are joined into pieces of about this size. */
const PIECE_BYTES = 1 << 18;
/** Members whose tables are made together. */
const TABLES_AT_ONCE = 32;

/** What happened so far: after each file, how many there will be. */
export interface Produced {
  readonly file: string;
  readonly files: number;
}

/** What the files of a run are made of. */
export interface RunSource extends Pick<RunInputs, 'community' | 'contract' | 'files'> {
  /** The readings' canonical bytes. */
  readonly readings: () => Iterable<Uint8Array>;
  /**
   * Settles the period.
   * @param cells whether its columns by metering point are asked for.
   */
  readonly settle: (cells: boolean) => SettledRun | Promise<SettledRun>;
}

/** A settled period: all of it, or what was kept of it. */
export interface SettledRun {
  readonly records: IntervalRecords;
  readonly days: readonly MemberDay[];
  /** With its columns by metering point; there when they were asked for. */
  readonly settled?: SettledPeriod;
}

/** Settles readings that are laid out already. */
export function sourceOfGrid(inputs: RunInputs): RunSource {
  const { community, contract, files, grid, readingsPieces } = inputs;
  return {
    community,
    contract,
    files,
    readings: () => readingsPieces?.() ?? gridCsvChunks(grid),
    settle: () => {
      const settled = settle(contract, grid);
      const records = intervalRecords(settled, nodeHash);
      return { settled, records, days: memberDays(settled) };
    },
  };
}

/**
 * Produces every file of a run, inputs first and the manifest last; a run that writes and one that
 * verifies differ only in the sink. Yields after each file, with how many there will be.
 */
export async function* produceRun(
  source: RunSource,
  sink: FileSink,
  form: RunForm = WHOLE_RUN,
): AsyncGenerator<Produced> {
  const { community, contract, files } = source;
  const output = new RunOutput(sink, form, 6 + files.size, contract.members.length);
  const hasCharges = (community.charges ?? []).length > 0;
  // Threads settle while the inputs are written.
  const settling = Promise.resolve(source.settle(form.intervalTables || hasCharges));
  settling.catch(() => undefined);
  yield output.input(COMMUNITY_JSON, [encoder.encode(canonicalCommunity(community))]);
  yield output.input(DAYS_JSON, [encoder.encode(daysText(community.timeZone, contract))]);
  yield output.input(READINGS_CSV, source.readings());
  for (const [name, text] of files) {
    yield output.input(`${CONTRACT_FILES}/${name}`, [encoder.encode(text)]);
  }
  const { records, days, settled } = await settling;
  const options = { hash: nodeHash, days };
  const made = settled
    ? invoice(settled, options)
    : invoiceDays(records, { ...options, bills: [] });
  yield* output.results({ records, days, invoice: made, ...(settled && { settled }) });
}

/** A settled period with what was made of it. */
export interface RunResults extends SettledRun {
  readonly invoice: Invoice;
  /** What the manifest says of this run beside the rest. */
  readonly about?: Readonly<Record<string, unknown>>;
}

type Digests = Record<string, FileDigest | Promise<FileDigest>>;

/** The files of a run in order, with what the manifest says of each. */
export class RunOutput {
  private readonly inputDigests: Digests = {};
  private readonly outputDigests: Digests = {};

  /** How many files there will be. */
  private readonly files: number;

  /** @param others how many files there are beside the members' statements. */
  constructor(
    private readonly sink: FileSink,
    private readonly form: RunForm,
    others: number,
    members: number,
  ) {
    this.files = others + members * (form.intervalTables ? 2 : 1);
  }

  /** Gives out an input. */
  input(path: string, pieces: Iterable<Uint8Array>): Produced {
    return this.give(this.inputDigests, path, pieces);
  }

  /** Gives out a result. */
  output(path: string, pieces: Iterable<Uint8Array>): Produced {
    return this.give(this.outputDigests, path, pieces);
  }

  /** Gives out events, statements and the manifest. */
  async *results({
    records,
    settled,
    days,
    invoice: made,
    about = {},
  }: RunResults): AsyncGenerator<Produced> {
    const { contract } = records;
    const { community } = contract;
    const rules = contractHash(community, nodeHash);
    const inputs = await known(this.inputDigests);
    const first = hex(nodeHash.sha256(canonicalBytes({ schema: RUN_SCHEMA, inputs })));
    const head = { hash: first };
    yield this.output(EVENTS_NDJSON, eventPieces(records, rules, head));
    yield* this.statements(settled, made);
    const report = reportHtml({ settled: records, days, invoice: made, about });
    yield this.output(REPORT_HTML, [encoder.encode(report)]);
    const manifest = {
      schema: RUN_SCHEMA,
      ...formFields(this.form),
      ...about,
      community: { id: community.id, name: community.name },
      period: { start: formatInstant(contract.startMs), end: formatInstant(contract.endMs) },
      timeZone: community.timeZone,
      resolution: community.resolution,
      intervals: contract.intervals,
      currency: community.currency,
      contractHash: rules,
      contract: JSON.parse(canonicalCommunity(community)) as unknown,
      inputs,
      files: await known(this.outputDigests),
      events: { firstPreviousHash: first, headHash: head.hash },
      merkle: { root: made.merkleRoot, leaves: made.leafCount },
      ...recordedSummary(records, days),
    };
    yield this.give({}, RUN_JSON, [encoder.encode(`${JSON.stringify(manifest, null, 2)}\n`)]);
  }

  private *statements(
    settled: SettledPeriod | undefined,
    { statements }: Invoice,
  ): Generator<Produced> {
    for (let at = 0; at < statements.length; at += TABLES_AT_ONCE) {
      const group = statements.slice(at, at + TABLES_AT_ONCE);
      const members = group.map(({ member }) => member);
      const tables = this.form.intervalTables && settled ? statementCsvBytes(settled, members) : [];
      for (const [index, statement] of group.entries()) {
        yield this.output(statementJsonPath(statement.member), [statementJsonBytes(statement)]);
        const table = tables[index];
        if (table !== undefined) yield this.output(statementCsvPath(statement.member), [table]);
      }
    }
  }

  private give(into: Digests, path: string, pieces: Iterable<Uint8Array>): Produced {
    into[path] = this.sink(path, pieces);
    return { file: path, files: this.files };
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The digests, when all files are written. */
async function known(digests: Digests): Promise<Record<string, FileDigest>> {
  const found: Record<string, FileDigest> = {};
  for (const [path, digest] of Object.entries(digests)) found[path] = await digest;
  return found;
}

/** A sink that hands the pieces on and says what they were. */
export function digesting(take: (path: string, pieces: Iterable<Uint8Array>) => void): FileSink {
  return (path, pieces) => {
    const digest = new RunningDigest();
    function* watched(): Generator<Uint8Array> {
      for (const piece of pieces) {
        digest.add(piece);
        yield piece;
      }
    }
    take(path, watched());
    return digest.end();
  };
}

/** The chained events, one canonical line each; leaves the last hash in `head`. */
function* eventPieces(
  records: IntervalRecords,
  rules: string,
  head: { hash: string },
): Generator<Uint8Array> {
  let lines: string[] = [];
  let length = 0;
  const chain = { hash: nodeHash, contractHash: rules, firstPreviousHash: head.hash };
  for (const { json, hash } of recordedEvents(records, chain)) {
    const line = `${json}\n`;
    lines.push(line);
    length += line.length;
    head.hash = hash;
    if (length < PIECE_BYTES) continue;
    yield encoder.encode(lines.join(''));
    lines = [];
    length = 0;
  }
  yield encoder.encode(lines.join(''));
}
