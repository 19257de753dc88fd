import { join } from 'node:path';
import { canonicalJson } from '@microgrid/events';
import { signTreeHead, type SignedTreeHead } from '@microgrid/invoicing/bundle';
import { isJournalError } from '@microgrid/journal';
import { loadOrCreateKeyFile } from '@microgrid/journal/node';
import { HEAD_JSON } from '../run-layout.js';
import { RunnerError, systemMessage } from '../runner-error.js';
import { withInputs } from '../input-place.js';
import { verify } from '../verify.js';
import { manifestOf } from './public-manifest.js';
import { unsignedHead } from './run-head.js';
import { appendRun, type RunLog } from './run-log-file.js';
import { writeWhole } from './write-whole.js';

/** How a run is signed. */
export interface SignOptions {
  /** The settlement operator's key file (PKCS #8 PEM, mode 0600); made when there is none. */
  readonly key: string;
  /** Directory of the log of runs; absent: the run stands in no log. */
  readonly log?: string;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
}

/**
 * Signs a run's result as the settlement operator, after verifying it, and enters it in the log.
 * @throws RunnerError `bad-input` for a run that does not verify: nobody signs a wrong result.
 */
export async function signRun(
  directory: string,
  { key, log, externalInputs }: SignOptions,
): Promise<{ readonly head: SignedTreeHead; readonly log?: RunLog }> {
  const { ok, findings } = await verify(directory, withInputs(externalInputs));
  if (!ok) {
    throw new RunnerError(
      'bad-input',
      `${directory}: is not signed, since it does not verify: ${findings[0]?.message ?? ''}`,
    );
  }
  const signing = operatorKey(key);
  const head = await signTreeHead(signing, unsignedHead(manifestOf(directory)));
  const entered = log === undefined ? undefined : await appendRun(log, head, signing);
  writeWhole(join(directory, HEAD_JSON), `${canonicalJson(head)}\n`);
  return { head, ...(entered && { log: entered }) };
}

function operatorKey(path: string): ReturnType<typeof loadOrCreateKeyFile> {
  try {
    return loadOrCreateKeyFile(path);
  } catch (error) {
    if (isJournalError(error)) throw error;
    throw new RunnerError(
      'bad-input',
      `--key: ${path}: ${systemMessage(error)}; expected a key file, or a place where one can be made`,
    );
  }
}
