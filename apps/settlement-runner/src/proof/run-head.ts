import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@microgrid/events';
import {
  isSigned,
  signedTreeHead,
  TREE_HEAD_SCHEMA,
  type SignedTreeHead,
} from '@microgrid/invoicing/bundle';
import { nodeVerify } from '@microgrid/journal/node';
import type { Finding } from '../difference.js';
import { manifestObject } from '../run-directory.js';
import { HEAD_JSON } from '../run-layout.js';
import { RunnerError } from '../runner-error.js';
import { manifestOf, publicManifestHash, textOf, type Manifest } from './public-manifest.js';

/** What an operator signs of a run. */
export function unsignedHead(manifest: Manifest) {
  const period = manifestObject(manifest, 'period');
  const merkle = manifestObject(manifest, 'merkle');
  return {
    schema: TREE_HEAD_SCHEMA,
    community: String(manifestObject(manifest, 'community')['id']),
    start: String(period['start']),
    end: String(period['end']),
    manifest: publicManifestHash(manifest),
    merkleRoot: String(merkle['root']),
    leafCount: Number(merkle['leaves']),
  } as const;
}

/** The signed head of a run; undefined for one that was not signed. @throws EventsError, RunnerError. */
export function headOf(directory: string): SignedTreeHead | undefined {
  if (!existsSync(join(directory, HEAD_JSON))) return undefined;
  const text = textOf(directory, HEAD_JSON);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunnerError('bad-input', `${HEAD_JSON}: no JSON: ${(error as Error).message}`);
  }
  return parse(signedTreeHead, value, HEAD_JSON);
}

/** What is wrong with the signed head of a run whose other files were looked at; empty without one. */
export async function headFindings(directory: string, operatorKey?: string): Promise<Finding[]> {
  const finding = (message: string): Finding[] => [
    { file: HEAD_JSON, change: 'changed', message: `${HEAD_JSON}: ${message}` },
  ];
  let head: SignedTreeHead | undefined;
  try {
    head = headOf(directory);
  } catch (error) {
    return finding((error as Error).message);
  }
  if (head === undefined) {
    return operatorKey === undefined
      ? []
      : finding(`is missing, expected a run signed by ${operatorKey}`);
  }
  const expected = unsignedHead(manifestOf(directory));
  const different = (Object.keys(expected) as (keyof typeof expected)[]).find(
    (field) => head[field] !== expected[field],
  );
  if (different !== undefined) {
    return finding(
      `${different}: got ${head[different]}, expected ${expected[different]} of this run`,
    );
  }
  if (!(await isSigned(nodeVerify, head))) return finding(`was not signed by ${head.publicKey}`);
  if (operatorKey !== undefined && head.publicKey !== operatorKey) {
    return finding(`publicKey: got ${head.publicKey}, expected ${operatorKey}`);
  }
  return [];
}
