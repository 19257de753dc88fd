import { fromHex, verifyConsistency, verifyInclusion } from '@microgrid/journal';
import type { HashPort, VerifyPort } from '@microgrid/journal';
import { statementFaults } from '../verify-statement.js';
import { boundFaults } from './bound-lines.js';
import { daySumFaults } from './day-sums.js';
import type { MemberBundle } from './member-bundle.js';
import { runLogLeaf } from './run-log.js';
import { isSigned } from './tree-head.js';

/** One thing that was checked. */
export interface BundleCheck {
  /** What part of the bundle it is about. */
  readonly part: 'signature' | 'run' | 'line' | 'total' | 'sums' | 'day' | 'log';
  /** What exactly: a date, a statement line, a name. */
  readonly subject: string;
  readonly ok: boolean;
  /** Why not; for a person. */
  readonly reason?: string;
}

/** All that was checked, in the order a page shows it. */
export interface BundleVerdict {
  readonly ok: boolean;
  readonly checks: readonly BundleCheck[];
}

/** What {@link verifyBundle} trusts and computes with. */
export interface VerifyBundleOptions {
  readonly hash: HashPort;
  readonly verify: VerifyPort;
  /** The settlement operator's key as the member knows it; absent: any key, which proves less. */
  readonly operatorKey?: string;
  /** A head of the log the member kept from an earlier bundle: its runs must still be in the log. */
  readonly earlier?: { readonly size: number; readonly root: string };
}

/**
 * Checks a bundle with nothing else at hand: the operator's signature, that the statement is of the
 * signed run, each line and the totals against their own hash and in themselves, the sums, each day's place
 * in the run's tree and its intervals' sum, and the run's place in the log of runs. What was changed
 * is told by line, as long as what was changed leaves enough to tell.
 * @throws only where the runtime cannot check ed25519 signatures at all.
 */
export async function verifyBundle(
  bundle: MemberBundle,
  options: VerifyBundleOptions,
): Promise<BundleVerdict> {
  const checks = [
    ...(await signatureChecks(bundle, options)),
    ...runChecks(bundle),
    ...statementChecks(bundle, options.hash),
    ...(await logChecks(bundle, options)),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function check(
  part: BundleCheck['part'],
  subject: string,
  reason: string | undefined,
): BundleCheck {
  return reason === undefined ? { part, subject, ok: true } : { part, subject, ok: false, reason };
}

async function signatureChecks(
  { head }: MemberBundle,
  { verify, operatorKey }: VerifyBundleOptions,
): Promise<BundleCheck[]> {
  const signed = await isSigned(verify, head);
  return [
    check('signature', 'run', signed ? undefined : `the head was not signed by ${head.publicKey}`),
    ...(operatorKey === undefined
      ? []
      : [
          check(
            'signature',
            'operator',
            head.publicKey === operatorKey
              ? undefined
              : `signed by ${head.publicKey}, expected the operator's key ${operatorKey}`,
          ),
        ]),
  ];
}

function runChecks({ head, statement }: MemberBundle): BundleCheck[] {
  const fields = ['community', 'start', 'end', 'merkleRoot', 'leafCount'] as const;
  return fields.map((field) =>
    check(
      'run',
      field,
      statement[field] === head[field]
        ? undefined
        : `the statement says ${statement[field]}, the signed run ${head[field]}`,
    ),
  );
}

function statementChecks(bundle: MemberBundle, hash: HashPort): BundleCheck[] {
  const { statement, intervals } = bundle;
  const faults = statementFaults(statement, hash);
  const bound = boundFaults(bundle, hash);
  const last = statement.days.length - 1;
  const known = (path: string): boolean => /^(?:lines|days)\[/.test(path);
  const summed =
    intervals === undefined ? new Map<number, string>() : daySumFaults(statement, intervals);
  const dayReason = (index: number): string | undefined => {
    // Of the last day's own fault the leaf alone does not say whether day or lines were changed.
    const own = faults.filter(({ path }) => path.startsWith(`days[${index}]`));
    const fault = index === last ? own.find(({ path }) => path !== `days[${index}]`) : own[0];
    return fault?.reason ?? summed.get(index) ?? (index === last ? bound.lastDay : undefined);
  };
  return [
    ...statement.lines.map(({ line, charge }, index) =>
      check('line', charge?.key ?? line, bound.lines[index]),
    ),
    check('total', 'statement', bound.terms),
    check('sums', 'lines', bound.whole),
    check('sums', 'statement', faults.find(({ path }) => !known(path))?.reason),
    ...(intervals === undefined ? [] : [check('sums', 'intervals', summed.get(-1))]),
    ...statement.days.map(({ date }, index) => check('day', date, dayReason(index))),
  ];
}

async function logChecks(
  { head, log }: MemberBundle,
  { hash, verify, earlier }: VerifyBundleOptions,
): Promise<BundleCheck[]> {
  if (log === undefined) {
    return earlier === undefined
      ? []
      : [check('log', 'earlier runs', 'the bundle holds no proof from the log of runs')];
  }
  const root = fromHex(log.head.root);
  const signed = log.head.publicKey === head.publicKey && (await isSigned(verify, log.head));
  const contained = verifyInclusion(hash, {
    leafHash: runLogLeaf(hash, head),
    index: log.index,
    size: log.head.size,
    root,
    proof: log.inclusion.map(fromHex),
  });
  return [
    check(
      'log',
      'signature',
      signed ? undefined : `the log's head was not signed by ${head.publicKey}`,
    ),
    check('log', 'run', contained ? undefined : 'the run does not stand in the log of runs'),
    ...consistencyChecks(log, hash, earlier),
  ];
}

function consistencyChecks(
  { head, since }: NonNullable<MemberBundle['log']>,
  hash: HashPort,
  earlier: VerifyBundleOptions['earlier'],
): BundleCheck[] {
  if (since === undefined) {
    if (earlier === undefined) return [];
    const same = earlier.size === head.size && earlier.root === head.root;
    return [
      check('log', 'earlier runs', same ? undefined : 'the bundle holds no consistency proof'),
    ];
  }
  const holds = verifyConsistency(hash, {
    oldSize: since.size,
    oldRoot: fromHex(since.root),
    newSize: head.size,
    newRoot: fromHex(head.root),
    proof: since.consistency.map(fromHex),
  });
  const other =
    earlier !== undefined && (earlier.size !== since.size || earlier.root !== since.root);
  return [
    check(
      'log',
      'earlier runs',
      other
        ? `the proof begins at ${since.size} runs with root ${since.root}, expected ${earlier.size} with ${earlier.root}`
        : holds
          ? undefined
          : `the log's first ${since.size} runs are not what they were`,
    ),
  ];
}
