import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { parseCommunity } from '@microgrid/community';
import { canonicalBytes } from '@microgrid/events';
import { nodeHash, nodeSigning, nodeVerify } from '@microgrid/journal/node';
import { webHash, webVerify } from '@microgrid/journal/web';
import { settle, settlementContract } from '@microgrid/settlement';
import { invoice, renderStatementCsv } from '../index.js';
import {
  makeMemberBundle,
  proveRun,
  readMemberBundle,
  renderMemberBundle,
  signRunLog,
  signTreeHead,
  TREE_HEAD_SCHEMA,
  verifyBundle,
  type MemberBundle,
  type SignedTreeHead,
} from './index.js';

const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const signing = nodeSigning(pem.toString());
const ports = { hash: nodeHash, verify: nodeVerify };

const community = parseCommunity(
  JSON.stringify({
    schema: 'microgrid/community/1',
    id: 'rua',
    name: 'Rua',
    timeZone: 'Europe/Lisbon',
    resolution: 'PT60M',
    currency: 'EUR',
    netting: 'none',
    sharingKey: { type: 'proportional' },
    prices: { import: '0.200000', export: '0.050000', internal: '0.110000' },
    members: ['ana', 'bia', 'rui'].map((id) => ({ id, meteringPoints: [{ id: `p-${id}` }] })),
  }),
);

function aRun(day: string, seed: number) {
  const startMs = Date.parse(`${day}T00:00:00Z`);
  const contract = settlementContract(community, { startMs, endMs: startMs + 3 * 86_400_000 });
  const cells = contract.intervals * 3;
  const energy = (factor: number) =>
    Float64Array.from({ length: cells }, (_, cell) => (cell * factor + seed) % 1_000_003);
  const settled = settle(contract, {
    points: contract.pointIds,
    startMs: contract.startMs,
    endMs: contract.endMs,
    resolutionMs: contract.resolutionMs,
    importMilliwattHours: energy(7919),
    exportMilliwattHours: energy(104_729),
    quality: new Uint8Array(cells),
  });
  return { settled, ...invoice(settled, { hash: nodeHash }) };
}

async function headOf(run: ReturnType<typeof aRun>): Promise<SignedTreeHead> {
  const [statement] = run.statements;
  return signTreeHead(signing, {
    schema: TREE_HEAD_SCHEMA,
    community: 'rua',
    start: statement?.start ?? '',
    end: statement?.end ?? '',
    manifest: 'ab'.repeat(32),
    merkleRoot: run.merkleRoot,
    leafCount: run.leafCount,
  });
}

async function aBundle(): Promise<MemberBundle> {
  const runs = [aRun('2026-01-01', 1), aRun('2026-02-01', 2), aRun('2026-03-01', 3)] as const;
  const heads = await Promise.all(runs.map(headOf));
  const log = await signRunLog(signing, nodeHash, heads);
  const statement = runs[1].statements.find(({ member }) => member === 'bia');
  if (statement === undefined) throw new Error('no statement');
  return makeMemberBundle(
    {
      head: heads[1] as SignedTreeHead,
      statement,
      intervals: renderStatementCsv(runs[1].settled, 'bia'),
      log: proveRun(nodeHash, heads, log, 1, 2),
    },
    nodeHash,
  );
}

const failed = async (bundle: MemberBundle, options = {}): Promise<string[]> =>
  (await verifyBundle(bundle, { ...ports, ...options })).checks
    .filter(({ ok }) => !ok)
    .map(({ part, subject }) => `${part} ${subject}`);

describe("a member's bundle", () => {
  test('holds in itself, in Node and with Web Crypto, and reads back byte for byte', async () => {
    const bundle = await aBundle();
    const text = renderMemberBundle(bundle);
    const read = readMemberBundle(text);
    expect(renderMemberBundle(read)).toBe(text);
    const options = { ...ports, operatorKey: signing.publicKey };
    const verdict = await verifyBundle(read, options);
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verdict.checks.filter(({ part }) => part === 'day')).toHaveLength(3);
    expect(await verifyBundle(read, { ...options, hash: webHash, verify: webVerify })).toEqual(
      verdict,
    );
  });

  test("holds no other member's id, point or values", async () => {
    const text = renderMemberBundle(await aBundle());
    expect(text).toMatch(/bia/);
    expect(text).not.toMatch(/ana|rui/);
  });

  test('a changed number anywhere turns exactly its own line red', async () => {
    const bundle = await aBundle();
    const { statement } = bundle;
    const dayChanged = structuredClone(bundle);
    const day = dayChanged.statement.days[1];
    if (day) day.importMilliwattHours = String(BigInt(day.importMilliwattHours) + 1n);
    expect(await failed(dayChanged)).toEqual([
      'sums statement',
      `day ${statement.days[1]?.date ?? ''}`,
    ]);
    const lineChanged = structuredClone(bundle);
    const line = lineChanged.statement.lines[1];
    if (line) line.amountPico = String(BigInt(line.amountPico) + 10_000_000_000n);
    expect(await failed(lineChanged)).toEqual(['line sharedIn', 'sums statement']);
    const rows = (bundle.intervals ?? '').split('\n');
    const changed = rows.map((row, at) =>
      at === 40 ? row.replace(/(\d),/, '$1,').replace(/,0\.(\d)/, ',1.$1') : row,
    );
    const intervalChanged = { ...bundle, intervals: changed.join('\n') };
    expect(intervalChanged.intervals).not.toBe(bundle.intervals);
    expect(await failed(intervalChanged)).toEqual([`day ${statement.days[1]?.date ?? ''}`]);
    const shortened = { ...bundle, intervals: rows.slice(1).join('\n') };
    expect(await failed(shortened)).toEqual(['sums intervals']);
  });

  test('another root, another signer and a changed head are red', async () => {
    const bundle = await aBundle();
    const otherRoot = { ...bundle, head: { ...bundle.head, merkleRoot: '00'.repeat(32) } };
    expect(await failed(otherRoot)).toEqual(['signature run', 'run merkleRoot', 'log run']);
    expect(await failed(bundle, { operatorKey: `ed25519:${'A'.repeat(43)}` })).toEqual([
      'signature operator',
    ]);
    const renamed = { ...bundle, head: { ...bundle.head, end: '2027-01-01T00:00:00Z' } };
    expect(await failed(renamed)).toEqual(['signature run', 'run end', 'log run']);
  });

  test('a log that lost or exchanged an earlier run is red', async () => {
    const bundle = await aBundle();
    const since = bundle.log?.since;
    if (bundle.log === undefined || since === undefined) throw new Error('no log');
    expect(await failed(bundle, { earlier: { size: since.size, root: since.root } })).toEqual([]);
    expect(await failed(bundle, { earlier: { size: 2, root: '11'.repeat(32) } })).toEqual([
      'log earlier runs',
    ]);
    const exchanged = {
      ...bundle,
      log: { ...bundle.log, since: { ...since, root: '11'.repeat(32) } },
    };
    expect(await failed(exchanged)).toEqual(['log earlier runs']);
    const { log: _log, ...without } = bundle;
    expect(await failed(without, { earlier: { size: 2, root: since.root } })).toEqual([
      'log earlier runs',
    ]);
  });

  test('a text that is no bundle is refused with path, value and expectation', () => {
    expect(() => readMemberBundle('{', 'b.json')).toThrow(/b\.json: no JSON/);
    expect(() => readMemberBundle('{"schema":"x"}', 'b.json')).toThrow(
      /b\.json: schema: got "x", expected "microgrid\/member-bundle\/1"/,
    );
  });
});

test('a signature is over canonical bytes that another program can make', async () => {
  const head = await headOf(aRun('2026-01-01', 1));
  const { signature, ...body } = head;
  const key = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  expect(head.publicKey).toBe(`ed25519:${key.x ?? ''}`);
  const bytes = Buffer.from(signature, 'base64url');
  await expect(nodeVerify.verify(head.publicKey, bytes, canonicalBytes(body))).resolves.toBe(true);
});
