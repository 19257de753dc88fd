import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse, ptNetOf } from '@microgrid/petri/analysis';
import { parsePnml, placeTransitionNet } from '@microgrid/petri/pnml';
import { toSvg } from '@microgrid/petri/view';
import { foldedNet } from './folded-net.js';
import { settlementPnml } from './settlement-pnml.js';
import { settlementParameters } from './settlement-parameters.js';
import { unitNet } from './unit-net.js';

const DOCS = join(__dirname, '../../../docs');
const SMALL = settlementParameters({ corrections: 1, retries: 1, disputes: 1 });
const AMOUNTS = { imports: [2], exports: [3], payerCash: 1, fund: 1 };

describe('docs/settlement-net.md', () => {
  test.each(['energy', 'payment'] as const)('shows the %s case as it is declared', (own) => {
    const svg = toSvg(foldedNet(own), { direction: 'down', tokens: { start: 1 } });
    const path = join(DOCS, `settlement-net-${own}.svg`);
    if (process.env['MICROGRID_UPDATE_DOCS'] === '1') writeFileSync(path, svg);
    // Not current: MICROGRID_UPDATE_DOCS=1 npx jest src/settlement-pictures.test.ts
    expect(readFileSync(path, 'utf8')).toBe(svg);
  });
});

describe('settlementPnml', () => {
  test.each(['whole', 'energy', 'payment'] as const)(
    'read again, the %s net has the same states',
    (scope) => {
      const [document] = parsePnml(settlementPnml(SMALL, AMOUNTS, { scope })).nets;
      if (document === undefined) throw new Error('no net');
      const read = placeTransitionNet(document);
      const states = (net: Parameters<typeof analyse>[0]): number =>
        analyse(net, { structure: false }).stateSpace.states;
      const { ptNet } = unitNet(SMALL, AMOUNTS, { scope });
      expect(states(ptNetOf(read.structure, read.initial))).toBe(states(ptNet));
    },
  );
});
