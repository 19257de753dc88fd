import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocolVectors } from '../test/protocol-vectors.js';

const folder = join(__dirname, '../../../docs/protocol/vectors');
const write = process.env['MICROGRID_WRITE_VECTORS'] === '1';

test('docs/protocol/vectors is what this implementation makes from the fixed keys (MICROGRID_WRITE_VECTORS=1 writes it)', async () => {
  const vectors = await protocolVectors();
  expect(Object.keys(vectors)).toHaveLength(7);
  for (const [name, content] of Object.entries(vectors)) {
    const path = join(folder, `${name}.json`);
    if (write) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
    }
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(content);
  }
});

test('each refused message is refused for the reason it shows', async () => {
  const { 'refused-events': refused } = await protocolVectors();
  const codes = (refused as { code: string }[]).map(({ code }) => code);
  expect(codes).toEqual([
    'malformed',
    'not-canonical',
    'topic-identity',
    'wrong-key',
    'payload-hash',
    'chain-broken',
    'bad-signature',
  ]);
});
