import {
  createPtNet,
  generalisedSoundness,
  soundness,
  type PtNet,
  type PtNetDeclaration,
} from '../analysis.js';
import { replayInExecutor } from './replay-witness.test-data.js';
import { withInitial } from './pt-net.js';

type Steps = Readonly<Record<string, readonly [inputs: string, outputs: string]>>;

/** `{ pay: ['cart', 'paid bill'] }`: places by name, one token each. */
function workflow(steps: Steps, resources: Readonly<Record<string, number>> = {}): PtNet {
  const split = (text: string): { place: string }[] =>
    text === '' ? [] : text.split(' ').map((place) => ({ place }));
  const transitions: PtNetDeclaration['transitions'] = Object.entries(steps).map(
    ([name, [inputs, outputs]]) => ({ name, inputs: split(inputs), outputs: split(outputs) }),
  );
  const names = new Set(
    transitions.flatMap((t) => [...(t.inputs ?? []), ...(t.outputs ?? [])]).map((arc) => arc.place),
  );
  return createPtNet({
    name: 'workflow',
    places: [...names].map((name) => ({ name, tokens: resources[name] ?? 0 })),
    transitions,
  });
}

const ends = { input: 'i', output: 'o' };

test('a split that is joined is sound', () => {
  const net = workflow({
    split: ['i', 'a b'],
    left: ['a', 'c'],
    right: ['b', 'd'],
    join: ['c d', 'o'],
  });
  expect(soundness(net, ends)).toMatchObject({
    sound: { verdict: 'true' },
    optionToComplete: { verdict: 'true' },
    properCompletion: { verdict: 'true' },
    noDeadTransition: { verdict: 'true' },
    states: 6,
  });
});

test('a choice before a join cannot complete, and the witness runs into it', () => {
  const net = workflow({ left: ['i', 'a'], right: ['i', 'b'], join: ['a b', 'o'] });
  const { sound, optionToComplete, noDeadTransition } = soundness(net, ends);
  expect(sound.verdict).toBe('false');
  expect(noDeadTransition.witness?.transitions).toEqual(['join']);
  const start = withInitial(
    net,
    net.places.map((place) => Number(place === 'i')),
  );
  expect(replayInExecutor(start, optionToComplete.witness?.firings ?? []).enabled).toEqual([]);
});

test('a split before a choice completes improperly', () => {
  const net = workflow({ split: ['i', 'a b'], left: ['a', 'o'], right: ['b', 'o'] });
  const { properCompletion, sound } = soundness(net, ends);
  expect(sound.verdict).toBe('false');
  expect(properCompletion.witness?.firings).toHaveLength(2);
});

test('a workflow that leaves more and more behind is unbounded and not sound', () => {
  const net = workflow({ begin: ['i', 'a'], again: ['a', 'a rest'], end: ['a', 'o'] });
  expect(soundness(net, ends).sound).toMatchObject({ verdict: 'false', method: 'coverability' });
});

test('a dead transition makes a net unsound', () => {
  const net = workflow({ go: ['i', 'o'], never: ['o nothing', 'o'] });
  expect(soundness(net, ends).noDeadTransition).toMatchObject({
    verdict: 'false',
    witness: { transitions: ['never'] },
  });
});

test('two cases can block each other where one cannot', () => {
  // Each case takes two shared tools one after the other, in any order.
  const net = workflow(
    {
      first: ['i fork', 'a'],
      other: ['i knife', 'b'],
      both: ['a knife', 'c'],
      also: ['b fork', 'c'],
      done: ['c', 'o fork knife'],
    },
    { fork: 1, knife: 1 },
  );
  const options = { ...ends, leftover: ['fork', 'knife'] };
  expect(soundness(net, options).sound.verdict).toBe('true');
  const { sound, byCases } = generalisedSoundness(net, { ...options, cases: 3 });
  expect(sound.verdict).toBe('false');
  expect(byCases.map((result) => result.sound.verdict)).toEqual(['true', 'false']);
});

test('a sound net whose cases mix is not 2-sound', () => {
  // The two halves of a case are joined again, but a joker takes the halves of two cases.
  const net = workflow({
    split: ['i', 'a b'],
    join: ['a b', 'o'],
  });
  expect(generalisedSoundness(net, { ...ends, cases: 3 }).sound.verdict).toBe('true');
  const mixing = createPtNet({
    name: 'mixing',
    places: ['i', 'a', 'b', 'o'].map((name) => ({ name })),
    transitions: [
      { name: 'split', inputs: [{ place: 'i' }], outputs: [{ place: 'a' }, { place: 'b' }] },
      { name: 'join', inputs: [{ place: 'a' }, { place: 'b' }], outputs: [{ place: 'o' }] },
      { name: 'trap', inputs: [{ place: 'a', weight: 2 }], outputs: [{ place: 'a' }] },
    ],
  });
  const { byCases } = generalisedSoundness(mixing, { ...ends, cases: 2 });
  expect(byCases[0]?.optionToComplete.verdict).toBe('true');
  expect(soundness(mixing, { ...ends, cases: 2 }).optionToComplete.verdict).toBe('false');
});

test('what a limit leaves open is unknown', () => {
  const net = workflow({ split: ['i', 'a b'], join: ['a b', 'o'] });
  expect(soundness(net, { ...ends, cases: 50, maxStates: 20 }).sound).toMatchObject({
    verdict: 'unknown',
    method: 'none',
  });
});
