import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { FileSink, Produced } from '../produce-run.js';
import { writeRun } from '../run.js';
import { isRunnerError, isSystemError } from '../runner-error.js';
import { scratch } from '../scratch.test-data.js';
import { CopiedFile, stateOf } from './copied-file.js';
import { WriterHere, type FileWriter } from './file-writer.js';
import type { FileDigest } from './file-digest.js';
import { WriterThread } from './writer-thread.js';

const APP = resolve(__dirname, '../..');
const place = scratch();
const program = place.path('write-worker.cjs');

beforeAll(async () => {
  await build({
    entryPoints: [join(APP, 'src/write-worker.ts')],
    absWorkingDir: APP,
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@microgrid/source'],
    logLevel: 'error',
  });
});
afterAll(() => {
  place.remove();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const digest = (text: string): object => ({
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});

/** Pieces in the same memory, as some files are made. */
function* reused(texts: readonly string[]): Generator<Uint8Array> {
  const memory = new Uint8Array(64);
  for (const text of texts) {
    const { written } = new TextEncoder().encodeInto(text, memory);
    yield memory.subarray(0, written);
  }
}

describe.each([
  ['here', (): FileWriter => new WriterHere()],
  ['in a thread', (): FileWriter => new WriterThread({ file: pathToFileURL(program) })],
])('a writer %s', (name, open) => {
  let writer: FileWriter;
  beforeEach(() => {
    writer = open();
  });
  afterEach(async () => {
    await writer.stop();
  });
  const path = (file: string): string => place.path(`${name.replace(/ /g, '-')}-${file}`);

  it('makes files of pieces and says what they are', async () => {
    const digests: (FileDigest | Promise<FileDigest>)[] = [
      writer.write(path('a'), reused(['first ', 'second ', 'third'])),
      writer.write(path('empty'), []),
    ];
    await writer.ready();
    expect(await digests[0]).toEqual(digest('first second third'));
    expect(await digests[1]).toEqual(digest(''));
    await writer.durable();
    expect(readFileSync(path('a'), 'utf8')).toBe('first second third');
    expect(statSync(path('empty')).size).toBe(0);
  });

  it('copies a file, unless it was changed since', async () => {
    const original = place.write('original', 'the readings\n'.repeat(200_000));
    const state = stateOf(statSync(original, { bigint: true }));
    const again = new CopiedFile(original, state);
    expect(await writer.write(path('copy'), again)).toEqual(digest(readFileSync(original, 'utf8')));
    expect(readFileSync(path('copy')).equals(readFileSync(original))).toBe(true);
    writeFileSync(original, 'other');
    const refused = await failure(() => writer.write(path('late'), again));
    expect(isRunnerError(refused) && refused.code).toBe('bad-input');
    expect((refused as Error).message).toContain('was changed while it was settled');
  });

  it('makes all files alike, whoever may read the original and the process lets read', async () => {
    const original = place.write(`${name.length}-secret`, 'readings');
    chmodSync(original, 0o600);
    const state = stateOf(statSync(original, { bigint: true }));
    const modes = async (round: string): Promise<number[]> => {
      await writer.write(path(`mode-${round}`), [bytes('whole')]);
      await writer.write(path(`pieces-${round}`), reused(['in ', 'pieces']));
      await writer.write(path(`copy-${round}`), new CopiedFile(original, state));
      return ['mode', 'pieces', 'copy'].map(
        (file) => statSync(path(`${file}-${round}`)).mode & 0o777,
      );
    };
    expect(await modes('open')).toEqual([0o644, 0o644, 0o644]);
    const before = process.umask(0o077);
    try {
      expect(await modes('closed')).toEqual([0o600, 0o600, 0o600]);
    } finally {
      process.umask(before);
    }
  });

  it("gives the file system's error of a file that cannot be made, and goes on", async () => {
    const refused = await failure(() =>
      writer.write(join(path('nowhere'), 'file'), [bytes('a'), bytes('b')]),
    );
    expect(isSystemError(refused)).toBe(true);
    expect(refused).toMatchObject({ code: 'ENOENT' });
    expect(await writer.write(path('next'), [bytes('b')])).toEqual(digest('b'));
    const twice = await failure(() => writer.write(path('next'), [bytes('c')]));
    expect(twice).toMatchObject({ code: 'EEXIST' });
    await writer.durable();
    expect(readFileSync(path('next'), 'utf8')).toBe('b');
  });

  it('waits while much is on its way', async () => {
    const piece = new Uint8Array(1 << 22).fill(7);
    const digests: unknown[] = [];
    for (let file = 0; file < 40; file++) {
      digests.push(writer.write(path(`much-${file}`), [piece]));
      await writer.ready();
    }
    const all = (await Promise.all(digests)) as { bytes: number }[];
    expect(all.reduce((sum, { bytes: own }) => sum + own, 0)).toBe(40 * piece.length);
  });
});

test.each(['run.json', 'inputs/community.json'])(
  'a run of which %s cannot be made is none',
  async (name) => {
    const here = new WriterHere();
    const writer: FileWriter = {
      write: (path, pieces) =>
        here.write(path.endsWith(name) ? join(path, 'nowhere') : path, pieces),
      ready: () => here.ready(),
      durable: () => here.durable(),
      stop: () => here.stop(),
    };
    const out = place.path(`without-${name.replace('/', '-')}`);
    async function* produce(sink: FileSink): AsyncGenerator<Produced> {
      const known = sink('inputs/community.json', [bytes('{}')]);
      yield { file: 'inputs/community.json', files: 2 };
      await known;
      void sink('run.json', [bytes('{"inputs":{}}')]);
      yield { file: 'run.json', files: 2 };
    }
    const refused = await failure(() => writeRun({ out }, produce, writer));
    expect(isRunnerError(refused) && refused.code).toBe('bad-output');
    expect(existsSync(out)).toBe(false);
  },
);

test('a writing thread that ends lets nobody wait for ever', async () => {
  const writer = new WriterThread({ file: pathToFileURL(program) });
  const written = writer.write(place.path('never'), [bytes('x')]);
  const durable = writer.durable();
  await writer.stop();
  await expect(Promise.all([written, durable])).rejects.toThrow(/ended|never/);
  await expect(writer.write(place.path('after'), [bytes('x')])).rejects.toThrow('ended');
});

test('a run whose directory cannot be made ends its writer, which would keep the process alive', async () => {
  const stopped: string[] = [];
  const writer: FileWriter = Object.assign(new WriterHere(), {
    stop: () => Promise.resolve(stopped.push('stopped')).then(() => undefined),
  });
  const out = join(place.write('a-file', 'x'), 'out');
  const refused = await failure(() => writeRun({ out }, () => nothing(), writer));
  expect(isRunnerError(refused) && refused.code).toBe('bad-output');
  expect(stopped).toEqual(['stopped']);
});

async function* nothing(): AsyncGenerator<never> {
  // A run without files.
}

/** What a piece of work throws or rejects with. */
async function failure(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}
