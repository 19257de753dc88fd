import { existsSync } from 'node:fs';
import { canonicalCommunity, parseCommunity, type Community } from '@microgrid/community';
import { invoice } from '@microgrid/invoicing';
import { nodeHash } from '@microgrid/journal/node';
import {
  memberDays,
  settle,
  settlementContract,
  settlementSummary,
  type SettledPeriod,
} from '@microgrid/settlement';
import { readContractFiles } from '../contract-file-names.js';
import { loadRun } from '../load-run.js';
import { communityOf } from '../run-inputs.js';
import { RunnerError } from '../runner-error.js';
import { readDocument, readText } from '../versions/load-history.js';
import {
  changeOf,
  gainsAndLosses,
  memberChanges,
  withStatements,
  type ComparedAmounts,
  type MemberChange,
} from './member-change.js';

/** What is tried instead. */
export interface WhatIfOptions {
  /** `proportional`, or a file (YAML or JSON) with a sharing key. */
  readonly key?: string;
  /** A whole other contract of the same points. */
  readonly community?: string;
  /** Directory that holds the run's inputs, where they lie outside it. */
  readonly externalInputs?: string;
}

/** Who would gain and who would lose. Plain JSON. */
export interface WhatIf {
  readonly community: string;
  readonly currency: string;
  /** Type of the key before and after. */
  readonly key: { readonly before: string; readonly after: string };
  /** Every member, in id order; positive change of cost: pays more. */
  readonly members: readonly MemberChange[];
  readonly totals: ComparedAmounts;
  readonly gains: number;
  readonly loses: number;
  readonly paidMorePico: string;
  readonly paidLessPico: string;
}

/**
 * Settles a run's readings under other rules and compares; nothing is written.
 * @throws RunnerError `bad-usage`, CommunityError, SettlementError when the rules do not fit the readings.
 */
export function whatIf(directory: string, options: WhatIfOptions): WhatIf {
  const { settled, readings, files } = loadRun(directory, options.externalInputs);
  const { community } = settled.contract;
  const other = otherRules(community, options);
  const period = { startMs: settled.startMs, endMs: settled.endMs };
  const contract = settlementContract(other.community, period, {
    files: new Map([...files, ...other.files]),
  });
  const before = amountsOf(settled);
  const after = amountsOf(settle(contract, readings));
  const members = memberChanges(before.members, after.members);
  const { paidMorePico, paidLessPico } = gainsAndLosses(members);
  const count = (sign: (cost: bigint) => boolean): number =>
    members.filter(({ change }) => sign(BigInt(change.costPico))).length;
  return {
    community: community.id,
    currency: community.currency,
    key: { before: community.sharingKey.type, after: other.community.sharingKey.type },
    members,
    totals: changeOf(before.totals, after.totals),
    gains: count((cost) => cost < 0n),
    loses: count((cost) => cost > 0n),
    paidMorePico: paidMorePico.toString(),
    paidLessPico: paidLessPico.toString(),
  };
}

function amountsOf(settled: SettledPeriod): ReturnType<typeof withStatements> {
  const days = memberDays(settled);
  const { members, totals } = settlementSummary(settled, days);
  const { statements } = invoice(settled, { hash: nodeHash, days });
  return withStatements(members, totals, new Map(statements.map((one) => [one.member, one])));
}

interface OtherRules {
  readonly community: Community;
  readonly files: ReadonlyMap<string, string>;
}

function otherRules(community: Community, { key, community: path }: WhatIfOptions): OtherRules {
  if ((key === undefined) === (path === undefined)) {
    throw new RunnerError('bad-usage', 'what-if: expected one of --key and --community');
  }
  if (path !== undefined) {
    const other = communityOf(readText(path, 'a community file in YAML'), path);
    return { community: other, files: readContractFiles(other, path) };
  }
  const sharingKey = keyOf(key ?? '');
  const rules = JSON.parse(canonicalCommunity(community)) as object;
  const source = `--key ${key ?? ''}`;
  const other = parseCommunity(JSON.stringify({ ...rules, sharingKey }), source);
  return {
    community: other,
    files: key !== undefined && existsSync(key) ? readContractFiles(other, key) : new Map(),
  };
}

function keyOf(text: string): unknown {
  if (existsSync(text)) {
    const value = readDocument(text, 'a sharing key in YAML or JSON');
    const wrapped = (value as { sharingKey?: unknown } | null)?.sharingKey;
    return wrapped ?? value;
  }
  if (/^[A-Za-z]+$/.test(text)) return { type: text };
  throw new RunnerError(
    'bad-usage',
    `--key: got ${JSON.stringify(text)}, expected a type of key that needs nothing else, such as proportional, or a file with a sharing key`,
  );
}
