import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  batchHead,
  formatPublicKey,
  fromBase64Url,
  fromHex,
  isJournalError,
  parsePublicKey,
  signBatch,
  toBase64Url,
  toHex,
  verifyBatch,
  type SignedBatch,
} from './index.js';
import { recordsOf } from './chain.test-data.js';
import {
  createKeyFile,
  generatePrivateKeyPem,
  loadKeyFile,
  loadOrCreateKeyFile,
  nodeHash,
  nodeSigning,
  nodeVerify,
} from './node.js';
import { generateWebSigning, webHash, webSigning, webVerify } from './web.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});
const bytes = fc.uint8Array({ maxLength: 200 });

/** RFC 8032 section 7.1, test 2. */
const rfc8032 = {
  secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: '72',
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
};
const pkcs8 = fromHex(`302e020100300506032b657004220420${rfc8032.secret}`);
const pem = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  .export({ format: 'pem', type: 'pkcs8' })
  .toString();

describe('the Node and the Web entry', () => {
  test('hash equally', () => {
    fc.assert(
      fc.property(bytes, bytes, (key, message) => {
        expect(webHash.sha256(message)).toEqual(nodeHash.sha256(message));
        expect(webHash.hmacSha256(key, message)).toEqual(nodeHash.hmacSha256(key, message));
      }),
      runs(200),
    );
    // RFC 4231 test case 2.
    const mac = nodeHash.hmacSha256(
      new TextEncoder().encode('Jefe'),
      new TextEncoder().encode('what do ya want for nothing?'),
    );
    expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  test('sign the published message to the published signature', async () => {
    const raw = fromHex(rfc8032.publicKey);
    for (const signing of [nodeSigning(pem), await webSigning(pkcs8, raw)]) {
      expect(signing.publicKey).toBe(formatPublicKey(raw));
      expect(toHex(await signing.sign(fromHex(rfc8032.message)))).toBe(rfc8032.signature);
    }
  });

  test('verify each other, and refuse any changed bit', async () => {
    const signers = [nodeSigning(generatePrivateKeyPem()), await generateWebSigning()];
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat({ max: 63 }), async (message, at) => {
        for (const { publicKey, sign } of signers) {
          const signature = await sign(message);
          const changed = signature.map((byte, index) => (index === at ? byte ^ 1 : byte));
          for (const { verify } of [nodeVerify, webVerify]) {
            expect(await verify(publicKey, signature, message)).toBe(true);
            expect(await verify(publicKey, changed, message)).toBe(false);
            expect(await verify(publicKey, signature, Uint8Array.of(...message, 0))).toBe(false);
          }
        }
      }),
      runs(30),
    );
  });

  test('answer false for keys and signatures of the wrong form', async () => {
    const { publicKey, sign } = nodeSigning(pem);
    const message = Uint8Array.of(1);
    const signature = await sign(message);
    for (const { verify } of [nodeVerify, webVerify]) {
      expect(await verify(publicKey.slice(0, -1), signature, message)).toBe(false);
      expect(await verify(publicKey.replace('ed25519', 'rsa'), signature, message)).toBe(false);
      expect(await verify(publicKey, signature.slice(1), message)).toBe(false);
      expect(await verify(formatPublicKey(new Uint8Array(32).fill(255)), signature, message)).toBe(
        false,
      );
    }
  });
});

describe('key files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-keys-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function codeOf(action: () => unknown): string | undefined {
    try {
      action();
      return 'accepted';
    } catch (error) {
      return isJournalError(error) ? error.code : (error as NodeJS.ErrnoException).code;
    }
  }

  test('are made once, for the owner only, and load as the same key', () => {
    const path = join(folder, 'gateway.key');
    const made = loadOrCreateKeyFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(loadKeyFile(path).publicKey).toBe(made.publicKey);
    expect(loadOrCreateKeyFile(path).publicKey).toBe(made.publicKey);
    expect(codeOf(() => createKeyFile(path))).toBe('EEXIST');
    expect(readFileSync(path, 'utf8')).toContain('BEGIN PRIVATE KEY');
  });

  test.each([0o640, 0o604, 0o660, 0o644, 0o601])('with mode %o are refused', (mode) => {
    const path = join(folder, 'gateway.key');
    createKeyFile(path);
    chmodSync(path, mode);
    expect(codeOf(() => loadKeyFile(path))).toBe('bad-key-file');
    expect(codeOf(() => loadOrCreateKeyFile(path))).toBe('bad-key-file');
  });

  test('that hold something else are refused, a missing one is ENOENT', () => {
    const path = join(folder, 'gateway.key');
    expect(codeOf(() => loadKeyFile(path))).toBe('ENOENT');
    writeFileSync(path, 'hello', { mode: 0o600 });
    expect(codeOf(() => loadKeyFile(path))).toBe('bad-key-file');
  });
});

describe('signed batches', () => {
  test('verify as signed, and no member can be changed', async () => {
    const plan = { epochs: [[1, 2, 3].map((payload) => ({ subject: 'home-01', payload }))] };
    const entries = (await recordsOf(plan)).map(({ entry }) => entry);
    const signing = nodeSigning(pem);
    const batch = await signBatch(signing, batchHead(nodeHash, 'gw-01', entries));
    expect(batch).toMatchObject({ gateway: 'gw-01', epoch: 1, firstSeq: 0, lastSeq: 2 });
    for (const verifying of [nodeVerify, webVerify]) {
      expect(await verifyBatch(verifying, signing.publicKey, batch)).toBe(true);
      const changes: Partial<SignedBatch>[] = [
        { gateway: 'gw-02' },
        { epoch: 2 },
        { firstSeq: 1 },
        { lastSeq: 3 },
        { previousHash: batch.headHash },
        { headHash: batch.previousHash },
        { signature: toBase64Url(new Uint8Array(64)) },
        { signature: 'no base64url!' },
      ];
      for (const change of changes)
        expect(await verifyBatch(verifying, signing.publicKey, { ...batch, ...change })).toBe(
          false,
        );
    }
  });

  test('of nothing or of entries that do not follow each other are refused', async () => {
    const plan = { epochs: [[1, 2, 3].map((payload) => ({ subject: 'home-01', payload }))] };
    const entries = (await recordsOf(plan)).map(({ entry }) => entry);
    expect(() => batchHead(nodeHash, 'gw-01', [])).toThrow('at least one entry');
    expect(() => batchHead(nodeHash, 'gw-01', entries.toSpliced(1, 1))).toThrow(
      'batch entry 1 is epoch 1 seq 2, expected epoch 1 seq 1',
    );
  });
});

describe('byte texts', () => {
  test('hex and base64url come back, and are those of the platform', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromBase64Url(toBase64Url(value))).toEqual(value);
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(toBase64Url(value)).toBe(Buffer.from(value).toString('base64url'));
      }),
      runs(200),
    );
  });

  test('have one spelling only', () => {
    for (const text of ['A', 'AB', 'AA=', 'A+8', 'AAA AAA', 'é'])
      expect(() => fromBase64Url(text)).toThrow('base64url');
    for (const text of ['a', 'AB', '0g']) expect(() => fromHex(text)).toThrow('hexadecimal');
    expect(() => parsePublicKey('ed25519:AAAA')).toThrow('43 base64url characters');
    expect(() => formatPublicKey(new Uint8Array(31))).toThrow('32 bytes');
  });
});
