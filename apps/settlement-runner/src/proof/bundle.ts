import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeMemberBundle,
  proveRun,
  renderMemberBundle,
  type RunLogProof,
  type SignedTreeHead,
} from '@microgrid/invoicing/bundle';
import { readStatement, renderStatementCsv } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import type { SettledPeriod } from '@microgrid/settlement';
import { loadRun } from '../load-run.js';
import { manifestObject } from '../run-directory.js';
import { statementCsvPath, statementJsonPath } from '../run-layout.js';
import { RunnerError, systemMessage } from '../runner-error.js';
import { embedBundle } from '../verify-page/page-html.js';
import { manifestOf, textOf } from './public-manifest.js';
import { readRunLog } from './run-log-file.js';
import { headOf } from './run-head.js';
import { writeWhole } from './write-whole.js';

/** Which bundles to make. */
export interface BundleOptions {
  /** Members; none named: all. */
  readonly members: readonly string[];
  /** Directory to write: a folder per member with `bundle.json` and `verify.html`. */
  readonly to: string;
  /** Directory of the log of runs, for its proofs. */
  readonly log?: string;
  /** Size of the log a member knew before: the bundle proves that those runs still stand. */
  readonly since?: number;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
  /** The page that checks a bundle, built with this app. */
  readonly verifyPage: string;
}

/** Makes members' bundles of a signed run and gives the folders. @throws RunnerError. */
export function bundle(directory: string, options: BundleOptions): string[] {
  const head = headOf(directory);
  if (head === undefined) {
    throw new RunnerError(
      'bad-input',
      `${directory}: is not signed; run microgrid-settle sign ${directory} --key FILE first`,
    );
  }
  const known = Object.keys(manifestObject(manifestOf(directory), 'members'));
  const members = options.members.length === 0 ? known : options.members;
  const stranger = members.find((member) => !known.includes(member));
  if (stranger !== undefined) {
    throw new RunnerError(
      'bad-usage',
      `--member: got ${JSON.stringify(stranger)}, expected one of ${known.join(', ')}`,
    );
  }
  const page = verifyPage(options.verifyPage);
  const log = logProof(options, head);
  const table = intervalTables(directory, options.externalInputs);
  return members.map((member) => {
    const text = renderMemberBundle(
      makeMemberBundle(
        {
          head,
          statement: readStatement(textOf(directory, statementJsonPath(member))),
          intervals: table(member),
          ...(log && { log }),
        },
        nodeHash,
      ),
    );
    const folder = join(options.to, member);
    mkdirSync(folder, { recursive: true });
    writeWhole(join(folder, 'bundle.json'), text);
    writeWhole(join(folder, 'verify.html'), embedBundle(page, text));
    return folder;
  });
}

/** Members' tables of intervals; a run written without them has them made again from its inputs. */
function intervalTables(directory: string, externalInputs?: string): (member: string) => string {
  let settled: SettledPeriod | undefined;
  return (member) => {
    const path = statementCsvPath(member);
    if (manifestOf(directory)['intervalTables'] !== false) return textOf(directory, path);
    settled ??= loadRun(directory, externalInputs).settled;
    return renderStatementCsv(settled, member);
  };
}

function verifyPage(path: string): string {
  if (!existsSync(path)) {
    throw new RunnerError('bad-input', `${path}: is missing; build the app first (npm run build)`);
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunnerError('bad-input', `${path}: cannot be read: ${systemMessage(error)}`);
  }
}

function logProof(
  { log: directory, since }: BundleOptions,
  head: SignedTreeHead,
): RunLogProof | undefined {
  if (directory === undefined) {
    if (since === undefined) return undefined;
    throw new RunnerError('bad-usage', '--since: expected --log beside it');
  }
  const log = readRunLog(directory);
  const index = log?.runs.findIndex(({ signature }) => signature === head.signature) ?? -1;
  if (log === undefined || index === -1) {
    throw new RunnerError(
      'bad-input',
      `--log ${directory}: does not hold this run; sign it with --log ${directory}`,
    );
  }
  if (since !== undefined && (!Number.isInteger(since) || since < 1 || since > log.head.size)) {
    throw new RunnerError(
      'bad-usage',
      `--since: got ${since}, expected a whole number from 1 to ${log.head.size}`,
    );
  }
  return proveRun(nodeHash, log.runs, log.head, index, since);
}
