import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import type { StatementLine } from '@microgrid/events';
import { nodeHash, nodeSigning, nodeVerify } from '@microgrid/journal/node';
import { chargedPeriod, KEYS, STACK } from '../charges/charged-period.test-data.js';
import { invoice, renderStatementCsv } from '../index.js';
import { statementBody, statementHashes } from '../member-day-leaf.js';
import {
  makeMemberBundle,
  signTreeHead,
  TREE_HEAD_SCHEMA,
  verifyBundle,
  type MemberBundle,
} from './index.js';

const CENT = 10_000_000_000n;
const HOURS = 72;
const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

/** A signed bundle of a member with charges of every kind, VAT, and lines for what stayed of the pool. */
async function chargedBundle(key: object = KEYS.own, more: object = STACK): Promise<MemberBundle> {
  const settled = chargedPeriod({ ...key, ...more }, 7, HOURS);
  const run = invoice(settled, { hash: nodeHash });
  const statement = run.statements.find(({ member }) => member === 'ana');
  if (statement === undefined) throw new Error('no statement');
  const head = await signTreeHead(nodeSigning(pem.toString()), {
    schema: TREE_HEAD_SCHEMA,
    community: statement.community,
    start: statement.start,
    end: statement.end,
    manifest: 'ab'.repeat(32),
    merkleRoot: run.merkleRoot,
    leafCount: run.leafCount,
  });
  const intervals = renderStatementCsv(settled, 'ana');
  return makeMemberBundle({ head, statement, intervals }, nodeHash);
}

/** What is red, apart from the sums that a changed line no longer adds up to. */
async function red(bundle: MemberBundle): Promise<string[]> {
  const { checks } = await verifyBundle(bundle, { hash: nodeHash, verify: nodeVerify });
  return checks
    .filter(({ ok, part, subject }) => !ok && !(part === 'sums' && subject === 'statement'))
    .map(({ part, subject }) => `${part} ${subject}`);
}

function changed(bundle: MemberBundle, change: (copy: MemberBundle) => void): MemberBundle {
  const copy = structuredClone(bundle);
  change(copy);
  return copy;
}

const plus = (text: string | undefined, more: bigint): string => String(BigInt(text ?? 0) + more);

/** Every way to change one field of a line. */
function lineChanges(line: StatementLine): ((copy: StatementLine) => void)[] {
  const { charge } = line;
  const fields = ['energyMilliwattHours', 'exactPico', 'amountPico'] as const;
  const numbers = fields.map((field) => (copy: StatementLine) => {
    copy[field] = plus(copy[field], field === 'energyMilliwattHours' ? 1n : CENT);
  });
  if (charge === undefined) return numbers;
  const texts = ['key', 'account', 'quantity', 'price', 'vatPercent', 'period'] as const;
  return [
    ...numbers,
    ...texts.map((field) => (copy: StatementLine) => {
      if (copy.charge) copy.charge[field] = `${copy.charge[field] ?? ''}1`;
    }),
    ...(['quantity', 'price', 'vatPercent'] as const).map((field) => (copy: StatementLine) => {
      if (copy.charge) copy.charge[field] = 'many';
    }),
    (copy) => {
      if (copy.charge) copy.charge.netPico = plus(copy.charge.netPico, CENT);
    },
  ];
}

/** All sums made right again after a change, as somebody would who wants to hide it. */
function hide(bundle: MemberBundle): void {
  const { statement } = bundle;
  const sum = (field: 'exactPico' | 'amountPico'): bigint =>
    statement.lines.reduce((total, line) => total + BigInt(line[field]), 0n);
  const [exact, amount] = [sum('exactPico'), sum('amountPico')];
  statement.exactPico = String(exact);
  statement.amountPico = String(amount);
  statement.roundingPico = String(amount - exact);
  const { lines, terms } = statementHashes(statementBody(statement), nodeHash);
  bundle.hashes = { lines: [...lines], terms };
}

describe('a changed bundle of a member with charges and VAT', () => {
  let bundle: MemberBundle;
  beforeAll(async () => {
    bundle = await chargedBundle();
  });

  test('is green as it was made, whatever the key and the rounding point', async () => {
    for (const point of ['line', 'category', 'total']) {
      const rounding = { point, decimals: 2, mode: 'half-even' };
      for (const [name, key] of Object.entries(KEYS)) {
        for (const more of [{ ...STACK, rounding }, {}]) {
          const made = await chargedBundle(key, more);
          const { checks } = await verifyBundle(made, { hash: nodeHash, verify: nodeVerify });
          expect([name, point, checks.filter(({ ok }) => !ok)]).toEqual([name, point, []]);
        }
      }
    }
    expect(new Set(bundle.statement.lines.map(({ line }) => line))).toEqual(
      new Set(['supply', 'sharedIn', 'sharedOut', 'surplus', 'ownSurplus', 'charge', 'vat']),
    );
  });

  test('any field of any line: red is that line and no other, nor the totals or a day', async () => {
    for (const [index, line] of bundle.statement.lines.entries()) {
      for (const change of lineChanges(line)) {
        const copy = changed(bundle, ({ statement }) => {
          const one = statement.lines[index];
          if (one) change(one);
        });
        const key = copy.statement.lines[index]?.charge?.key ?? line.line;
        expect(await red(copy)).toEqual([`line ${key}`]);
      }
    }
  });

  test('totals, currency, rounding, energy and quality: red are the totals, no line', async () => {
    const changes: ((copy: MemberBundle['statement']) => void)[] = [
      (copy) => (copy.amountPico = plus(copy.amountPico, CENT)),
      (copy) => (copy.exactPico = plus(copy.exactPico, 1n)),
      (copy) => (copy.roundingPico = plus(copy.roundingPico, 1n)),
      (copy) => (copy.currency = 'GBP'),
      (copy) => (copy.quality = { measured: '0', ...copy.quality, estimated: '1' }),
      (copy) => (copy.energy.importMilliwattHours = plus(copy.energy.importMilliwattHours, 1n)),
      (copy) => (copy.notice = 'Invoice'),
      (copy) => (copy.id = 'other'),
    ];
    for (const change of changes) {
      const copy = changed(bundle, ({ statement }) => {
        change(statement);
      });
      expect(await red(copy)).toEqual(['total statement']);
    }
  });

  test('the last day alone: red is the day, the lines bound to it stay green', async () => {
    const copy = changed(bundle, ({ statement }) => {
      const day = statement.days.at(-1);
      if (day) day.costPico = plus(day.costPico, 1n);
    });
    expect(await red(copy)).toEqual([`day ${bundle.statement.days.at(-1)?.date ?? ''}`]);
    // With a line changed beside it, each is told.
    const both = changed(copy, ({ statement }) => {
      const line = statement.lines[6];
      if (line) line.amountPico = plus(line.amountPico, CENT);
    });
    expect(await red(both)).toEqual([
      `line ${bundle.statement.lines[6]?.charge?.key ?? ''}`,
      `day ${bundle.statement.days.at(-1)?.date ?? ''}`,
    ]);
  });

  test('a line taken out, put in, doubled or moved: the lines as a whole, and the line put in', async () => {
    const { lines } = bundle.statement;
    const at = lines.findIndex(({ line }) => line === 'charge');
    const line = lines[at] as StatementLine;
    const key = line.charge?.key ?? '';
    const cut = changed(bundle, ({ statement }) => void statement.lines.splice(at, 1));
    expect(await red(cut)).toEqual(['sums lines']);
    const doubled = changed(bundle, ({ statement }) => void statement.lines.splice(at, 0, line));
    expect(await red(doubled)).toEqual([`line ${key}`, 'sums lines']);
    const moved = changed(bundle, ({ statement }) => void statement.lines.reverse());
    expect(await red(moved)).toEqual(['sums lines']);
  });

  test('changed hashes alone: the lines stay green, the hashes are told', async () => {
    const copy = changed(bundle, ({ hashes }) => (hashes.lines[2] = '00'.repeat(32)));
    expect(await red(copy)).toEqual(['sums lines']);
  });

  test('a charge changed with its hash and all sums: arithmetic tells it, and the whole is not proven', async () => {
    const at = bundle.statement.lines.findIndex(({ line }) => line === 'charge');
    const last = `day ${bundle.statement.days.at(-1)?.date ?? ''}`;
    const key = bundle.statement.lines[at]?.charge?.key ?? '';
    const copy = changed(bundle, (one) => {
      const line = one.statement.lines[at];
      if (line) {
        line.exactPico = plus(line.exactPico, CENT);
        line.amountPico = plus(line.amountPico, CENT);
      }
      hide(one);
    });
    const told = await red(copy);
    expect(told).toContain(`line ${key}`);
    expect(told.filter((one) => one.startsWith('line charge/'))).toEqual([`line ${key}`]);
    expect(told).toEqual(expect.arrayContaining(['sums lines', last]));
  });

  test('everything that could tell changed: the lines as a whole do not match the proof', async () => {
    const copy = changed(bundle, (one) => {
      const line = one.statement.lines.find(({ charge }) => charge?.charge === 'fee');
      if (line?.charge) line.charge.account = 'somebody else';
      hide(one);
    });
    const { checks } = await verifyBundle(copy, { hash: nodeHash, verify: nodeVerify });
    const bad = checks.filter(({ ok }) => !ok);
    expect(bad.map(({ part, subject }) => `${part} ${subject}`)).toEqual([
      'sums lines',
      `day ${bundle.statement.days.at(-1)?.date ?? ''}`,
    ]);
    expect(bad[0]?.reason).toMatch(/the lines as a whole do not match the proof of 2026-06-03/);
  });

  test('no change of a text or number anywhere in statement or hashes stays green', async () => {
    type Leaf = { at: (string | number)[]; value: string | number };
    const leaves = (value: unknown, at: (string | number)[]): Leaf[] => {
      if (typeof value === 'string' || typeof value === 'number') return [{ at, value }];
      if (Array.isArray(value)) return value.flatMap((one, index) => leaves(one, [...at, index]));
      return Object.entries(value as object).flatMap(([name, one]) => leaves(one, [...at, name]));
    };
    const { statement, hashes } = bundle;
    const all = leaves({ statement, hashes }, []);
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.nat(), async ({ at, value }, pick) => {
        const text = String(value);
        const place = text.search(/\d(?=\D*$)/);
        if (place === -1) return;
        const digit = (Number(text[place]) + 1 + (pick % 9)) % 10;
        const other = `${text.slice(0, place)}${digit}${text.slice(place + 1)}`;
        const copy = structuredClone(bundle);
        const parent = at
          .slice(0, -1)
          .reduce<Record<string, unknown>>(
            (node, name) => node[name] as Record<string, unknown>,
            copy as unknown as Record<string, unknown>,
          );
        parent[at.at(-1) ?? ''] = typeof value === 'number' ? Number(other) : other;
        const { ok } = await verifyBundle(copy, { hash: nodeHash, verify: nodeVerify }).catch(
          () => ({ ok: false }),
        );
        expect([at.join('.'), ok]).toEqual([at.join('.'), false]);
        tried += 1;
      }),
      { numRuns: 300 * Number(process.env['MICROGRID_TEST_SCALE'] ?? 1) },
    );
    expect(tried).toBeGreaterThan(200);
  });
});
