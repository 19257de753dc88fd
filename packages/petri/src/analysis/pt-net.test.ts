import { analyse, arcCount, createPtNet, ptNetOf, query } from '../analysis.js';
import { bind, createMarking, deposit, net, token } from '../index.js';

const structure = net('till')
  .place('closed')
  .place('open')
  .place('key')
  .transition('unlock', { in: { closed: 1 }, read: { key: 1 }, out: { open: 1 } })
  .transition('lock', { in: { open: 1 }, inhibit: { key: 2 }, out: { closed: 1 } })
  .build();

test('a declared net becomes the net to analyse, with counts or with a marking of the executor', () => {
  const counted = ptNetOf(structure, { closed: 1, key: 1 });
  const bound = bind(structure, {});
  const marking = deposit(bound, createMarking(bound, { closed: 1 }), {
    place: 'key',
    token: null,
  });
  expect(ptNetOf(structure, marking)).toEqual(counted);
  expect(arcCount(counted)).toBe(6);
  expect(counted.initial).toEqual([1, 0, 1]);
  expect(analyse(counted)).toMatchObject({
    live: { verdict: 'true' },
    reversible: { verdict: 'true' },
    oneSafe: { verdict: 'true' },
    stableMarking: { verdict: 'true', witness: { places: ['key'] } },
    deadlock: { verdict: 'false' },
  });
  expect(query(ptNetOf(structure, { closed: 1, key: 2 }), 'EF deadlock').witness?.firings).toEqual([
    'unlock',
  ]);
});

test('data tokens are refused by name unless only their number is asked for', () => {
  const priced = net('shop')
    .place('cart', token<{ price: number }>())
    .place('paid')
    .transition('pay', { in: { cart: 1 }, out: { paid: 1 } })
    .build();
  expect(() => ptNetOf(priced, { cart: 1 })).toThrow(/place 'cart' holds data tokens/);
  const counted = ptNetOf(priced, { cart: 2 }, { dataTokens: 'count' });
  expect(query(counted, 'AG cart + paid == 2').verdict).toBe('true');
});

test('a count for a place the net does not have is an error', () => {
  expect(() => ptNetOf(structure, { drawer: 1 })).toThrow("net 'till' has no place 'drawer'");
});

const place = { name: 'a' };

test.each([
  [{ places: [place, place], transitions: [] }, /place 'a' is declared twice/],
  [{ places: [place], transitions: [{ name: 't' }, { name: 't' }] }, /'t' is declared twice/],
  [
    { places: [place], transitions: [{ name: 't', inputs: [{ place: 'b' }] }] },
    /transition 't', input arc 'b': no such place/,
  ],
  [
    { places: [place], transitions: [{ name: 't', outputs: [{ place: 'a', weight: 0 }] }] },
    /output arc 'a': weight is 0, expected an integer from 1/,
  ],
  [
    { places: [place], transitions: [{ name: 't', resets: ['a', 'a'] }] },
    /reset arc 'a': drawn twice/,
  ],
  [{ places: [{ name: 'a', tokens: -1 }], transitions: [] }, /place 'a' is -1, expected/],
])('a contradiction is named: %#', (declaration, message) => {
  expect(() => createPtNet({ name: 'broken', ...declaration })).toThrow(message);
});

test('an unbounded net: what coverability proves is known, what it cannot is not', () => {
  const growing = createPtNet({
    name: 'growing',
    places: [{ name: 'seed', tokens: 1 }, { name: 'heap' }, { name: 'never' }],
    transitions: [
      {
        name: 'grow',
        inputs: [{ place: 'seed' }],
        outputs: [{ place: 'seed' }, { place: 'heap' }],
      },
      { name: 'dream', inputs: [{ place: 'never' }] },
    ],
  });
  const analysis = analyse(growing);
  expect(analysis.bounded).toMatchObject({
    verdict: 'false',
    method: 'coverability',
    witness: { pump: ['grow'], places: ['heap'] },
  });
  expect(analysis.quasiLive).toMatchObject({
    verdict: 'false',
    witness: { transitions: ['dream'] },
  });
  expect(analysis.live.verdict).toBe('false');
  expect(analysis.deadlock.verdict).toBe('false');
  expect(analysis.oneSafe.verdict).toBe('false');
  expect(analysis.upperBounds).toMatchObject([
    { place: 'seed', atLeast: 1, atMost: 1 },
    { place: 'heap', atLeast: Infinity },
    { place: 'never', atMost: 0 },
  ]);
});

test('a net without transitions, and one without places, have answers', () => {
  const still = analyse(
    createPtNet({ name: 'still', places: [{ name: 'a', tokens: 1 }], transitions: [] }),
  );
  expect(still.deadlock.verdict).toBe('true');
  expect(still.reversible.verdict).toBe('true');
  expect(still.stateSpace.states).toBe(1);
  const spinning = analyse(createPtNet({ name: 'spin', places: [], transitions: [{ name: 't' }] }));
  expect(spinning).toMatchObject({
    deadlock: { verdict: 'false' },
    live: { verdict: 'true' },
    bounded: { verdict: 'true' },
  });
});
