import {
  consistencyProof,
  fromHex,
  inclusionProof,
  leafHash,
  merkleRoot,
  toHex,
  verifyConsistency,
  verifyInclusion,
} from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import type { Executor, Vector } from '../executor.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: Json | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(textOf(text), 'base64'));

/** `leaf('text')`: the hash of a leaf. Otherwise roots by tree size. */
function expectedActual(name: string, value: Json, leaves: readonly Uint8Array[]): Actual {
  const leaf = /^leaf\('(.*)'\)$/.exec(name)?.[1];
  if (leaf !== undefined) return toHex(leafHash(nodeHash, new TextEncoder().encode(leaf)));
  if (name === 'root') return toHex(merkleRoot(nodeHash, leaves));
  if (name !== 'roots' || !isRecord(value)) throw new NotUnderstood(`expected.${name}`);
  const roots = Object.keys(value).map((size) => {
    if (!(Number(size) <= leaves.length)) throw new NotUnderstood(`a tree of ${size} leaves`);
    return [size, toHex(merkleRoot(nodeHash, leaves.slice(0, Number(size))))] as const;
  });
  return Object.fromEntries(roots);
}

/** A published proof must be the one made here, and the one verified here. */
function inclusionVector(given: JsonRecord, leaves: readonly Uint8Array[]): Vector {
  const size = Number(given['treeSize']);
  const index = Number(given['leafIdx'] ?? given['leafIndex']);
  const tree = leaves.slice(0, size);
  const proof = isList(given['proof']) ? given['proof'].map(fromBase64) : [];
  const claim = {
    leafHash: fromBase64(given['leafHash']),
    index,
    size,
    root: merkleRoot(nodeHash, tree),
    proof,
  };
  return {
    name: 'input.inclusion',
    expected: { leafHash: given['leafHash'] ?? '', proof: given['proof'] ?? [], verified: true },
    actual: {
      leafHash: base64(tree[index] ?? new Uint8Array()),
      proof: inclusionProof(nodeHash, tree, index).map(base64),
      verified: verifyInclusion(nodeHash, claim),
    },
  };
}

function consistencyVector(given: JsonRecord, leaves: readonly Uint8Array[]): Vector {
  const [oldSize, newSize] = [Number(given['size1']), Number(given['size2'])];
  const claim = {
    oldSize,
    oldRoot: merkleRoot(nodeHash, leaves.slice(0, oldSize)),
    newSize,
    newRoot: merkleRoot(nodeHash, leaves.slice(0, newSize)),
    proof: isList(given['proof']) ? given['proof'].map(fromBase64) : [],
  };
  return {
    name: 'input.consistency',
    expected: { proof: given['proof'] ?? [], verified: true },
    actual: {
      proof: consistencyProof(nodeHash, leaves.slice(0, newSize), oldSize).map(base64),
      verified: verifyConsistency(nodeHash, claim),
    },
  };
}

/** Merkle trees as in RFC 6962: roots and proofs over leaves in hex. */
export const merkleCases: Executor = {
  kind: 'audit',
  run({ input, expected }) {
    if (!isRecord(input) || !isRecord(expected) || !isList(input['leaves_hex'])) return undefined;
    const leaves = input['leaves_hex'].map((hex) => leafHash(nodeHash, fromHex(textOf(hex))));
    const actual = Object.entries(expected).map(
      ([name, value]) => [name, expectedActual(name, value, leaves)] as const,
    );
    const { inclusion, consistency } = input;
    return [
      { name: '', expected, actual: Object.fromEntries(actual) },
      ...(isRecord(inclusion) ? [inclusionVector(inclusion, leaves)] : []),
      ...(isRecord(consistency) ? [consistencyVector(consistency, leaves)] : []),
    ];
  },
};
