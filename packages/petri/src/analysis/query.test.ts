import fc from 'fast-check';
import {
  createPtNet,
  findDeadlock,
  FormulaError,
  formatFormula,
  parseFormula,
  query,
  safeParseFormula,
  type Formula,
  type PtNet,
} from '../analysis.js';
import { holds, NetNames, predicateOf } from './formula.js';
import { naiveSpace, randomPtNet, type NaiveSpace } from './random-pt-net.test-data.js';
import { replayInExecutor } from './replay-witness.test-data.js';

/** `MICROGRID_TEST_SCALE` times as many runs. */
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** CTL by its definition: fixpoints over plain arrays of booleans. */
function satisfying(net: PtNet, space: NaiveSpace, formula: Formula): boolean[] {
  const states = space.markings.map((_, state) => state);
  const next = (state: number): number[] => (space.edges[state] ?? []).map(([, target]) => target);
  const of = (inner: Formula): boolean[] => satisfying(net, space, inner);
  const fixpoint = (
    start: boolean,
    step: (set: boolean[], state: number) => boolean,
  ): boolean[] => {
    let set = states.map(() => start);
    for (;;) {
      const after = states.map((state) => step(set, state));
      if (after.every((member, state) => member === set[state])) return set;
      set = after;
    }
  };
  const predicate = predicateOf(new NetNames(net), formula);
  if (predicate !== undefined)
    return space.markings.map((marking) => holds(predicate, Int32Array.from(marking)));
  switch (formula.op) {
    case 'not':
      return of(formula.operand).map((member) => !member);
    case 'and':
      return states.map((state) => formula.operands.map(of).every((set) => set[state]));
    case 'or':
      return states.map((state) => formula.operands.map(of).some((set) => set[state]));
    case 'EX': {
      const inner = of(formula.operand);
      return states.map((state) => next(state).some((to) => inner[to]));
    }
    case 'AX': {
      const inner = of(formula.operand);
      return states.map((state) => next(state).every((to) => inner[to]));
    }
    case 'EF':
    case 'EU': {
      const left = 'left' in formula ? of(formula.left) : states.map(() => true);
      const right = of('right' in formula ? formula.right : formula.operand);
      return fixpoint(
        false,
        (set, s) => right[s] === true || (left[s] === true && next(s).some((to) => set[to])),
      );
    }
    case 'AF':
    case 'AU': {
      const left = 'left' in formula ? of(formula.left) : states.map(() => true);
      const right = of('right' in formula ? formula.right : formula.operand);
      return fixpoint(
        false,
        (set, s) =>
          right[s] === true ||
          (left[s] === true && next(s).length > 0 && next(s).every((to) => set[to])),
      );
    }
    case 'EG': {
      const inner = of(formula.operand);
      return fixpoint(
        true,
        (set, s) => inner[s] === true && (next(s).length === 0 || next(s).some((to) => set[to])),
      );
    }
    case 'AG': {
      const inner = of(formula.operand);
      return fixpoint(true, (set, s) => inner[s] === true && next(s).every((to) => set[to]));
    }
    default:
      throw new Error(formula.op);
  }
}

const sum = fc.record({
  constant: fc.integer({ min: -2, max: 3 }),
  terms: fc.array(
    fc.record({
      place: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      weight: fc.constantFrom(-2, -1, 1, 2),
    }),
    { maxLength: 2 },
  ),
});
const formulas = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      op: fc.constant('compare' as const),
      left: sum,
      relation: fc.constantFrom(
        '<' as const,
        '<=' as const,
        '==' as const,
        '!=' as const,
        '>=' as const,
        '>' as const,
      ),
      right: sum,
    }),
    fc.constant<Formula>({ op: 'deadlock' }),
    fc.constant<Formula>({ op: 'fireable', transitions: ['t0'] }),
    fc.record({
      op: fc.constantFrom(
        'not' as const,
        'AG' as const,
        'EF' as const,
        'AF' as const,
        'EG' as const,
        'AX' as const,
        'EX' as const,
      ),
      operand: tie('formula'),
    }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.tuple(tie('formula'), tie('formula')),
    }),
    fc.record({
      op: fc.constantFrom('AU' as const, 'EU' as const),
      left: tie('formula'),
      right: tie('formula'),
    }),
  ),
})).formula;

test('CTL is what its definition says', () => {
  const counts = { true: 0, false: 0 };
  fc.assert(
    fc.property(randomPtNet(), formulas, (net, formula) => {
      const naive = naiveSpace(net, 150);
      if (!naive.complete) return;
      const expected = satisfying(net, naive, formula)[0] === true;
      counts[`${expected}`] += 1;
      expect(query(net, formula).verdict).toBe(String(expected));
    }),
    { numRuns: 800 * scale },
  );
  expect(Math.min(counts.true, counts.false)).toBeGreaterThan(80);
});

test('a printed formula reads back as one with the same text', () => {
  fc.assert(
    fc.property(formulas, (formula) => {
      const text = formatFormula(formula);
      expect(formatFormula(parseFormula(text))).toBe(text);
    }),
    { numRuns: 300 * scale },
  );
});

const shop = createPtNet({
  name: 'shop',
  places: [{ name: 'buyer', tokens: 2 }, { name: 'escrow' }, { name: 'seller' }, { name: 'EF' }],
  transitions: [
    { name: 'pay', inputs: [{ place: 'buyer' }], outputs: [{ place: 'escrow' }] },
    { name: 'settle', inputs: [{ place: 'escrow' }], outputs: [{ place: 'seller' }] },
    { name: 'pay back', inputs: [{ place: 'escrow' }], outputs: [{ place: 'buyer' }] },
  ],
});

test.each([
  ['EF (buyer > 0 && escrow == 0)', 'true'],
  ['AG (buyer + escrow + seller == 2)', 'true'],
  ['AG (2 * (buyer + escrow) <= 4 - 2 * seller)', 'true'],
  ['EF deadlock', 'true'],
  ['AG (deadlock -> seller = 2)', 'true'],
  ['AF seller == 2', 'false'],
  ['EG fireable(pay, "pay back")', 'true'],
  ['AG EF seller == 2', 'true'],
  ['E[seller == 0 U buyer == 0] and not A[seller == 0 U buyer == 0]', 'true'],
  ['AX escrow == 1', 'true'],
  ['EX (escrow == 2)', 'false'],
  ['"EF" == 0', 'true'],
  ['EF seller >= 3', 'false'],
])('%s is %s', (formula, verdict) => {
  expect(query(shop, formula).verdict).toBe(verdict);
});

test('the run to a marking is the witness', () => {
  const { witness, method } = query(shop, 'EF (seller == 1 && escrow == 1)');
  expect(witness?.firings.toSorted()).toEqual(['pay', 'pay', 'settle']);
  expect(method).toBe('reduced state space');
  expect(query(shop, 'AG escrow <= 1').witness?.firings).toEqual(['pay', 'pay']);
});

test.each([
  ['EF (buyer > )', 12, /line 1, column 13: found '\)', expected a place or a number/],
  ['EF buyer', 8, /column 9: found the end, expected a comparison/],
  ['buyer > 0 buyer', 10, /column 11: found 'buyer', expected '&&'/],
  ['EF\n  (buyer > 0', 15, /line 2, column 13: found the end, expected '\)'/],
  ['buyer > 0 & 1', 10, /found '& 1', expected a name, a number, an operator or a bracket/],
  ['EF > 1', 3, /expected a place or a number/],
  ['E[true U false', 14, /expected '\]'/],
])('%j is refused at %i', (text, position, message) => {
  const result = safeParseFormula(text);
  expect(result.success).toBe(false);
  if (result.success) return;
  expect(result.error).toBeInstanceOf(FormulaError);
  expect(result.error).toMatchObject({ code: 'bad-formula', position });
  expect(result.error.message).toMatch(message);
});

test('names the net does not have are errors, wherever they stand', () => {
  expect(() => query(shop, 'EF nobody > 0')).toThrow("net 'shop' has no place 'nobody'");
  expect(() => query(shop, 'true || EF fireable(steal)')).toThrow("no transition 'steal'");
  expect(() => query(shop, 'EG AX nobody > 0')).toThrow("no place 'nobody'");
});

test('a net without end still answers what a marking decides, and says unknown otherwise', () => {
  const counter = createPtNet({
    name: 'counter',
    places: [{ name: 'ever' }],
    transitions: [{ name: 'more', outputs: [{ place: 'ever' }] }],
  });
  expect(query(counter, 'EF ever >= 12').witness?.firings).toHaveLength(12);
  const open = query(counter, 'AF ever >= 12', { maxStates: 1000 });
  expect(open).toMatchObject({ verdict: 'unknown', states: 1000 });
  expect(open.reason).toMatch(/limit of states/);
});

test('where a search for a deadlock ends at its limit, a walk may still find one', () => {
  const names = Array.from({ length: 40 }, (_, at) => `p${at}`);
  const net = createPtNet({
    name: 'choices',
    places: names.map((name) => ({ name, tokens: 1 })).concat({ name: 'left', tokens: 0 }),
    transitions: names.flatMap((name) => [
      { name: `go ${name}`, inputs: [{ place: name }], outputs: [{ place: 'left' }] },
      { name: `drop ${name}`, inputs: [{ place: name }, { place: 'left' }] },
    ]),
  });
  const found = findDeadlock(net, { maxStates: 5, reduce: false, maxSiphonBranches: 0 });
  expect(found).toMatchObject({ verdict: 'true', method: 'random walk' });
  expect(replayInExecutor(net, found.witness?.firings ?? []).enabled).toEqual([]);
});
