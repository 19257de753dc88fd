import { Writable } from 'node:stream';
import { main, run } from './index.js';
import { COMMUNITY, readingsText, type scratch } from './scratch.test-data.js';

const START = Date.UTC(2026, 9, 20, 23);

/** Nine days of readings of {@link COMMUNITY} around the end of summer time in Lisbon. */
export const READINGS = readingsText(START, 24 * 9);

/** Settles six of those days and gives the directory. */
export async function settledSmall(
  place: ReturnType<typeof scratch>,
  out: string,
  { community = COMMUNITY, readings = READINGS, from = '2026-10-22', to = '2026-10-28' } = {},
): Promise<string> {
  await run({
    community: place.write('community.yaml', community),
    readings: place.write('readings.csv', readings),
    from,
    to,
    out: place.path(out),
  });
  return place.path(out);
}

/** Runs a command line and gives what it wrote. */
export async function commandLine(
  args: readonly string[],
  verifyPage?: string,
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(piece, _encoding, done) {
        written[name] += String(piece);
        done();
      },
    });
  const streams = { stdout: stream('out'), stderr: stream('err') };
  const code = await main(args, { ...streams, ...(verifyPage !== undefined && { verifyPage }) });
  return { code, ...written };
}
