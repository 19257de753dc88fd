import { parse, safeParse, statementV1, type StatementV1 } from '@microgrid/events';
import { fromHex, leafHash, verifyInclusion, type HashPort } from '@microgrid/journal';
import { roundToCents } from '@microgrid/units';
import { leafBytes } from './member-day-leaf.js';

/** Whether a statement holds in itself; the first thing wrong otherwise. */
export type StatementVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Where, as in `lines[2].amountPico`. */
      readonly path: string;
      readonly reason: string;
    };

interface Fault {
  readonly path: string;
  readonly reason: string;
}

/**
 * Checks a statement with nothing else at hand: its form, each line's rounding, its sums, that its
 * days add up to it, and that every day lies in the tree with the root it names. Whether that root
 * is the run's is for the reader to compare.
 */
export function verifyStatement(value: unknown, hash: HashPort): StatementVerdict {
  const read = safeParse(statementV1, value, 'statement');
  if (!read.success) {
    return { ok: false, path: read.error.problems[0]?.path ?? '', reason: read.error.message };
  }
  const statement = read.data;
  const fault =
    lineFault(statement) ??
    sumFault(statement) ??
    dayFault(statement) ??
    proofFault(statement, hash);
  return fault === undefined ? { ok: true } : { ok: false, ...fault };
}

/** {@link verifyStatement} for a statement in JSON text. @throws EventsError for a text of another form. */
export function readStatement(text: string, source = 'statement'): StatementV1 {
  return parse(statementV1, JSON.parse(text), source);
}

function differs(path: string, found: bigint | string, expected: bigint | string): Fault[] {
  return found === expected
    ? []
    : [{ path, reason: `${path}: got ${String(found)}, expected ${String(expected)}` }];
}

function sum(values: readonly string[]): bigint {
  return values.reduce((total, value) => total + BigInt(value), 0n);
}

function lineFault({ lines }: StatementV1): Fault | undefined {
  return lines.flatMap(({ exactPico, amountPico }, index) =>
    differs(`lines[${index}].amountPico`, BigInt(amountPico), roundToCents(BigInt(exactPico))),
  )[0];
}

function sumFault(statement: StatementV1): Fault | undefined {
  const { lines } = statement;
  const exact = BigInt(statement.exactPico);
  const amount = BigInt(statement.amountPico);
  const energyOf = (kind: string): string[] =>
    lines.filter(({ line }) => line === kind).map((line) => line.energyMilliwattHours);
  return [
    ...differs('exactPico', exact, sum(lines.map((line) => line.exactPico))),
    ...differs('amountPico', amount, sum(lines.map((line) => line.amountPico))),
    ...differs('roundingPico', BigInt(statement.roundingPico), amount - exact),
    ...differs(
      'energy.sharedInMilliwattHours',
      BigInt(statement.energy.sharedInMilliwattHours),
      sum(energyOf('sharedIn')),
    ),
    ...differs(
      'energy.sharedOutMilliwattHours',
      BigInt(statement.energy.sharedOutMilliwattHours),
      sum(energyOf('sharedOut')),
    ),
    ...differs(
      'quality',
      sum(Object.values(statement.quality)),
      BigInt(statement.energy.importMilliwattHours),
    ),
  ][0];
}

const ENERGIES = [
  'importMilliwattHours',
  'exportMilliwattHours',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
] as const;

function dayFault(statement: StatementV1): Fault | undefined {
  const { days } = statement;
  const first = days[0];
  return [
    ...differs('days', first?.start ?? '', statement.start),
    ...differs('days', days.at(-1)?.end ?? '', statement.end),
    ...days
      .slice(1)
      .flatMap(({ start }, index) =>
        differs(`days[${index + 1}].start`, start, days[index]?.end ?? ''),
      ),
    ...ENERGIES.flatMap((field) =>
      differs(
        `energy.${field}`,
        BigInt(statement.energy[field]),
        sum(days.map((day) => day[field])),
      ),
    ),
    ...differs('exactPico', BigInt(statement.exactPico), sum(days.map((day) => day.costPico))),
  ][0];
}

function proofFault(statement: StatementV1, hash: HashPort): Fault | undefined {
  const { community, member, merkleRoot, leafCount } = statement;
  const root = fromHex(merkleRoot);
  const bad = statement.days.findIndex(({ leafIndex, proof, ...day }) => {
    const bytes = leafBytes({ community, member, ...day });
    const claim = {
      index: leafIndex,
      size: leafCount,
      root,
      proof: proof.map((node) => fromHex(node)),
    };
    return !verifyInclusion(hash, { leafHash: leafHash(hash, bytes), ...claim });
  });
  if (bad === -1) return undefined;
  const date = statement.days[bad]?.date ?? '';
  return {
    path: `days[${bad}]`,
    reason: `days[${bad}]: ${date} of ${member} does not lie in the tree with root ${merkleRoot}; the day or its proof was changed`,
  };
}
