import {
  parse,
  safeParse,
  statementV1,
  type StatementLine,
  type StatementV1,
} from '@microgrid/events';
import { fromHex, leafHash, verifyInclusion, type HashPort } from '@microgrid/journal';
import { parseRatio, roundToCents, type Pico } from '@microgrid/units';
import { chargeFaults, isStatementDecimal, roundedAsCharge } from './charges/charge-faults.js';
import { leafBytes, statementLeaves, type MemberDayLeaf } from './member-day-leaf.js';
import type { StatementFault } from './statement-fault.js';

/** Whether a statement holds in itself; the first thing wrong otherwise. */
export type StatementVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Where, as in `lines[2].amountPico`. */
      readonly path: string;
      readonly reason: string;
    };

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
  const [fault] = statementFaults(read.data, hash);
  return fault === undefined ? { ok: true } : { ok: false, ...fault };
}

/** All that is wrong with a statement of the right form; empty when it holds. */
export function statementFaults(statement: StatementV1, hash: HashPort): StatementFault[] {
  return [...sumFaultsOf(statement), ...proofFaults(statement, hash)];
}

/** What does not add up in a statement, whatever is proven of it. */
export function sumFaultsOf(statement: StatementV1): StatementFault[] {
  return [...lineFaults(statement), ...sumFaults(statement), ...dayFaults(statement)];
}

/** {@link verifyStatement} for a statement in JSON text. @throws EventsError for a text of another form. */
export function readStatement(text: string, source = 'statement'): StatementV1 {
  return parse(statementV1, JSON.parse(text), source);
}

function differs(
  path: string,
  found: bigint | string,
  expected: bigint | string,
): StatementFault[] {
  return found === expected
    ? []
    : [{ path, reason: `${path}: got ${String(found)}, expected ${String(expected)}` }];
}

function sum(values: readonly string[]): bigint {
  return values.reduce((total, value) => total + BigInt(value), 0n);
}

function lineFaults(statement: StatementV1): StatementFault[] {
  const own = statement.lines.flatMap((line, index) => {
    const expected = expectedAmount(statement, line);
    const path = `lines[${index}].amountPico`;
    return expected === undefined ? [] : differs(path, BigInt(line.amountPico), expected);
  });
  return [...own, ...chargeFaults(statement)];
}

/** Lines of shared energy that are not what the days say. */
export function sharedFaults({ lines, days }: StatementV1): StatementFault[] {
  return (['sharedIn', 'sharedOut'] as const).flatMap((kind) => {
    const expected = sum(days.map((day) => day[`${kind}MilliwattHours`]));
    const index = lines.findIndex(({ line }) => line === kind);
    const found = BigInt(lines[index]?.energyMilliwattHours ?? '0');
    const path = index === -1 ? 'lines' : `lines[${index}].energyMilliwattHours`;
    return differs(path, found, expected);
  });
}

/** What a line's amount is rounded to; nothing where no single line decides it. */
function expectedAmount(
  { rounding }: StatementV1,
  { line, exactPico, charge }: StatementLine,
): Pico | undefined {
  const exact = BigInt(exactPico);
  if (line === 'charge')
    return rounding?.point === 'line' ? roundedAsCharge(exact, rounding) : exact;
  // The total is whole cents: the sum is checked for that.
  if (line === 'rounding') return undefined;
  if (line !== 'vat') return roundToCents(exact);
  if (rounding?.vat !== 'category') return undefined;
  const { netPico = '0', vatPercent = '0' } = charge ?? {};
  if (!isStatementDecimal(vatPercent)) return undefined;
  const { numerator, scale } = parseRatio(vatPercent);
  return roundedAsCharge(BigInt(netPico) * numerator, rounding, 100n * 10n ** BigInt(scale));
}

function sumFaults(statement: StatementV1): StatementFault[] {
  const { lines } = statement;
  const exact = BigInt(statement.exactPico);
  const amount = BigInt(statement.amountPico);
  const energyOf = (kind: string): string[] =>
    lines.filter(({ line }) => line === kind).map((line) => line.energyMilliwattHours);
  return [
    ...differs('exactPico', exact, sum(lines.map((line) => line.exactPico))),
    ...differs('amountPico', amount, sum(lines.map((line) => line.amountPico))),
    ...differs('amountPico', amount, roundToCents(amount)),
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
  ];
}

const ENERGIES = [
  'importMilliwattHours',
  'exportMilliwattHours',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
] as const;

function dayFaults(statement: StatementV1): StatementFault[] {
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
    ...differs(
      'exactPico',
      BigInt(statement.exactPico),
      // Charges and VAT belong to the period, not to a day.
      sum([
        ...days.map((day) => day.costPico),
        ...statement.lines
          .filter(({ charge }) => charge !== undefined)
          .map((line) => line.exactPico),
      ]),
    ),
  ];
}

function proofFaults(statement: StatementV1, hash: HashPort): StatementFault[] {
  const { member, merkleRoot } = statement;
  return statementLeaves(statement, hash).flatMap((leaf, index) => {
    if (leafIsProven(statement, index, leaf, hash)) return [];
    const bound = leaf.statement === undefined ? '' : ', a line of the statement';
    return [
      {
        path: `days[${index}]`,
        reason: `days[${index}]: ${leaf.date} of ${member} does not lie in the tree with root ${merkleRoot}; the day${bound} or its proof was changed`,
      },
    ];
  });
}

/** Whether a leaf lies in the tree where a day of the statement says it does. */
export function leafIsProven(
  { days, leafCount, merkleRoot }: StatementV1,
  day: number,
  leaf: MemberDayLeaf,
  hash: HashPort,
): boolean {
  const { leafIndex = -1, proof = [] } = days[day] ?? {};
  return verifyInclusion(hash, {
    leafHash: leafHash(hash, leafBytes(leaf)),
    index: leafIndex,
    size: leafCount,
    root: fromHex(merkleRoot),
    proof: proof.map((node) => fromHex(node)),
  });
}
