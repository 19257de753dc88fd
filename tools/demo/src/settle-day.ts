import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { communityPoints, parseCommunity, type Community } from '@microgrid/community';
import { intervalGrid, readCanonicalCsv } from '@microgrid/metering';
import { settle, settlementContract, settlementSummary } from '@microgrid/settlement';
import { run, verify, type RunAmounts } from '@microgrid/settlement-runner';
import { parseInstant, parseResolution } from '@microgrid/units';
import { memberTable, type MemberRow } from './member-table.js';

/** What a closed day came to. */
export interface SettledDay {
  readonly table: string;
  /** One line: whether energy and money are conserved, with the figures. */
  readonly conservation: string;
  /** `verify: ok`, or what the verification found. */
  readonly verification: string;
  readonly ok: boolean;
}

/** Settles the readings that the coordinator closed, verifies the run and compares with no community. */
export async function settleDay(
  folder: string,
  period: { readonly start: string; readonly end: string },
  out: string,
): Promise<SettledDay> {
  const community = join(folder, 'community.json');
  const readings = join(folder, 'readings.csv');
  const { start: from, end: to } = period;
  const manifest = await run({ community, readings, from, to, out });
  const terms = parseCommunity(readFileSync(community, 'utf8'), community);
  const alone = costsWithoutSharing(terms, readFileSync(readings), period);
  const rows: MemberRow[] = terms.members.map(({ id, name }) => ({
    name: name ?? id,
    totals: manifest.members[id] as RunAmounts,
    aloneCostPico: alone.get(id) ?? 0n,
  }));
  const conserved = conservation(Object.values(manifest.members), manifest.totals);
  const { ok, findings, files } = await verify(out);
  return {
    table: memberTable(rows, manifest.currency),
    conservation: conserved.text,
    verification: ok
      ? `verify: ok (${files} files)`
      : `verify: FAILED\n${findings.map((finding) => JSON.stringify(finding)).join('\n')}`,
    ok: ok && conserved.ok,
  };
}

/** The same readings and prices where nobody shares: a fixed key that gives nobody anything. */
function costsWithoutSharing(
  community: Community,
  readings: Uint8Array,
  period: { readonly start: string; readonly end: string },
): Map<string, bigint> {
  const points = communityPoints(community).map(({ id }) => id);
  const nothing = Object.fromEntries(points.map((id) => [id, '0']));
  const terms: Community = { ...community, sharingKey: { type: 'fixed', coefficients: nothing } };
  const span = { startMs: parseInstant(period.start), endMs: parseInstant(period.end) };
  const grid = intervalGrid(readCanonicalCsv(readings, { file: 'readings.csv' }), {
    points,
    ...span,
    resolutionMs: parseResolution(community.resolution),
  });
  const { members } = settlementSummary(settle(settlementContract(terms, span), grid));
  return new Map(Object.entries(members).map(([id, { costPico }]) => [id, BigInt(costPico)]));
}

/** Whether the members' figures add up to the community's and what is given is what is taken. */
function conservation(
  members: readonly RunAmounts[],
  totals: RunAmounts,
): { readonly ok: boolean; readonly text: string } {
  const sum = (field: keyof RunAmounts): bigint =>
    members.reduce((total, member) => total + BigInt(member[field]), 0n);
  const fields = Object.keys(totals) as (keyof RunAmounts)[];
  const wrong = fields
    .filter((field) => field in (members[0] ?? {}))
    .filter((field) => sum(field) !== BigInt(totals[field]));
  const shared = sum('sharedInMilliwattHours');
  const balanced = shared === sum('sharedOutMilliwattHours');
  const ok = wrong.length === 0 && balanced;
  const text = ok
    ? `conservation: ok (shared in = shared out = ${shared} mWh; members sum to the community's totals)`
    : `conservation: FAILED (${[...wrong, ...(balanced ? [] : ['shared in <> shared out'])].join(', ')})`;
  return { ok, text };
}
