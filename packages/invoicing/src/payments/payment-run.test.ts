import fc from 'fast-check';
import { nodeHash } from '@microgrid/journal/node';
import { settlementParameters, whereabouts } from '@microgrid/settlement';
import { Ledger } from '../ledger/ledger.js';
import { renderLedger } from '../ledger/ledger-text.js';
import { camt, partiesOf, rejection, statementOf, type Booked } from './bank.test-data.js';
import { readBankReport, type BankItem } from './bank-report.js';
import { paymentFileFaults } from './payment-file-check.js';
import { paymentFiles } from './payment-files.js';
import { runPayments, type PaymentEvent, type PaymentRun } from './payment-run.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const CENT = 10_000_000_000n;
const DAY_MS = 86_400_000;
const ISSUED_MS = Date.UTC(2026, 5, 30, 23);
const ZONE = 'Europe/Lisbon';
const PARAMETERS = settlementParameters({ netting: 'interval' });

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Midnight in Lisbon of the day that many days after the issue. */
function day(days: number): number {
  return ISSUED_MS + days * DAY_MS;
}

const NAMES = ['ana', 'bruno', 'carla', 'dina', 'eva'];

function statements(cents: readonly bigint[]) {
  return cents.map((amount, index) =>
    statementOf(NAMES[index] ?? '', amount * CENT + 7n, amount * CENT),
  );
}

function items(...messages: readonly string[]): BankItem[] {
  return messages.flatMap((text) => readBankReport(text, { timeZone: ZONE }).items);
}

function pay(
  cents: readonly bigint[],
  bankItems: readonly BankItem[],
  more: Partial<Parameters<typeof runPayments>[1]> = {},
): PaymentRun {
  return runPayments(statements(cents), {
    hash: nodeHash,
    parameters: PARAMETERS,
    issuedAtMs: ISSUED_MS,
    bankItems,
    ...more,
  });
}

/** Everything a run comes to, as text. */
function told({ payments, ledger, instructions }: PaymentRun): string {
  return JSON.stringify(
    [
      payments.map(({ member, due, state }) => [member, due, whereabouts(state)]),
      renderLedger(ledger.records),
      instructions,
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
}

function findings({ findings: list }: PaymentRun): string[] {
  return list.map(({ finding, member }) => `${finding} ${member ?? ''}`.trim());
}

function stands(run: PaymentRun, index = 0): string[] {
  return Object.keys(whereabouts(run.payments[index]?.state ?? never()));
}

function never(): never {
  throw new Error('no such payment');
}

function booked(run: PaymentRun, days: number, more: Partial<Booked> = {}, index = 0): Booked {
  const order = run.instructions[index] ?? never();
  return {
    endToEndId: order.endToEndId,
    amountPico: order.amountPico,
    kind: order.direction === 'collect' ? 'in' : 'out',
    date: dateOf(day(days) + 3_600_000),
    reference: `REF-${days}-${index}`,
    ...more,
  };
}

describe('payments with a bank', () => {
  test('are asked for, booked, held until they cannot be returned, and settled', () => {
    const first = pay([250n, -100n, 0n], []);
    expect(
      first.instructions.map(({ member, direction, amountPico }) => [
        member,
        direction,
        amountPico,
      ]),
    ).toEqual([
      ['ana', 'collect', 250n * CENT],
      ['bruno', 'credit', 100n * CENT],
    ]);
    expect(first.ledger.balance('bank', 'EUR')).toEqual({
      debitsPosted: 0n,
      creditsPosted: 0n,
      debitsPending: 250n * CENT,
      creditsPending: 100n * CENT,
    });
    const bank = items(camt('camt.053.001.08', [booked(first, 2), booked(first, 2, {}, 1)]));
    const held = pay([250n, -100n, 0n], bank, { untilMs: day(6) });
    expect(findings(held)).toEqual(['held ana', 'held bruno']);
    expect(held.instructions).toEqual([]);
    expect(held.ledger.net('bank', 'EUR')).toBe(0n);
    const paid = pay([250n, -100n, 0n], bank, { untilMs: day(7) });
    expect(findings(paid)).toEqual(['held ana', 'held bruno', 'confirmed ana', 'confirmed bruno']);
    expect(paid.ledger.net('bank', 'EUR')).toBe(150n * CENT);
    for (const name of ['member:ana', 'member:bruno'])
      expect(paid.ledger.net(name, 'EUR')).toBe(0n);
    expect(paid.ledger.outstanding()).toEqual([]);
    expect(stands(paid)).toEqual(['settled', 'issued']);
    expect(stands(paid, 1)).toEqual(['settled', 'issued']);
    expect(stands(pay([250n, -100n, 0n], bank, { untilMs: day(80) }), 1)).toEqual(['closed']);
  });

  test('count once, whatever messages say it and how often', () => {
    const first = pay([250n], []);
    const one = booked(first, 2);
    const { reference: _reference, ...nameless } = one;
    const bank = items(
      camt('camt.054.001.02', [one]),
      camt('camt.054.001.08', [nameless]),
      camt('camt.053.001.02', [one, { ...one, status: 'PDNG' }]),
      camt('camt.053.001.08', [one]),
    );
    const run = pay([250n], bank, { untilMs: day(20) });
    expect(findings(run).sort()).toEqual([
      'announced ana',
      'confirmed ana',
      'duplicate ana',
      'duplicate ana',
      'duplicate ana',
      'held ana',
    ]);
    expect(run.ledger.net('bank', 'EUR')).toBe(250n * CENT);
  });

  test('rejected are tried again under a new id; the same answer twice fails one attempt only', () => {
    const first = pay([250n], []);
    const [order = never()] = first.instructions;
    const bank = items(
      rejection([order.endToEndId], '2026-07-02T10:00:00+01:00', 'AM04'),
      rejection([order.endToEndId], '2026-07-02T10:00:00.123Z', 'AM04'),
    );
    const again = pay([250n], bank);
    expect(findings(again)).toEqual(['rejected ana', 'duplicate ana']);
    expect(again.findings[0]?.reason).toBe('AM04');
    expect(again.instructions).toHaveLength(1);
    expect(again.instructions[0]?.endToEndId).not.toBe(order.endToEndId);
    expect(again.ledger.pendingState(order.endToEndId)).toBe('voided');
    expect(again.ledger.outstanding().map(({ id }) => id)).toEqual([
      again.instructions[0]?.endToEndId,
    ]);
  });

  test('returned in time fail the attempt; after they counted they are reversed and told', () => {
    const first = pay([250n], []);
    const [order = never()] = first.instructions;
    const back = (days: number): Booked =>
      booked(first, days, { kind: 'out', returned: 'AC04', reference: 'BACK' });
    const early = pay([250n], items(camt('camt.053.001.08', [booked(first, 2), back(5)])), {
      untilMs: day(10),
    });
    expect(findings(early)).toEqual(['held ana', 'returned ana']);
    expect(early.ledger.net('bank', 'EUR')).toBe(0n);
    expect(early.instructions.map(({ endToEndId }) => endToEndId)).not.toContain(order.endToEndId);
    expect(early.instructions).toHaveLength(1);
    const late = pay([250n], items(camt('camt.053.001.08', [booked(first, 2), back(30)])));
    expect(findings(late)).toEqual(['held ana', 'confirmed ana', 'returned-after-payment ana']);
    expect(late.findings.at(-1)).toMatchObject({ needsPerson: true, reason: 'AC04' });
    expect(late.ledger.net('bank', 'EUR')).toBe(0n);
    expect(late.ledger.net('member:ana', 'EUR')).toBe(250n * CENT);
    const reversal = late.ledger.transfer(`${order.endToEndId}/posted/returned`);
    expect(reversal).toMatchObject({ reverses: `${order.endToEndId}/posted` });
  });

  test('in part leave the rest due in the same attempt; too much stands to the member’s credit', () => {
    const first = pay([250n], []);
    const part = booked(first, 1, { amountPico: 100n * CENT, reference: 'A' });
    const bank = items(camt('camt.053.001.08', [part]));
    const half = pay([250n], bank, { untilMs: day(6) });
    expect(half.instructions.map(({ amountPico }) => amountPico)).toEqual([150n * CENT]);
    expect(half.instructions[0]?.endToEndId.endsWith('-0-0-1')).toBe(true);
    const rest = booked(half, 3, { amountPico: 170n * CENT, reference: 'B' });
    const full = pay([250n], [...bank, ...items(camt('camt.054.001.08', [rest]))], {
      untilMs: day(9),
    });
    expect(findings(full)).toEqual([
      'held ana',
      'held ana',
      'confirmed ana',
      'confirmed ana',
      'overpaid ana',
    ]);
    expect(full.ledger.net('bank', 'EUR')).toBe(270n * CENT);
    expect(full.ledger.net('member:ana', 'EUR')).toBe(-20n * CENT);
  });

  test('unanswered expire with the attempt and end as arrears; nothing new is asked for meanwhile', () => {
    const [order = never()] = pay([250n], []).instructions;
    const events: PaymentEvent[] = [
      { atMs: day(1), message: 'instructed', endToEndId: order.endToEndId },
    ];
    const asked = pay([250n], [], { events, untilMs: day(2) });
    expect(asked.instructions).toEqual([]);
    expect(findings(asked)).toEqual([]);
    const second = pay([250n], [], { events, untilMs: day(15) });
    expect(second.ledger.pendingState(order.endToEndId)).toBe('expired');
    expect(second.instructions).toEqual([]);
    expect(findings(second)).toEqual(['unanswered ana']);
    const recalled: PaymentEvent = {
      atMs: day(15),
      message: 'recalled',
      endToEndId: order.endToEndId,
    };
    const retried = pay([250n], [], { events: [...events, recalled] });
    expect(retried.instructions.map(({ endToEndId }) => endToEndId.slice(-6))).toEqual(['-0-1-0']);
    const arrears = pay([250n], [], { events, untilMs: day(60) });
    expect(arrears.ledger.net('deferral', 'EUR')).toBe(250n * CENT);
    expect(arrears.ledger.net('member:ana', 'EUR')).toBe(0n);
    expect(arrears.ledger.outstanding()).toEqual([]);
    const expired = arrears.ledger.records.filter(({ kind }) => kind === 'expired');
    expect(expired.map(({ atMs }) => (atMs - ISSUED_MS) / DAY_MS)).toEqual([14, 28, 42]);
  });

  test('that nobody makes are covered by the fund as far as it goes, the rest deferred by name', () => {
    const fundPico = { ana: 100n * CENT, bruno: 30n * CENT };
    const run = pay([250n, -80n], [], { fundPico, untilMs: day(60) });
    const net = (account: string): bigint => run.ledger.net(account, 'EUR') / CENT;
    // Ana owes the fund what it paid for her; the community owes it what it paid to Bruno.
    expect([net('arrears:ana'), net('fund'), net('bank')]).toEqual([100n, -130n, 100n]);
    expect([net('deferral'), net('member:ana'), net('member:bruno')]).toEqual([100n, 0n, 0n]);
    expect(stands(run)).toContain('issued');
  });

  test('refuse an event about somebody without a statement; orders of other runs are not theirs', () => {
    const event = { atMs: day(1), member: 'zoe', message: 'dispute', reason: 'x' } as const;
    expect(() => pay([250n], [], { events: [event] })).toThrow('member "zoe" has no statement');
    const other: PaymentEvent = { atMs: day(1), message: 'instructed', endToEndId: 'rent' };
    expect(pay([250n], [], { events: [other] }).instructions).toHaveLength(1);
  });

  test('of others are told and move nothing', () => {
    const first = pay([250n], []);
    const [order = never()] = first.instructions;
    const stranger = `${'0'.repeat(20)}-0-0-0`;
    const bank = items(
      camt('camt.053.001.08', [
        booked(first, 1, { endToEndId: 'NOTPROVIDED' }),
        booked(first, 1, { endToEndId: stranger }),
        booked(first, 1, { endToEndId: 'rent' }),
        booked(first, 1, { currency: 'USD' }),
        booked(first, 1, { status: 'PDNG' }),
      ]),
      rejection([order.endToEndId.replace('-0-0-0', '-0-1-0')], '2026-07-03T00:00:00Z'),
    );
    const run = pay([250n], bank);
    expect(findings(run).sort()).toEqual([
      'announced ana',
      'late ana',
      'other-currency ana',
      'unknown-reference',
      'unknown-reference',
      'without-reference',
    ]);
    expect(run.ledger.net('bank', 'EUR')).toBe(0n);
    expect(run.payments[0]?.due).toBe(250n * CENT);
  });

  test('survive a bank that books, rejects, returns, repeats and stays silent, for everybody', () => {
    const seen: Record<string, number> = {};
    const answers = fc.constantFrom(
      'booked',
      'booked',
      'part',
      'rejected',
      'returned',
      'silent',
      'recalled',
    );
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -5_000n, max: 5_000n }), { minLength: 1, maxLength: 5 }),
        fc.array(answers, { minLength: 25, maxLength: 25 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        (cents, replies, order) => {
          const events: PaymentEvent[] = [];
          const bank: BankItem[] = [];
          const asked = new Map<string, bigint>();
          const parties = partiesOf(NAMES);
          for (let round = 0; round < 4; round++) {
            const now = day(round * 8 + 1);
            const run = pay(cents, bank, { events, untilMs: now });
            const options = { hash: nodeHash, createdAtMs: now, requestedDate: dateOf(now) };
            const files = paymentFiles(run.instructions, parties, options);
            for (const { text } of files) expect(paymentFileFaults(text)).toEqual([]);
            expect(files.flatMap(({ endToEndIds }) => endToEndIds)).toHaveLength(
              run.instructions.length,
            );
            for (const [index, { endToEndId, amountPico }] of run.instructions.entries()) {
              expect(amountPico > 0n).toBe(true);
              expect(asked.has(endToEndId)).toBe(false);
              asked.set(endToEndId, amountPico);
              events.push({ atMs: now, message: 'instructed', endToEndId });
              const reply = replies[round * 5 + index] ?? 'silent';
              seen[reply] = (seen[reply] ?? 0) + 1;
              const at = round * 8 + 2;
              const half = amountPico / 2n - ((amountPico / 2n) % CENT);
              const amount = reply === 'part' && half > 0n ? half : amountPico;
              const reference = `${round}.${index}`;
              const book = booked(run, at, { amountPico: amount, reference }, index);
              const kind = book.kind === 'in' ? 'out' : 'in';
              const back = { ...book, kind, reference: `${reference}b`, returned: 'MD06' } as const;
              if (reply === 'rejected') {
                bank.push(...items(rejection([endToEndId], new Date(day(at)).toISOString())));
              } else if (reply === 'recalled') {
                events.push({ atMs: now, message: 'recalled', endToEndId });
              } else if (reply !== 'silent') {
                bank.push(...items(camt('camt.053.001.08', [book])));
                if (reply === 'returned') {
                  const days = order[index] ?? 0;
                  const later = { ...back, date: dateOf(day(at + (days % 12)) + 3_600_000) };
                  bank.push(...items(camt('camt.054.001.02', [later])));
                }
              }
            }
          }
          const untilMs = day(120);
          const end = pay(cents, bank, { events, untilMs });
          // Repeated and in another order, the bank says the same.
          const shuffled = [
            ...bank,
            ...bank.filter((_, index) => (order[index % 40] ?? 0) % 2 === 0),
          ]
            .map((item, index) => ({ item, key: order[(index * 7) % 40] ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
          expect(told(pay(cents, shuffled, { events, untilMs }))).toBe(told(end));
          expectConserved(end, cents);
          expect(renderLedger(Ledger.replay(end.ledger.records).records)).toBe(
            renderLedger(end.ledger.records),
          );
        },
      ),
      { numRuns: 20 * scale },
    );
    for (const reply of ['booked', 'rejected', 'returned', 'silent']) {
      expect(seen[reply]).toBeGreaterThan(4);
    }
  });

  function expectConserved(
    { payments, ledger, findings: list }: PaymentRun,
    cents: readonly bigint[],
  ): void {
    const sums = ledger.balances().filter(({ commodity }) => commodity === 'EUR');
    expect(sums.reduce((sum, { account }) => sum + ledger.net(account, 'EUR'), 0n)).toBe(0n);
    // The bank has what was confirmed less what came back, and nothing was counted twice.
    const counted = new Map<string, bigint>();
    for (const { finding, member = '', amountPico = 0n } of list) {
      const sign = (cents[NAMES.indexOf(member)] ?? 0n) < 0n ? -1n : 1n;
      const moved = finding === 'confirmed' ? 1n : finding === 'returned-after-payment' ? -1n : 0n;
      counted.set(member, (counted.get(member) ?? 0n) + moved * sign * amountPico);
    }
    const atBank = [...counted.values()].reduce((sum, amount) => sum + amount, 0n);
    expect(ledger.net('bank', 'EUR')).toBe(atBank);
    for (const [index, { member, amountPico, due, direction }] of payments.entries()) {
      expect(due >= 0n && due <= amountPico).toBe(true);
      // Owed less paid less deferred is what stands on the member's account.
      const deferral = ledger.records.reduce((sum, record) => {
        if (record.kind !== 'transfer' || record.transfer.phase !== 'posted') return sum;
        const { debit, credit, amount } = record.transfer;
        const own = `member:${member}`;
        if (debit === 'deferral' && credit === own) return sum + amount;
        return credit === 'deferral' && debit === own ? sum - amount : sum;
      }, 0n);
      const owed = (cents[index] ?? 0n) * CENT - (counted.get(member) ?? 0n) - deferral;
      expect(ledger.net(`member:${member}`, 'EUR')).toBe(owed);
      expect(direction).toBe((cents[index] ?? 0n) < 0n ? 'credit' : 'collect');
    }
  }
});

describe('messages of a bank', () => {
  test('are refused by name and line when they are none, about another account, or lack something', () => {
    const first = pay([250n], []);
    const right = camt('camt.053.001.08', [booked(first, 1)]);
    const read = (text: string, iban?: string) => () =>
      readBankReport(text, { timeZone: ZONE, source: 'july.xml', ...(iban && { iban }) });
    expect(read(right)).not.toThrow();
    expect(read(right, 'DE89370400440532013000')).toThrow('july.xml, line');
    expect(read('{}')).toThrow('july.xml, line 1');
    expect(read(right.replaceAll('camt.053.001.08', 'camt.099.001.01'))).toThrow(
      'expected camt.052',
    );
    expect(read(right.replace(/<CdtDbtInd>CRDT/g, '<CdtDbtInd>BOTH'))).toThrow('CdtDbtInd');
    expect(read(right.replace(/<Dt>[^<]*/, '<Dt>2026-02-30'))).toThrow('booking date');
    expect(read(right.replace(/">2.50</g, '">2,50<'))).toThrow('amount');
    expect(read(right.replace(/">2.50</g, '">-2.50<'))).toThrow('amount');
    expect(read(`<!DOCTYPE x []>${right.slice(21)}`)).toThrow('document type');
  });

  test('warn when opening balance and entries do not make the closing balance', () => {
    const first = pay([250n], []);
    const balance = (code: string, amount: string): string =>
      `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
    const text = (closing: string): string =>
      camt(
        'camt.053.001.08',
        [booked(first, 1)],
        balance('OPBD', '10.00') + balance('CLBD', closing),
      );
    const warnings = (xml: string) => readBankReport(xml, { timeZone: ZONE }).warnings;
    expect(warnings(text('12.50'))).toEqual([]);
    expect(warnings(text('15.00'))).toEqual([expect.stringContaining('closing balance')]);
  });

  test('are matched by an id that the payer quotes where its bank passes none on', () => {
    const first = pay([250n], []);
    const order = booked(first, 1);
    const text = camt('camt.053.001.08', [{ ...order, endToEndId: 'NOTPROVIDED' }]).replace(
      '</Refs>',
      `</Refs><RmtInf><Ustrd>my energy,</Ustrd><Ustrd>ref ${order.endToEndId}.</Ustrd></RmtInf>`,
    );
    expect(items(text).map(({ endToEndId }) => endToEndId)).toEqual([order.endToEndId]);
    expect(findings(pay([250n], items(text), { untilMs: day(9) }))).toContain('confirmed ana');
  });

  test('name days by the community’s zone and instants by their offset', () => {
    const first = pay([250n], []);
    const text = camt('camt.053.001.08', [booked(first, 1)]);
    const at = (date: string) =>
      readBankReport(text.replace(/<Dt>[^<]*<\/Dt>/, date), { timeZone: ZONE }).items[0]?.atMs;
    expect(at('<Dt>2026-07-02</Dt>')).toBe(Date.UTC(2026, 6, 1, 23));
    expect(at('<DtTm>2026-07-02T10:00:00</DtTm>')).toBe(Date.UTC(2026, 6, 1, 23));
    expect(at('<DtTm>2026-07-02T10:00:00.5Z</DtTm>')).toBe(Date.UTC(2026, 6, 2, 10));
    expect(at('<DtTm>2026-07-02T10:00:00+02:00</DtTm>')).toBe(Date.UTC(2026, 6, 2, 8));
    expect(at('<DtTm>2026-07-02T10:00:00-03:30</DtTm>')).toBe(Date.UTC(2026, 6, 2, 13, 30));
  });
});
