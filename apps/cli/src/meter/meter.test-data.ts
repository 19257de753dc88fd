import { CSV_HEADER } from '@microgrid/metering';

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** A canonical file: quarter-hours of every point, by start, then point; some are left out or missing. */
export function canonicalFile(
  points: readonly string[],
  startMs: number,
  count: number,
  lacks: (slot: number) => 'row' | 'energy' | undefined = () => undefined,
): string {
  const rows: string[] = [CSV_HEADER];
  for (let slot = 0; slot < count; slot++) {
    const [start, end] = [iso(startMs + slot * 900_000), iso(startMs + (slot + 1) * 900_000)];
    for (const [at, id] of points.entries()) {
      const lack = lacks(slot);
      if (lack === 'row') continue;
      const day = Math.sin(((slot % 96) / 96) * 2 * Math.PI);
      const noise = ((slot * 7919 + at * 104_729) % 1000) / 10;
      const imported = Math.max(0, Math.round(300 - 250 * day + noise));
      const exported = Math.max(0, Math.round(400 * day - 100 + noise));
      const energies =
        lack === 'energy'
          ? ',,missing'
          : `${(imported / 1000).toFixed(3)},${(exported / 1000).toFixed(3)},${slot % 500 > 480 ? 'estimated' : 'measured'}`;
      rows.push(`${id},${start},${end},${energies}`);
    }
  }
  return `${rows.join('\n')}\n`;
}
