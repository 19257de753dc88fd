import { createHash } from 'node:crypto';
import { canonicalCommunity } from '@microgrid/community';
import { canonicalBytes, canonicalJson } from '@microgrid/events';
import { invoice, renderStatementJson, statementCsvBytes } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import { gridCsvChunks } from '@microgrid/metering';
import {
  contractHash,
  memberDays,
  settle,
  settlementEvents,
  settlementSummary,
  type SettledPeriod,
} from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import { daysText } from './days-document.js';
import {
  COMMUNITY_JSON,
  DAYS_JSON,
  EVENTS_NDJSON,
  READINGS_CSV,
  RUN_JSON,
  RUN_SCHEMA,
  statementCsvPath,
  statementJsonPath,
} from './run-layout.js';
import type { RunInputs } from './run-inputs.js';

/** What the manifest says of a file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Takes one file of the run; it must use up the pieces before it returns. */
export type FileSink = (path: string, pieces: Iterable<Uint8Array>) => void;

const encoder = new TextEncoder();
/** Lines are joined into pieces of about this size. */
const PIECE_BYTES = 1 << 18;
/** Members whose tables are made together. */
const TABLES_AT_ONCE = 32;

/**
 * Produces every file of a run, inputs first and the manifest last; a run that writes and one that
 * verifies differ only in the sink. Yields after each file, with how many there will be.
 */
export function* produceRun(
  inputs: RunInputs,
  sink: FileSink,
): Generator<{ readonly file: string; readonly files: number }> {
  const { community, contract, grid } = inputs;
  const files = contract.members.length * 2 + 5;
  const inputDigests: Record<string, FileDigest> = {};
  const outputDigests: Record<string, FileDigest> = {};
  const give = (into: Record<string, FileDigest>, path: string, pieces: Iterable<Uint8Array>) => {
    into[path] = digested(path, pieces, sink);
    return { file: path, files };
  };
  const communityText = canonicalCommunity(community);
  yield give(inputDigests, COMMUNITY_JSON, [encoder.encode(communityText)]);
  yield give(inputDigests, DAYS_JSON, [encoder.encode(daysText(community.timeZone, contract))]);
  yield give(inputDigests, READINGS_CSV, gridCsvChunks(grid));

  const settled = settle(contract, grid);
  const rules = contractHash(community, nodeHash);
  const first = hex(nodeHash.sha256(canonicalBytes({ schema: RUN_SCHEMA, inputs: inputDigests })));
  const head = { hash: first };
  yield give(outputDigests, EVENTS_NDJSON, eventPieces(settled, rules, head));

  const days = memberDays(settled);
  const { statements, merkleRoot, leafCount } = invoice(settled, { hash: nodeHash, days });
  for (let at = 0; at < statements.length; at += TABLES_AT_ONCE) {
    const group = statements.slice(at, at + TABLES_AT_ONCE);
    const tables = statementCsvBytes(
      settled,
      group.map(({ member }) => member),
    );
    for (const [index, statement] of group.entries()) {
      const json = encoder.encode(renderStatementJson(statement));
      yield give(outputDigests, statementJsonPath(statement.member), [json]);
      const csv = tables[index] as Uint8Array;
      yield give(outputDigests, statementCsvPath(statement.member), [csv]);
    }
  }

  const manifest = {
    schema: RUN_SCHEMA,
    community: { id: community.id, name: community.name },
    period: { start: formatInstant(contract.startMs), end: formatInstant(contract.endMs) },
    timeZone: community.timeZone,
    resolution: community.resolution,
    intervals: contract.intervals,
    currency: community.currency,
    contractHash: rules,
    contract: JSON.parse(communityText) as unknown,
    inputs: inputDigests,
    files: outputDigests,
    events: { firstPreviousHash: first, headHash: head.hash },
    merkle: { root: merkleRoot, leaves: leafCount },
    ...settlementSummary(settled, days),
  };
  yield give({}, RUN_JSON, [encoder.encode(`${JSON.stringify(manifest, null, 2)}\n`)]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Hands a file to the sink and says what it was. */
function digested(path: string, pieces: Iterable<Uint8Array>, sink: FileSink): FileDigest {
  const hash = createHash('sha256');
  let bytes = 0;
  function* watched(): Generator<Uint8Array> {
    for (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  sink(path, watched());
  return { bytes, sha256: hash.digest('hex') };
}

/** The chained events, one canonical line each; leaves the last hash in `head`. */
function* eventPieces(
  settled: SettledPeriod,
  rules: string,
  head: { hash: string },
): Generator<Uint8Array> {
  let lines: string[] = [];
  let length = 0;
  const chain = { hash: nodeHash, contractHash: rules, firstPreviousHash: head.hash };
  for (const { event, hash } of settlementEvents(settled, chain)) {
    const line = `${canonicalJson(event)}\n`;
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
