import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, parse } from '@microgrid/events';
import {
  runLogHead,
  signedTreeHead,
  signRunLog,
  type RunLogHead,
  type SignedTreeHead,
} from '@microgrid/invoicing/bundle';
import type { SigningPort } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { RunnerError, systemMessage } from '../runner-error.js';
import { writeWhole } from './write-whole.js';

/** The log of a community's runs: one signed head a line, oldest first; only ever appended to. */
const RUNS_NDJSON = 'runs.ndjson';
/** The signed head of the log. */
const LOG_HEAD_JSON = 'head.json';

/** A log of runs as it lies in a directory. */
export interface RunLog {
  readonly runs: readonly SignedTreeHead[];
  readonly head: RunLogHead;
}

/** Reads a log; a directory without one is an empty log. @throws RunnerError `bad-input`. */
export function readRunLog(directory: string): RunLog | undefined {
  if (!existsSync(join(directory, RUNS_NDJSON))) return undefined;
  const read = (name: string): string => {
    try {
      return readFileSync(join(directory, name), 'utf8');
    } catch (error) {
      throw new RunnerError(
        'bad-input',
        `${join(directory, name)}: cannot be read: ${systemMessage(error)}; expected a log that microgrid-settle sign --log wrote`,
      );
    }
  };
  const runs = read(RUNS_NDJSON)
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) =>
      parse(
        signedTreeHead,
        jsonOf(line, `${RUNS_NDJSON} line ${index + 1}`),
        `${RUNS_NDJSON} line ${index + 1}`,
      ),
    );
  const path = join(directory, LOG_HEAD_JSON);
  return { runs, head: parse(runLogHead, jsonOf(read(LOG_HEAD_JSON), path), path) };
}

/** Appends a run to a log unless it is its last, and signs the log anew. @throws RunnerError. */
export async function appendRun(
  directory: string,
  head: SignedTreeHead,
  signing: SigningPort,
): Promise<RunLog> {
  const log = readRunLog(directory);
  const before = log?.runs ?? [];
  const [first] = before;
  if (first !== undefined && first.community !== head.community) {
    throw new RunnerError(
      'bad-usage',
      `--log ${directory}: is the log of ${first.community}, expected one of ${head.community}`,
    );
  }
  if (log !== undefined && log.head.size !== before.length) {
    throw new RunnerError(
      'bad-input',
      `${directory}: holds ${before.length} runs and a head over ${log.head.size}; a log is never shortened: restore it`,
    );
  }
  const known = before.some(({ signature }) => signature === head.signature);
  if (log !== undefined && known) return log;
  const runs = [...before, head];
  const signed = await signRunLog(signing, nodeHash, runs);
  mkdirSync(directory, { recursive: true });
  writeWhole(join(directory, RUNS_NDJSON), runs.map((run) => `${canonicalJson(run)}\n`).join(''));
  writeWhole(join(directory, LOG_HEAD_JSON), `${canonicalJson(signed)}\n`);
  return { runs, head: signed };
}

function jsonOf(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunnerError('bad-input', `${source}: no JSON: ${(error as Error).message}`);
  }
}
