import { mkdirSync, writeFileSync } from 'node:fs';
import { main } from './cli.js';
import { payments, type PaymentInput } from './payments.js';
import { run } from './run.js';
import { COMMUNITY, readingsText, scratch } from './scratch.test-data.js';

const space = scratch();
const out = space.path('out');

beforeAll(async () => {
  mkdirSync(space.path('in'));
  await run({
    community: space.write('in/community.yaml', COMMUNITY),
    readings: space.write('in/readings.csv', readingsText(Date.parse('2026-06-20T23:00:00Z'), 24)),
    from: '2026-06-21',
    to: '2026-06-22',
    out,
  });
});

afterAll(space.remove);

/** Everybody pays and is credited in full. */
function paidInputs(): PaymentInput[] {
  const owed = payments(out, { inputs: [] });
  return owed.flatMap(({ member, amount }) => [
    { at: '2026-06-25T10:00:00Z', member, message: 'payment', amount },
    { at: '2026-06-25T10:00:00Z', member, message: 'creditConfirmation', amount },
  ]);
}

async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') =>
    ({ write: (text: string) => void (written[name] += text) }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { stdout: stream('out'), stderr: stream('err') });
  return { code, ...written };
}

describe('payments of a run', () => {
  test('wait for each statement at first, a credit to the member being the community’s to pay', () => {
    const states = payments(out, { inputs: [] });
    expect(states.map(({ member }) => member)).toEqual(['ana', 'rui', 'sol']);
    for (const { stands, amount, paid } of states) {
      expect(stands).toContain('awaitingPayment.0.0');
      expect(Number(amount)).toBeGreaterThan(0);
      expect(paid).toBe('0.00');
    }
    const sol = states.find(({ member }) => member === 'sol');
    expect([sol?.payer, sol?.payee].sort()).toEqual(['community:alfama', 'member:sol']);
  });

  test('paid and credited they are settled, and closed when the window is over', () => {
    const inputs = paidInputs();
    for (const { stands } of payments(out, { inputs }))
      expect(stands).toEqual(['settled.0', 'issued.0']);
    const closed = payments(out, { inputs, until: '2026-09-01T00:00:00Z' });
    for (const { stands, amount, paid, credited } of closed) {
      expect(stands).toEqual(['closed']);
      expect([paid, credited]).toEqual([amount, amount]);
    }
    // The same inputs, the same markings.
    expect(payments(out, { inputs, until: '2026-09-01T00:00:00Z' })).toEqual(closed);
  });

  test('unpaid they are tried again and end as arrears; a dispute keeps a case open', () => {
    const [first] = payments(out, { inputs: [], until: '2026-09-01T00:00:00Z' });
    expect(first?.deferred).toBe(first?.amount);
    const dispute: PaymentInput = {
      at: '2026-06-26T00:00:00Z',
      member: 'ana',
      message: 'dispute',
      reason: 'meter',
    };
    const states = payments(out, {
      inputs: [...paidInputs(), dispute],
      until: '2026-12-01T00:00:00Z',
    });
    expect(states.map(({ stands }) => stands[0])).toEqual(['settled.0', 'closed', 'closed']);
  });

  test('are a command of microgrid-settle, which names the faulty line', async () => {
    const file = space.path('inputs.ndjson');
    writeFileSync(
      file,
      paidInputs()
        .map((input) => `${JSON.stringify(input)}\n`)
        .join(''),
    );
    const done = await command('payments', out, '--inputs', file);
    expect(done.code).toBe(0);
    expect(done.out.trim().split('\n')).toHaveLength(3);
    writeFileSync(file, '{"at":"2026-06-25T10:00:00Z","member":"zoe","message":"payment"}\n');
    const unknown = await command('payments', out, '--inputs', file);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('payment input 1: got member "zoe"'),
    ]);
    writeFileSync(file, 'nothing\n');
    expect((await command('payments', out, '--inputs', file)).err).toContain('line 1: no JSON');
  });

  test.each([
    [{ at: 'soon', member: 'ana', message: 'dispute' }, 'expected an instant'],
    [{ at: '2026-01-01T00:00:00Z', member: 'ana', message: 'dispute' }, 'expected an instant from'],
    [{ at: '2026-07-01T00:00:00Z', member: 'ana', message: 'payment', amount: '-1' }, 'amount'],
    [{ at: '2026-07-01T00:00:00Z', member: 'ana', message: 'payment' }, 'amount'],
  ] as const)('refuse %j', (input, message) => {
    expect(() => payments(out, { inputs: [input] })).toThrow(message);
  });
});
