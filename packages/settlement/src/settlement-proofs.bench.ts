import { generalisedSoundness } from '@microgrid/petri/analysis';
import { casesSharing } from './cases-sharing.js';
import { proveSettlement, type SettlementProof } from './settlement-proofs.js';
import { settlementParameters } from './settlement-parameters.js';
import { unitNet } from './unit-net.js';

function print(value: object): void {
  process.stdout.write(`${JSON.stringify({ bench: 'settlement-proofs', ...value })}\n`);
}

function timed<Result>(work: () => Result): { readonly result: Result; readonly seconds: number } {
  const begin = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(begin);
  return { result, seconds: (user + system) / 1e6 };
}

function shown({ properties, ...figures }: SettlementProof): object {
  return {
    ...figures,
    properties: properties.length,
    failed: properties
      .filter(({ verdict }) => verdict.verdict !== 'true')
      .map(({ name, verdict }) => ({ name, verdict: verdict.verdict, ...verdict.witness })),
  };
}

const SMALL = {
  parameters: settlementParameters({ corrections: 1, retries: 1, disputes: 1 }),
  amounts: { imports: [2], exports: [3], payerCash: 1, fund: 1 },
};
const LARGER = {
  parameters: settlementParameters({ corrections: 2, retries: 2, disputes: 1 }),
  amounts: { imports: [3], exports: [4], payerCash: 2, fund: 1 },
};

for (const [label, { parameters, amounts }] of Object.entries({
  'R1 A1 D1': SMALL,
  'R2 A2 D1': LARGER,
})) {
  const skeleton = unitNet(parameters, amounts, { values: false });
  const { result: cases, seconds: skeletonSeconds } = timed(() =>
    generalisedSoundness(skeleton.ptNet, { input: 'start', output: 'closed', cases: 1 }),
  );
  print({
    net: 'skeleton',
    case: label,
    places: skeleton.ptNet.places.length,
    transitions: skeleton.ptNet.transitions.length,
    states: cases.byCases[0]?.states,
    sound: cases.sound.verdict,
    seconds: skeletonSeconds,
  });
  for (const scope of ['whole', 'energy', 'payment'] as const) {
    const { result, seconds } = timed(() => proveSettlement(parameters, amounts, { scope }));
    print({ net: scope, case: label, ...shown(result), seconds });
  }
}

const netted = { ...SMALL.parameters, netting: 'interval' } as const;
print({
  net: 'whole',
  case: 'R1 A1 D1, netting',
  ...shown(proveSettlement(netted, SMALL.amounts)),
});

const control = proveSettlement(
  { ...SMALL.parameters, deferral: false },
  { ...SMALL.amounts, fund: 0 },
);
print({ net: 'whole', case: 'R1 A1 D1, no deferral, empty fund', ...shown(control) });

const skeleton = unitNet(SMALL.parameters, SMALL.amounts, { values: false });
for (const cases of [2, 3]) {
  const { result, seconds } = timed(() =>
    generalisedSoundness(skeleton.ptNet, {
      input: 'start',
      output: 'closed',
      cases,
      maxStates: 2_000_000,
    }),
  );
  const last = result.byCases.at(-1);
  print({
    net: 'skeleton',
    case: `R1 A1 D1, ${cases} cases in one net`,
    sound: result.sound.verdict,
    reason: result.sound.reason,
    states: last?.states,
    witness: result.sound.witness,
    seconds,
  });
}

const sharing = [
  { label: 'R1 A1 D1, 2 cases', cases: 2, parameters: SMALL.parameters },
  {
    label: 'R0 A0 D0, 3 cases',
    cases: 3,
    parameters: settlementParameters({ corrections: 0, retries: 0, disputes: 0 }),
  },
  {
    label: 'R1 A0 D1, 3 cases',
    cases: 3,
    parameters: settlementParameters({ corrections: 1, retries: 0, disputes: 1 }),
  },
];
for (const { label, cases, parameters } of sharing) {
  const amounts = { imports: [1], exports: [1], payerCash: 1, fund: 1 };
  const payment = unitNet(parameters, amounts, { scope: 'payment' });
  const { result, seconds } = timed(() =>
    casesSharing(payment, cases, ['fund'], { maxStates: 4_000_000 }),
  );
  print({
    net: 'payment',
    case: `${label} sharing the fund`,
    sound: result.sound.verdict,
    reason: result.sound.reason,
    failed: [result.optionToComplete, result.properCompletion, result.noDeadTransition]
      .filter(({ verdict }) => verdict === 'false')
      .map(({ witness }) => witness),
    states: result.states,
    seconds,
  });
}
