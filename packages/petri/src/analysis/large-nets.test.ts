import { analyseInSteps } from './analyse.js';
import { coverability } from './coverability.js';
import { createPtNet, type PtNet } from './pt-net.js';
import { queryInSteps } from './query.js';
import { reduceNet } from './reduce-net.js';
import { placeSemiflows } from './semiflows.js';
import { finish } from './steps.js';

/** One token on a circle of places. */
function circle(size: number): PtNet {
  return createPtNet({
    name: `circle of ${size}`,
    places: Array.from({ length: size }, (_, at) => ({ name: `p${at}`, tokens: at === 0 ? 1 : 0 })),
    transitions: Array.from({ length: size }, (_, at) => ({
      name: `t${at}`,
      inputs: [{ place: `p${at}` }],
      outputs: [{ place: `p${(at + 1) % size}` }],
    })),
  });
}

/** Every transition takes from and puts into two places chosen by a fixed sequence. */
function tangle(size: number): PtNet {
  let state = 1;
  const twoPlaces = (): { place: string }[] => {
    state = (state * 48_271) % 2_147_483_647;
    const first = state % size;
    return [{ place: `p${first}` }, { place: `p${(first + 1 + (state % 97)) % size}` }];
  };
  return createPtNet({
    name: `tangle of ${size}`,
    places: Array.from({ length: size }, (_, at) => ({ name: `p${at}`, tokens: at % 2 })),
    transitions: Array.from({ length: size }, (_, at) => ({
      name: `t${at}`,
      inputs: twoPlaces(),
      outputs: twoPlaces(),
    })),
  });
}

/** A clock that goes on by a millisecond whenever somebody looks. */
function tickingClock(): () => number {
  let now = 0;
  return () => {
    now += 1;
    return now;
  };
}

describe('large nets', () => {
  it('finds the one semiflow of a circle of 10,000 places', () => {
    const { semiflows, complete } = placeSemiflows(circle(10_000));
    expect(complete).toBe(true);
    expect(semiflows.map((semiflow) => semiflow.length)).toEqual([10_000]);
  });

  it('ends the search for semiflows when its time is over, and what it lists is right', () => {
    const limits = { clock: tickingClock(), maxMilliseconds: 3 };
    expect(placeSemiflows(tangle(1500), limits).complete).toBe(false);
  });

  it('leaves a net as it is when no time is left to reduce it', () => {
    const net = circle(200);
    const reduced = reduceNet(net, {
      property: 'deadlock',
      clock: tickingClock(),
      maxMilliseconds: 0.5,
    });
    expect(reduced.net.places.length).toBe(net.places.length);
    expect(reduceNet(net, { property: 'deadlock' }).net.places.length).toBeLessThan(10);
  });

  it('can be interrupted before a state is looked at: the answer is unknown with a reason', () => {
    const abort = new AbortController();
    const steps = analyseInSteps(tangle(1500), { signal: abort.signal, structure: false });
    expect(steps.next().done).toBe(false);
    abort.abort();
    const analysis = finish(steps);
    expect(analysis.structure.placeSemiflows.complete).toBe(false);
    expect(analysis.stateSpace.stoppedBy).toBe('aborted');
    expect(analysis.deadlock).toMatchObject({ verdict: 'unknown', reason: 'stopped by aborted' });
  });

  it('interrupts a query while the net is being reduced', () => {
    const abort = new AbortController();
    const steps = queryInSteps(tangle(1500), 'EF deadlock', { signal: abort.signal });
    expect(steps.next().done).toBe(false);
    abort.abort();
    expect(finish(steps)).toMatchObject({ verdict: 'unknown' });
  });

  it('covers nets with more places than a call takes arguments', () => {
    expect(coverability(circle(70_000), { maxStates: 3 })).toMatchObject({ stoppedBy: 'states' });
  });
});
