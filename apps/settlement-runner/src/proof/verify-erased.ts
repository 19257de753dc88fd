import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '@microgrid/events';
import { leafBytes, readStatement, statementLeaves, verifyStatement } from '@microgrid/invoicing';
import { fromHex, leafHash, merkleRoot, toHex } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import type { Finding } from '../difference.js';
import { saysExternalInputs } from '../run-form.js';
import { listDirectory, manifestObject } from '../run-directory.js';
import {
  ERASED_JSON,
  EVENTS_NDJSON,
  HEAD_JSON,
  RUN_JSON,
  statementJsonPath,
} from '../run-layout.js';
import { erasedFiles, isRedacted, type ErasedDocument } from './erased.js';
import { manifestOf, textOf } from './public-manifest.js';

/** What a run from which members were erased can still prove. */
export interface ErasedVerification {
  readonly files: number;
  readonly findings: readonly Finding[];
}

const changed = (file: string, message: string): Finding => ({
  file,
  change: 'changed',
  message: `${file}: ${message}`,
});

/**
 * Checks what does not need the erased values: every file that erasing left alone against its hash
 * in the manifest, every statement that is left in itself, that all leaves together, kept or erased,
 * make the run's root, and the chain of events.
 */
export function verifyErased(directory: string, erased: ErasedDocument): ErasedVerification {
  const manifest = manifestOf(directory);
  const inputs = saysExternalInputs(manifest) ? {} : manifestObject(manifest, 'inputs');
  const digests = { ...inputs, ...manifestObject(manifest, 'files') };
  const gone = new Set(erased.members.flatMap(({ member }) => erasedFiles(member)));
  const { files, others } = listDirectory(directory);
  const own = new Set([...Object.keys(digests), RUN_JSON, HEAD_JSON, ERASED_JSON]);
  const findings: Finding[] = [...files, ...others]
    .filter((file) => !own.has(file) || gone.has(file))
    .map((file) => ({ file, change: 'added', message: `${file}: does not belong to the run` }));
  for (const [file, digest] of Object.entries(digests)) {
    if (gone.has(file) || isRedacted(file)) continue;
    const fault = digestFault(directory, file, digest);
    if (fault !== undefined) findings.push(fault);
  }
  findings.push(...treeFindings(directory, erased), ...chainFindings(directory));
  return { files: Object.keys(digests).filter((file) => !gone.has(file)).length + 1, findings };
}

function digestFault(directory: string, file: string, digest: unknown): Finding | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(directory, file));
  } catch {
    return { file, change: 'missing', message: `${file}: is missing` };
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  const { sha256 } = digest as { sha256?: unknown };
  if (found === sha256) return undefined;
  return changed(file, `SHA-256: got ${found}, expected ${String(sha256)} of ${RUN_JSON}`);
}

function treeFindings(directory: string, erased: ErasedDocument): Finding[] {
  const manifest = manifestOf(directory);
  const merkle = manifestObject(manifest, 'merkle');
  const leaves: (Uint8Array | undefined)[] = Array.from({ length: Number(merkle['leaves']) });
  const findings: Finding[] = [];
  for (const { leaves: hashes } of erased.members) {
    for (const { index, hash } of hashes) leaves[index] = fromHex(hash);
  }
  for (const member of Object.keys(manifestObject(manifest, 'members'))) {
    const path = statementJsonPath(member);
    try {
      const statement = readStatement(textOf(directory, path), path);
      const verdict = verifyStatement(statement, nodeHash);
      if (!verdict.ok) findings.push(changed(path, verdict.reason));
      for (const [day, leaf] of statementLeaves({ ...statement, member }, nodeHash).entries()) {
        leaves[statement.days[day]?.leafIndex ?? -1] = leafHash(nodeHash, leafBytes(leaf));
      }
    } catch (error) {
      findings.push(changed(path, (error as Error).message));
    }
  }
  const missing = leaves.findIndex((leaf) => leaf === undefined);
  if (missing !== -1) {
    return [
      ...findings,
      changed(ERASED_JSON, `leaf ${missing} is neither erased nor in a statement`),
    ];
  }
  const root = toHex(merkleRoot(nodeHash, leaves as Uint8Array[]));
  if (root !== merkle['root']) {
    findings.push(
      changed(RUN_JSON, `the leaves make the root ${root}, expected ${String(merkle['root'])}`),
    );
  }
  return findings;
}

function chainFindings(directory: string): Finding[] {
  const events = manifestObject(manifestOf(directory), 'events');
  let hash = String(events['firstPreviousHash']);
  const lines = textOf(directory, EVENTS_NDJSON).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    try {
      const event = JSON.parse(line) as { previousHash?: unknown };
      if (event.previousHash !== hash) {
        return [changed(EVENTS_NDJSON, `line ${index + 1}: does not follow the line before it`)];
      }
      hash = toHex(nodeHash.sha256(canonicalBytes(event)));
    } catch (error) {
      return [changed(EVENTS_NDJSON, `line ${index + 1}: ${(error as Error).message}`)];
    }
  }
  if (hash === events['headHash']) return [];
  return [changed(EVENTS_NDJSON, `ends in ${hash}, expected ${String(events['headHash'])}`)];
}
