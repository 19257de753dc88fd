import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { sortColumns, OrderWatch } from './canonical-order.js';
import type { Columns } from './columns.js';
import { CSV_HEADER } from './csv-format.js';
import { canonicalBatches, readCanonicalCsv } from './csv-reader.js';
import { batchesCsvChunks, writeCanonicalCsv } from './csv-writer.js';
import { mergeBatches, type ReplacedRow } from './merge-batches.js';
import type { MeteringProblem } from './metering-error.js';

const encoder = new TextEncoder();
const T0 = Date.UTC(2026, 0, 1);
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000', '');

interface TestRow {
  readonly point: number;
  readonly slot: number;
  readonly energy: number;
  readonly missing: boolean;
}

const rows = fc.array(
  fc.record({
    point: fc.nat(2),
    slot: fc.nat(5),
    energy: fc.nat(3),
    missing: fc.boolean(),
  }),
  { maxLength: 40 },
);

function csv(all: readonly TestRow[]): Uint8Array {
  const lines = all.map(({ point, slot, energy, missing }) => {
    const startMs = T0 + slot * 900_000;
    const values = missing ? ',,missing' : `${energy}.000,0.000,measured`;
    return `p${point},${iso(startMs)},${iso(startMs + 900_000)},${values}`;
  });
  return encoder.encode([CSV_HEADER, ...lines, ''].join('\n'));
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}

async function text(source: AsyncIterable<Columns>): Promise<string> {
  return Buffer.concat(await collect(batchesCsvChunks(source))).toString();
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('batches of any size hold the rows, points and lines of the whole file', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 9 }),
      async (all, pieceBytes, rowsPerBatch) => {
        const bytes = csv(all);
        const whole = readCanonicalCsv(bytes, { file: 'f' });
        const batches = await collect(
          canonicalBatches(cut(bytes, pieceBytes), { file: 'f', rowsPerBatch }),
        );
        expect(batches.flatMap(({ line }) => [...line])).toEqual([...whole.line]);
        const named = batches.flatMap((b) => [...b.point].map((point) => b.points[point]));
        expect(named).toEqual([...whole.point].map((point) => whole.points[point]));
        for (const column of ['startMs', 'importMilliwattHours', 'quality'] as const) {
          expect(batches.flatMap((batch) => [...batch[column]])).toEqual([...whole[column]]);
        }
      },
    ),
  );
});

test('merging sorted files: the last of different rows stands, the others are told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 4 }), async (files) => {
      const model = new Map<string, TestRow>();
      let replacedCount = 0;
      for (const file of files) {
        // Rows of one interval keep their order inside a file.
        for (const row of file) {
          const key = `${row.slot}/${row.point}`;
          const known = model.get(key);
          if (known === undefined || known.missing) model.set(key, row);
          else if (!row.missing && row.energy !== known.energy) {
            model.set(key, row);
            replacedCount += 1;
          }
        }
      }
      const sorted = [...model.values()].sort((a, b) => a.slot - b.slot || a.point - b.point);
      const replaced: ReplacedRow[] = [];
      const sources = files.map((file, at) => [
        sortColumns(readCanonicalCsv(csv(file), { file: `file-${at}` })),
      ]);
      const merged = await text(mergeBatches(sources, { onReplaced: (row) => replaced.push(row) }));
      expect(merged).toBe(Buffer.from(csv(sorted)).toString());
      expect(replaced).toHaveLength(replacedCount);
    }),
  );
});

test('order is watched across batches, and a source out of order is refused', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (all, rowsPerBatch) => {
      const bytes = csv(all);
      const inOrder = all.every((row, at) => {
        const before = all[at - 1];
        return (
          !before ||
          row.slot > before.slot ||
          (row.slot === before.slot && row.point >= before.point)
        );
      });
      const watch = new OrderWatch();
      const batches = await collect(canonicalBatches(cut(bytes, 50), { file: 'f', rowsPerBatch }));
      for (const batch of batches) watch.look(batch);
      expect(watch.ordered).toBe(inOrder);
      if (inOrder) await text(mergeBatches([batches]));
      else await expect(text(mergeBatches([batches]))).rejects.toThrow(/out of order/);
      expect(writeCanonicalCsv(sortColumns(readCanonicalCsv(bytes, { file: 'f' })))).toEqual(
        writeCanonicalCsv(readCanonicalCsv(bytes, { file: 'f' })),
      );
    }),
  );
});

test('wrong rows are heard of by their line and reading goes on, also past a line without end', async () => {
  const good = 'p0,2026-01-01T00:00:00Z,2026-01-01T00:15:00Z,1.000,0.000,measured';
  const later = good.replaceAll('01-01T00', '01-01T01');
  const content = [CSV_HEADER, good, 'x', '', `y${'z'.repeat(5000)}`, later, 'p0,half'].join('\n');
  for (const size of [7, 64, 10_000]) {
    const heard: [number | undefined, string][] = [];
    const onRejected = ({ line }: MeteringProblem, row: string): number =>
      heard.push([line, row.slice(0, 3)]);
    const batches = await collect(
      canonicalBatches(cut(encoder.encode(content), size), { file: 'f', onRejected }),
    );
    expect(heard).toEqual([
      [3, 'x'],
      [4, ''],
      [5, 'yzz'],
      [7, 'p0,'],
    ]);
    expect(batches.flatMap(({ line }) => [...line])).toEqual([2, 6]);
  }
});

test('memory does not grow with the file', async () => {
  const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
  // A day of 100 points without its last interval; every block is the next day.
  const day = Array.from({ length: 95 * 100 }, (_, row) => {
    const startMs = T0 + Math.floor(row / 100) * 900_000;
    const point = `point-${String(row % 100).padStart(3, '0')}`;
    return `${point},${iso(startMs)},${iso(startMs + 900_000)},1.${100 + (row % 900)},0.000,measured\n`;
  }).join('');
  function* file(blocks: number): Generator<Uint8Array> {
    yield encoder.encode(`${CSV_HEADER}\n`);
    for (let at = 0; at < blocks; at++) {
      yield encoder.encode(day.replaceAll('2026-01-01', iso(T0 + at * 86_400_000).slice(0, 10)));
    }
  }
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const peakOf = async (blocks: number): Promise<{ held: number; bytes: number }> => {
    const batches = canonicalBatches(file(blocks), { file: 'f', rowsPerBatch: 20_000 });
    const samples: number[] = [];
    let bytes = 0;
    let pieces = 0;
    for await (const piece of batchesCsvChunks(mergeBatches([batches]))) {
      bytes += piece.length;
      if (pieces++ % 10 !== 0) continue;
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      samples.push(heapUsed + arrayBuffers);
    }
    // Freed buffers are given back a little later; what is still held shows in the least of some.
    return { held: Math.min(...samples.slice(-6)), bytes };
  };
  const small = await peakOf(25);
  const large = await peakOf(100 * scale);
  console.log(`memory: ${small.held} bytes for ${small.bytes}, ${large.held} for ${large.bytes}`);
  expect(large.bytes).toBeGreaterThan(3.9 * scale * small.bytes);
  // The columns of the large file alone would be 29 MB more.
  expect(large.held - small.held).toBeLessThan(8e6);
});
