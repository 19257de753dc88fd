import { nodeHash } from '@microgrid/journal/node';
import { settlementParameters } from '@microgrid/settlement';
import { Ledger } from './ledger/ledger.js';
import { readLedger, renderLedger } from './ledger/ledger-text.js';
import type { PostedTransfer } from './ledger/transfer.js';
import { camt, statementOf } from './payments/bank.test-data.js';
import { readBankReport } from './payments/bank-report.js';
import { runPayments } from './payments/payment-run.js';

const TRANSFERS = 100_000;
const MEMBERS = 1_000;
const CENT = 10_000_000_000n;
const ISSUED_MS = Date.UTC(2026, 5, 30, 23);

function print(value: object): void {
  process.stdout.write(`${JSON.stringify({ bench: 'ledger-payments', ...value })}\n`);
}

/** CPU time, so that a loaded machine measures the same. */
function timed<Result>(work: () => Result): { readonly result: Result; readonly seconds: number } {
  const begin = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(begin);
  return { result, seconds: (user + system) / 1e6 };
}

function transfers(): PostedTransfer[][] {
  return Array.from({ length: TRANSFERS / 4 }, (_, chain) =>
    Array.from({ length: 4 }, (_unused, index) => ({
      id: `${chain}#${index}`,
      phase: 'posted',
      debit: `member:${chain % MEMBERS}`,
      credit: index === 0 ? 'grid' : 'supplier',
      commodity: index === 0 ? 'kWh' : 'EUR',
      amount: BigInt(chain + 1) * 1_234_567n,
      linked: index < 3,
    })),
  );
}

const chains = transfers();
const posted = timed(() => {
  const ledger = new Ledger();
  for (const id of ['grid', 'supplier']) ledger.open({ id }, 0);
  for (let member = 0; member < MEMBERS; member++) ledger.open({ id: `member:${member}` }, 0);
  for (const chain of chains) ledger.mustPost(chain, 1);
  return ledger;
});
const text = renderLedger(posted.result.records);
const replayed = timed(() => readLedger(text));
print({
  what: `${TRANSFERS} transfers in linked chains of four`,
  transfersPerSecond: Math.round(TRANSFERS / posted.seconds),
  replayedFromTextPerSecond: Math.round(TRANSFERS / replayed.seconds),
});

const statements = Array.from({ length: MEMBERS }, (_, index) =>
  statementOf(`m${index}`, BigInt(index + 1) * CENT + 3n, BigInt(index + 1) * CENT),
);
const options = { hash: nodeHash, parameters: settlementParameters({}), issuedAtMs: ISSUED_MS };
const asked = runPayments(statements, options).instructions;
const bank = camt(
  'camt.053.001.08',
  asked.map((one, index) => ({
    ...one,
    kind: 'in' as const,
    date: '2026-07-02',
    reference: `r${index}`,
  })),
);
const read = timed(() => readBankReport(bank, { timeZone: 'Europe/Lisbon' }).items);
const paid = timed(() =>
  runPayments(statements, {
    ...options,
    bankItems: read.result,
    untilMs: ISSUED_MS + 90 * 86_400_000,
  }),
);
print({
  what: `${MEMBERS} statements, each collected, booked and settled`,
  confirmed: paid.result.findings.filter(({ finding }) => finding === 'confirmed').length,
  readCamtSeconds: read.seconds,
  paymentRunSeconds: paid.seconds,
});
