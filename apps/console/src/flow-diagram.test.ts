import { flowNodes, flowSentence } from './flow-diagram.js';
import { headline, overdueDecisionMs } from './headline.js';
import { sampleState } from './sample-site.js';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');
const base = sampleState('2026-06-21T11:42:10Z');
const state = (flows: (typeof base)['flows'], devices: (typeof base)['devices'] = []) => ({
  ...base,
  flows,
  devices,
});
const at = (watts: number) => ({
  gridWatts: watts,
  pvWatts: watts,
  batteryWatts: watts,
  houseWatts: watts,
});

describe('flowNodes', () => {
  test('power goes to the busbar from sources and away from it to users', () => {
    const directions = (watts: number) =>
      flowNodes(state(at(watts))).map((node) => [node.element, node.direction]);
    expect(directions(900)).toEqual([
      ['grid', 'in'],
      ['pv', 'in'],
      ['battery', 'out'],
      ['house', 'out'],
    ]);
    expect(directions(-900)).toEqual([
      ['grid', 'out'],
      ['pv', 'out'],
      ['battery', 'in'],
      ['house', 'in'],
    ]);
    expect(flowNodes(state(at(2))).every((node) => node.direction === 'rest')).toBe(true);
  });

  test('a device without a value stays in the picture as a dash', () => {
    const nodes = flowNodes(state({}, base.devices));
    expect(nodes.map((node) => node.element)).toEqual([
      'grid',
      'pv',
      'battery',
      'house',
      'charger',
      'loads',
    ]);
    expect(new Set(nodes.map((node) => `${node.power} ${node.direction}`))).toEqual(
      new Set(['– unknown']),
    );
    expect(flowNodes(state({})).map((node) => node.element)).toEqual(['grid', 'house']);
  });

  test('the sentence says in words what the picture shows', () => {
    const nodes = flowNodes(
      state({ gridWatts: -1200, batteryWatts: 0, stateOfChargePercent: 81.2, houseWatts: 300 }),
    );
    expect(plain(flowSentence(nodes))).toBe(
      'Grid: exporting 1.20 kW; Battery: resting, 81 % charged; House: using 300 W.',
    );
  });
});

describe('headline', () => {
  test.each([
    [{ gridWatts: 1200 }, 'Importing 1.20 kW from the grid.'],
    [{ gridWatts: 1200, pvWatts: 400 }, 'Importing 1.20 kW from the grid beside the sun.'],
    [
      { gridWatts: 20, pvWatts: 400, batteryWatts: -300 },
      'Importing 20 W from the grid beside the sun and the battery.',
    ],
    [{ gridWatts: -700 }, 'Exporting 700 W to the grid.'],
    [{ gridWatts: 4 }, 'Nothing flows to or from the grid.'],
    [{ gridWatts: 4, pvWatts: 900 }, 'The sun covers the site.'],
    [{ gridWatts: -4, batteryWatts: -300 }, 'The battery covers the site.'],
    [{ gridWatts: 0, pvWatts: 90, batteryWatts: -300 }, 'The sun and the battery cover the site.'],
    [{}, 'The grid meter gives no reading.'],
  ])('%j: %s', (flows, text) => {
    expect(plain(headline(state(flows)))).toBe(text);
  });

  test('decisions that stopped are noticed although the connection lives', () => {
    const decided = (decidedAt: string) => {
      const { decision } = base;
      if (decision === undefined) throw new Error('the sample has a decision');
      return { ...base, decision: { ...decision, at: decidedAt } };
    };
    expect(overdueDecisionMs(decided('2026-06-21T11:41:40Z'))).toBeUndefined();
    expect(overdueDecisionMs(decided('2026-06-21T11:41:39Z'))).toBe(31_000);
    // A demo that ticks every 10 simulated seconds is slower by its own clock.
    expect(
      overdueDecisionMs({ ...decided('2026-06-21T11:41:39Z'), tickMs: 10_000 }),
    ).toBeUndefined();
    const { decision: _, ...undecided } = base;
    expect(overdueDecisionMs(undecided)).toBeUndefined();
  });
});
