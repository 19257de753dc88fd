import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, stopPrograms, type Program } from './program.js';
import { bin, REPOSITORY, temporaryFolder } from './repository.js';

const EXAMPLE = join(REPOSITORY, 'examples/rua-do-sol');
const SETTLE = [bin('microgrid-settle')];

let out: string;
let settled: Program;

/** The shipped example's whole month, by the command as a stranger calls it. */
beforeAll(async () => {
  out = join(temporaryFolder('commands'), 'out');
  const files = ['--community', join(EXAMPLE, 'community.yaml')];
  const readings = ['--readings', join(EXAMPLE, 'readings.csv.gz')];
  const period = ['--from', '2026-06-01', '--to', '2026-07-01'];
  settled = await settle(['run', ...files, ...readings, ...period, '--out', out]);
}, 120_000);

afterAll(async () => {
  await stopPrograms();
  rmSync(join(out, '..'), { recursive: true, force: true });
});

function settle(args: readonly string[], expected = 0): Promise<Program> {
  return run(process.execPath, [...SETTLE, ...args], expected);
}

test.each([
  ['microgrid-settle', ['run', 'verify', 'explain']],
  ['microgrid-gateway', ['run', 'key']],
  ['microgrid-coordinator', ['run', 'key', 'limit']],
])(
  '%s is linked after the build and tells its commands',
  async (command, commands) => {
    const { lines, errors } = await run('npx', ['--no-install', command, '--help']);
    expect(lines[0]).toContain(`Usage: ${command}`);
    for (const each of commands) expect(lines.join('\n')).toMatch(new RegExp(`^  ${each}\\b`, 'm'));
    expect(errors.filter((line) => !line.startsWith('npm '))).toEqual([]);
  },
  60_000,
);

test('the shipped example is settled, and a pipe shows no progress bar', () => {
  const printed = [...settled.lines, ...settled.errors].join('\n');
  // Neither a carriage return nor any other control of a terminal.
  // eslint-disable-next-line no-control-regex -- these are the characters that must be absent
  expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f█░]/);
  expect(printed.split('\n').length).toBeLessThan(20);
  const { members } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
    members: Record<string, { costPico: string }>;
  };
  expect(Object.keys(members)).toHaveLength(7);
  expect(readdirSync(join(out, 'statements'))).toHaveLength(14);
});

test('the example verifies, and a changed byte is named by file and position', async () => {
  const sound = await settle(['verify', out]);
  expect(sound.lines.join('\n')).toMatch(/ok/);
  const file = join(out, 'events.ndjson');
  const bytes = readFileSync(file);
  const position = bytes.length >> 1;
  const changed = Buffer.from(bytes);
  changed.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  writeFileSync(file, changed);
  try {
    const broken = await settle(['verify', out], 1);
    expect(broken.output).toContain('events.ndjson');
    expect(broken.output).toContain(String(position));
  } finally {
    writeFileSync(file, bytes);
  }
}, 60_000);

test('one interval of the example is explained from its reading to its posting', async () => {
  const which = ['--member', 'home-1', '--interval', '2026-06-10T18:00Z'];
  const { lines } = await settle(['explain', out, ...which]);
  const text = lines.join('\n').toLowerCase();
  for (const step of ['reading', 'claim', 'share', 'price', 'posting'])
    expect(text).toContain(step);
  const { lines: json } = await settle(['explain', out, ...which, '--json']);
  expect(Object.keys(JSON.parse(json.join('\n')) as object).length).toBeGreaterThan(4);
}, 60_000);

test('a configuration that is not there is one sentence and not a stack', async () => {
  for (const command of ['microgrid-gateway', 'microgrid-coordinator']) {
    const { errors } = await run(process.execPath, [bin(command), 'run', '-c', 'nowhere.yaml'], 2);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('nowhere.yaml');
  }
}, 60_000);
