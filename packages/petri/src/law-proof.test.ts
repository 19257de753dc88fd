import fc from 'fast-check';
import { affine, bind, conserve, createMarking, net, run, token } from './index.js';

interface Energy {
  readonly from: string;
  readonly wh: number;
}

const split = net('split')
  .place('offered', token<Energy>())
  .place('wanted', token<{ readonly wh: number }>())
  .place('shared', token<Energy>())
  .place('rest', token<Energy>())
  .transition('match', { in: { offered: 1, wanted: 1 }, out: { shared: 1, rest: 1 } })
  .build();

const energy = conserve<{ offered: Energy; shared: Energy; rest: Energy }>('energy', {
  offered: (t) => t.wh,
  shared: (t) => t.wh,
  rest: (t) => t.wh,
});

describe('laws at build time', () => {
  test('constant weights are proved, or refused, from the arcs alone', () => {
    const walk = net('walk')
      .place('a')
      .place('b')
      .transition('two', { in: { a: 2 }, out: { b: 1 } })
      .build();
    const law = conserve<{ a: null; b: null }>('value', { a: 1, b: 2 });
    expect(bind(walk, {}, [law]).lawProofs).toEqual([
      { law: 'value', transition: 'two', verdict: 'proved' },
    ]);
    expect(() => bind(walk, {}, [conserve('tokens', { a: 1, b: 1 })])).toThrow(
      "law 'tokens': transition 'two' changes it by -1",
    );
  });

  test('an affine output is proved for all tokens, and computes the same numbers', () => {
    const bound = bind(
      split,
      {
        match: {
          out: affine(({ offered, wanted }, { minus }) => ({
            shared: { from: offered.from, wh: wanted.wh },
            rest: { ...offered, wh: minus(offered.wh, wanted.wh) },
          })),
        },
      },
      [energy],
    );
    expect(bound.lawProofs).toEqual([{ law: 'energy', transition: 'match', verdict: 'proved' }]);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (offered, wanted) => {
        const start = createMarking(bound, {
          offered: [{ from: 'a', wh: offered }],
          wanted: [{ wh: wanted }],
        });
        const { marking } = run(bound, start, [], { checkLaws: true });
        expect(marking.places.rest[0]?.value).toEqual({ from: 'a', wh: offered - wanted });
      }),
    );
  });

  test('an affine output that loses something is refused with what it loses', () => {
    const thief = affine(({ offered, wanted }: { offered: Energy; wanted: { wh: number } }) => ({
      shared: { from: offered.from, wh: wanted.wh },
      rest: offered,
    }));
    expect(() => bind(split, { match: { out: thief } }, [energy])).toThrow(
      "transition 'match' changes it by wanted.wh",
    );
  });

  test('what a guard has to see to, and what a plain function does, stays open', () => {
    const whole = affine(({ offered }: { offered: Energy }) => ({
      shared: offered,
      rest: { from: '', wh: 0 },
    }));
    const half = affine(({ offered, wanted }: { offered: Energy; wanted: { wh: number } }) => ({
      shared: { ...offered, wh: wanted.wh },
      rest: { ...offered, wh: 0 },
    }));
    const guard = (t: { offered: Energy; wanted: { wh: number } }) => t.offered.wh === t.wanted.wh;
    const verdict = (match: { out: typeof half; guard?: typeof guard }) =>
      bind(split, { match }, [energy]).lawProofs[0];
    expect(verdict({ out: whole })).toMatchObject({ verdict: 'proved' });
    expect(verdict({ out: half, guard })).toMatchObject({
      verdict: 'open',
      reason: expect.stringContaining('wanted.wh') as unknown,
    });
    expect(verdict({ out: ({ offered }) => ({ shared: offered, rest: offered }) })).toMatchObject({
      verdict: 'open',
      reason: "its 'out' is a plain function",
    });
  });

  test('arithmetic that is not linear is refused where it was promised', () => {
    const product = affine(({ offered, wanted }: { offered: Energy; wanted: { wh: number } }) => ({
      shared: { ...offered, wh: offered.wh * wanted.wh },
      rest: offered,
    }));
    expect(() => bind(split, { match: { out: product } }, [energy])).toThrow(
      "its affine 'out' computes with offered.wh",
    );
  });
});
