import type { StatementV1 } from '@microgrid/events';
import type { HashPort } from '@microgrid/journal';
import {
  statementBody,
  statementHash,
  statementHashes,
  statementLeaves,
  type MemberDayLeaf,
  type StatementHashes,
} from '../member-day-leaf.js';
import type { StatementFault } from '../statement-fault.js';
import { leafIsProven, sharedFaults, sumFaultsOf } from '../verify-statement.js';
import { daySums } from './day-sums.js';
import type { MemberBundle } from './member-bundle.js';

/** What is wrong with the parts of a statement that its last day's leaf binds; nothing where it holds. */
export interface BoundFaults {
  /** For each line of the statement. */
  readonly lines: readonly (string | undefined)[];
  /** The totals, and what else belongs to all lines. */
  readonly terms: string | undefined;
  /** The lines as a whole: their number, their order, their hashes. */
  readonly whole: string | undefined;
  /** The last day. */
  readonly lastDay: string | undefined;
}

/**
 * Tells which part of a statement was changed. The last day's leaf holds one hash over the hashes of all
 * lines and of the terms: where those hashes, or the statement itself, are proven, each part is
 * compared with its own. Where neither is, only what does not add up can be told, and that the lines as
 * a whole are not proven.
 */
export function boundFaults(bundle: MemberBundle, hash: HashPort): BoundFaults {
  const { statement, hashes } = bundle;
  const own = statementHashes(statementBody(statement), hash);
  const given = provenWith(bundle, hashes, hash);
  if (given !== undefined) {
    return { ...againstHashes(statement, own, hashes), lastDay: dayFault(statement, given) };
  }
  const sums = [...sumFaultsOf(statement), ...sharedFaults(statement)];
  const told = (prefix: RegExp): string | undefined =>
    sums.find(({ path }) => prefix.test(path))?.reason;
  const stated = provenWith(bundle, own, hash);
  if (stated !== undefined) {
    return {
      lines: statement.lines.map((_, index) => told(lineAt(index))),
      terms: told(TOTALS),
      whole: 'the statement is what the run proved, but the hashes of its lines were changed',
      lastDay: dayFault(statement, stated),
    };
  }
  const date = statement.days.at(-1)?.date ?? '';
  return {
    lines: statement.lines.map(
      (_, index) =>
        told(lineAt(index)) ??
        (hashes.lines[index] === own.lines[index]
          ? undefined
          : 'differs from its hash in the bundle, which is not proven either'),
    ),
    terms:
      told(TOTALS) ??
      (hashes.terms === own.terms
        ? undefined
        : 'differ from their hash in the bundle, which is not proven either'),
    whole: `the lines as a whole do not match the proof of ${date}; they, that day or its proof were changed`,
    lastDay: `${date} cannot be proven: its place in the tree binds the lines too, and they do not match it together`,
  };
}

const TOTALS = /^(?:exactPico|amountPico|roundingPico)$/;

function lineAt(index: number): RegExp {
  return new RegExp(`^lines\\[${index}\\]`);
}

/** The figures with which the last day is proven, as stated or as the intervals add up to them. */
function provenWith(
  { statement, intervals }: MemberBundle,
  hashes: StatementHashes,
  hash: HashPort,
): { readonly asStated: boolean } | undefined {
  const last = statement.days.length - 1;
  const leaf = statementLeaves(statement, hash)[last];
  if (leaf === undefined) return undefined;
  const bound = { ...leaf, statement: statementHash(hashes, hash) };
  const proven = (one: MemberDayLeaf): boolean => leafIsProven(statement, last, one, hash);
  if (proven(bound)) return { asStated: true };
  const sums = intervals === undefined ? undefined : sumsOf(statement, intervals)[last]?.sums;
  if (sums === undefined) return undefined;
  const texts = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, String(sum)]));
  return proven({ ...bound, ...texts }) ? { asStated: false } : undefined;
}

function sumsOf(statement: StatementV1, intervals: string): ReturnType<typeof daySums> {
  try {
    return daySums(statement, intervals);
  } catch {
    // Intervals that cannot be read are told by themselves.
    return [];
  }
}

function dayFault(
  { days, member, merkleRoot }: StatementV1,
  { asStated }: { readonly asStated: boolean },
): string | undefined {
  if (asStated) return undefined;
  const date = days.at(-1)?.date ?? '';
  return `${date} of ${member} does not lie in the tree with root ${merkleRoot}: its figures were changed`;
}

/** Each part against its proven hash. */
function againstHashes(
  statement: StatementV1,
  own: StatementHashes,
  proven: StatementHashes,
): Omit<BoundFaults, 'lastDay'> {
  const left = new Map<string, number>();
  for (const one of proven.lines) left.set(one, (left.get(one) ?? 0) + 1);
  // A line that was put in or taken out moves the others: they are proven wherever they stand.
  const isProven = own.lines.map((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count > 0;
  });
  const missing = [...left.values()].reduce((sum, count) => sum + Math.max(0, count), 0);
  const changed = isProven.filter((one) => !one).length;
  const allProven = changed === 0 && missing === 0;
  const sums = sumFaultsOf(statement);
  const reason = (faults: readonly StatementFault[]): string =>
    faults.length === 0 ? '' : `; ${faults[0]?.reason ?? ''}`;
  const sameTerms = own.terms === proven.terms;
  const totals = sums.filter(({ path }) => TOTALS.test(path));
  return {
    lines: isProven.map((holds, index) => {
      const faults = sums.filter(({ path }) => lineAt(index).test(path));
      if (!holds) return `is not the line that the run proved${reason(faults)}`;
      // What a proven line was computed from may be what was changed.
      return faults.find(({ acrossLines = false }) => !acrossLines || allProven)?.reason;
    }),
    terms: sameTerms
      ? undefined
      : `the totals, or what belongs to all lines (currency, rounding, energy, quality), are not what the run proved${reason(totals)}`,
    whole: wholeFault(missing, changed, own.lines, proven.lines),
  };
}

function wholeFault(
  missing: number,
  changed: number,
  own: readonly string[],
  proven: readonly string[],
): string | undefined {
  if (missing > changed) return `${missing - changed} of ${proven.length} lines are missing`;
  if (changed > missing) return `${changed - missing} lines were put in`;
  const moved = own.some((one, index) => one !== proven[index] && proven.includes(one));
  return moved ? 'the lines stand in another order than the run proved' : undefined;
}
