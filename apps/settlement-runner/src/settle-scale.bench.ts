import { join } from 'node:path';
import { generatedMonth, measured, MONTH, report, type Measured } from './bench-month.test-data.js';
import { run } from './run.js';

const SIZES = [100, 1000, 4000] as const;
const ROUNDS = 3;
const COMMUNITY_MEMBERS = 1000;
const YEAR_DAYS = 365;
const MONTH_DAYS = 31;

/**
 * The large run (inputs outside it, no tables of intervals) at three sizes, and what a year of a million
 * members would take on one core at the rates measured: a thousand communities of 1,000, twelve months.
 */
async function bench(): Promise<void> {
  const cpuPerMember = new Map<number, number>();
  for (const members of SIZES) {
    const month = generatedMonth(members);
    const { community, readings, place } = month;
    const all: Measured[] = [];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const out = join(place, `out-${round}`);
        const externalInputs = join(place, `inputs-${round}`);
        const { from, to } = MONTH;
        const options = { community, readings, from, to, out, threads: { count: 0 } };
        all.push(await measured(() => run({ ...options, externalInputs, intervalTables: false })));
      }
    } finally {
      month.remove();
    }
    report('settle-scale/large-run', month, all);
    const cpu = all.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
    cpuPerMember.set(members, cpu / members);
  }
  const months = YEAR_DAYS / MONTH_DAYS;
  console.log(
    JSON.stringify({
      bench: 'settle-scale/year-of-a-million',
      communities: 1_000_000 / COMMUNITY_MEMBERS,
      cpuHoursOnOneCore: Object.fromEntries(
        [...cpuPerMember].map(([members, seconds]) => [
          `at the rate of ${members} members`,
          Number(((seconds * 1_000_000 * months) / 3600).toFixed(1)),
        ]),
      ),
    }),
  );
}

void bench();
