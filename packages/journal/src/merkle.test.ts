import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  consistencyProof,
  fromHex,
  inclusionProof,
  isJournalError,
  leafHash,
  leafTextHasher,
  merkleRoot,
  merkleTree,
  nodeHash,
  toHex,
  verifyConsistency,
  verifyInclusion,
} from './index.js';
import { nodeHash as hash } from './node.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

function leaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    leafHash(hash, Uint8Array.of(index & 255, index >> 8)),
  );
}

/** MTH, straight from the definition in RFC 6962 section 2.1. */
function definedRoot(list: readonly Uint8Array[]): Uint8Array {
  const [first] = list;
  if (first === undefined) return hash.sha256(new Uint8Array(0));
  if (list.length === 1) return first;
  let split = 1;
  while (split * 2 < list.length) split *= 2;
  return nodeHash(hash, definedRoot(list.slice(0, split)), definedRoot(list.slice(split)));
}

/** PATH, straight from the definition in RFC 6962 section 2.1.1. */
function definedPath(index: number, list: readonly Uint8Array[]): Uint8Array[] {
  if (list.length === 1) return [];
  let split = 1;
  while (split * 2 < list.length) split *= 2;
  const [left, right] = [list.slice(0, split), list.slice(split)];
  return index < split
    ? [...definedPath(index, left), definedRoot(right)]
    : [...definedPath(index - split, right), definedRoot(left)];
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));
}

const sizeAndIndex = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

describe('Merkle tree', () => {
  test('roots of known trees', () => {
    const data = ['', '00', '10', '2021'].map((text) => leafHash(hash, fromHex(text)));
    const roots = [0, 1, 2, 3, 4].map((size) => toHex(merkleRoot(hash, data.slice(0, size))));
    expect(roots).toEqual([
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(toHex(leafHash(hash, new TextEncoder().encode('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
  });

  test('root and proofs are those of the definition', () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => {
        const tree = leaves(size);
        expect(merkleRoot(hash, tree)).toEqual(definedRoot(tree));
        expect(inclusionProof(hash, tree, index)).toEqual(definedPath(index, tree));
      }),
      runs(100),
    );
  });

  test('a leaf is the same from its text as from its bytes, one after the other', () => {
    const of = leafTextHasher(hash);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => {
        expect(of(text)).toEqual(leafHash(hash, new TextEncoder().encode(text)));
      }),
      runs(100),
    );
  });

  test('what is no hash is refused as a leaf', () => {
    expect(() => merkleTree(hash, [...leaves(2), new Uint8Array(31)])).toThrow(
      /leaf hash 2 has 31 bytes, expected 32/,
    );
  });

  test('every inclusion proof verifies, for its leaf, index, size and root only', () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(), ([size, index], pick) => {
        const list = leaves(size);
        const tree = merkleTree(hash, list);
        const proof = tree.inclusionProof(index);
        const leaf = list[index] as Uint8Array;
        const claim = { leafHash: leaf, index, size, root: tree.root, proof };
        expect(verifyInclusion(hash, claim)).toBe(true);
        const wrong = [
          { ...claim, leafHash: flip(leaf, pick) },
          { ...claim, root: flip(tree.root, pick) },
          { ...claim, proof: [...proof, leaf] },
          { ...claim, index: size },
          { ...claim, index: -1 },
          { ...claim, index: index + 0.5 },
          { ...claim, size: 0 },
        ];
        if (size > 1) {
          wrong.push({ ...claim, index: (index + 1 + (pick % (size - 1))) % size });
          wrong.push({ ...claim, proof: proof.slice(1) });
          wrong.push({ ...claim, proof: proof.slice(0, -1) });
          const at = pick % proof.length;
          wrong.push({ ...claim, proof: proof.with(at, flip(proof[at] as Uint8Array, pick)) });
        }
        for (const other of wrong) expect(verifyInclusion(hash, other)).toBe(false);
      }),
      runs(150),
    );
  });

  test('a proof as text is the same, written one after the other in any order', () => {
    const text = new TextDecoder();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.array(fc.nat(), { minLength: 1 }),
        (size, picks) => {
          const tree = merkleTree(hash, leaves(size));
          const [one, other] = [1000, 1500].map((room) => new Uint8Array(room)) as [
            Uint8Array,
            Uint8Array,
          ];
          let at = 0;
          for (const pick of picks) {
            const index = pick % size;
            // Sometimes elsewhere, or behind the last one.
            const bytes = pick % 3 === 0 ? other : one;
            if (at + tree.inclusionProofJsonBytes > bytes.length) at = 0;
            const end = tree.writeInclusionProofJson(index, bytes, at);
            expect(end - at).toBeLessThanOrEqual(tree.inclusionProofJsonBytes);
            expect(text.decode(bytes.subarray(at, end))).toBe(
              JSON.stringify(tree.inclusionProof(index).map(toHex)),
            );
            at = end;
          }
        },
      ),
      runs(200),
    );
  });

  test('every consistency proof verifies, for its sizes and roots only', () => {
    fc.assert(
      fc.property(fc.nat({ max: 70 }), fc.nat({ max: 70 }), fc.nat(), (a, b, pick) => {
        const [oldSize, newSize] = [Math.min(a, b), Math.max(a, b)];
        const list = leaves(newSize);
        const [oldRoot, newRoot] = [definedRoot(list.slice(0, oldSize)), definedRoot(list)];
        const proof = consistencyProof(hash, list, oldSize);
        const claim = { oldSize, oldRoot, newSize, newRoot, proof };
        expect(verifyConsistency(hash, claim)).toBe(true);
        const wrong = [
          { ...claim, oldRoot: flip(oldRoot, pick) },
          { ...claim, proof: [...proof, newRoot] },
          { ...claim, oldSize: newSize + 1 },
          { ...claim, oldSize: -1 },
        ];
        if (oldSize > 0) wrong.push({ ...claim, newRoot: flip(newRoot, pick) });
        if (proof.length > 0) {
          const at = pick % proof.length;
          wrong.push({ ...claim, proof: proof.slice(1) }, { ...claim, proof: proof.slice(0, -1) });
          wrong.push({ ...claim, proof: proof.with(at, flip(proof[at] as Uint8Array, pick)) });
        }
        for (const other of wrong) expect(verifyConsistency(hash, other)).toBe(false);
      }),
      runs(200),
    );
  });

  test('an index or size outside the tree is refused', () => {
    const refusals = [
      () => inclusionProof(hash, leaves(3), 3),
      () => inclusionProof(hash, leaves(3), -1),
      () => inclusionProof(hash, [], 0),
      () => consistencyProof(hash, leaves(3), 4),
      () => consistencyProof(hash, leaves(3), 0.5),
    ];
    for (const refused of refusals)
      try {
        refused();
        throw new Error('accepted');
      } catch (error) {
        expect(isJournalError(error) && error.code).toBe('bad-index');
      }
  });
});

interface Vectors {
  readonly input: {
    readonly leaves_hex: readonly string[];
    readonly inclusion: { leafIdx: number; treeSize: number; leafHash: string; proof: string[] };
    readonly consistency: { size1: number; size2: number; proof: string[] };
  };
  readonly expected: { readonly roots: Readonly<Record<string, string>> };
}

const vectorFile = join(
  __dirname,
  '../../../../shared/cases/settlement/AUD-01-rfc6962-vectors.json',
);
const published = existsSync(vectorFile);
if (!published) console.log(`skipped: published RFC 6962 vectors (${vectorFile} is absent)`);

(published ? describe : describe.skip)('published RFC 6962 vectors', () => {
  const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  const read = (): Vectors => JSON.parse(readFileSync(vectorFile, 'utf8')) as Vectors;
  const tree = ({ input }: Vectors) =>
    input.leaves_hex.map((leaf) => leafHash(hash, fromHex(leaf)));

  test('roots of sizes 0 to 8', () => {
    const vectors = read();
    const list = tree(vectors);
    const sizes = Object.entries(vectors.expected.roots);
    expect(sizes).toHaveLength(9);
    for (const [size, root] of sizes)
      expect(toHex(merkleRoot(hash, list.slice(0, Number(size))))).toBe(root);
  });

  test('inclusion and consistency proofs, made and verified', () => {
    const vectors = read();
    const list = tree(vectors);
    const { inclusion, consistency } = vectors.input;
    const proof = inclusion.proof.map(bytes);
    expect(inclusionProof(hash, list, inclusion.leafIdx)).toEqual(proof);
    const claim = {
      leafHash: bytes(inclusion.leafHash),
      index: inclusion.leafIdx,
      size: inclusion.treeSize,
      root: merkleRoot(hash, list.slice(0, inclusion.treeSize)),
      proof,
    };
    expect(verifyInclusion(hash, claim)).toBe(true);
    const { size1, size2 } = consistency;
    const consistent = consistency.proof.map(bytes);
    expect(consistencyProof(hash, list.slice(0, size2), size1)).toEqual(consistent);
    expect(
      verifyConsistency(hash, {
        oldSize: size1,
        oldRoot: merkleRoot(hash, list.slice(0, size1)),
        newSize: size2,
        newRoot: merkleRoot(hash, list.slice(0, size2)),
        proof: consistent,
      }),
    ).toBe(true);
  });
});
