import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { bind, createMarking, run, type HashFunction, type Net } from './index.js';

/** A token like a settlement's: columns over all members. */
interface Columns {
  readonly imports: Float64Array;
  readonly exports: Float64Array;
}

const hash: HashFunction = (bytes) => createHash('sha256').update(bytes).digest();

/** Best of three, in seconds: the machine is shared. */
function seconds(action: () => void): number {
  return Math.min(
    ...[0, 1, 2].map(() => {
      const start = performance.now();
      action();
      return (performance.now() - start) / 1000;
    }),
  );
}

/** One transition after the other, `length` of them, passing a token on. */
function chain(length: number): Net {
  const names = Array.from({ length: length + 1 }, (_, index) => `p${index}`);
  const structure = {
    schema: 'microgrid/petri-net/1' as const,
    name: 'chain',
    places: names.map((name) => ({ name, tokens: 'data' as const })),
    transitions: Array.from({ length }, (_, index) => ({
      name: `t${index}`,
      priority: 0,
      inputs: [{ place: `p${index}`, weight: 1 }],
      reads: [],
      inhibitors: [],
      outputs: [{ place: `p${index + 1}`, weight: 1 }],
    })),
  };
  const functions = structure.transitions.map(
    ({ name }, index) =>
      [
        name,
        { out: (t: Readonly<Record<string, unknown>>) => ({ [`p${index + 1}`]: t[`p${index}`] }) },
      ] as const,
  );
  return bind(structure, Object.fromEntries(functions));
}

const intervals = 3000;
const members = 1000;
const steps = chain(6);
const columns: Columns = {
  imports: new Float64Array(members).fill(250_000),
  exports: new Float64Array(members).fill(1000),
};

function settleAll(journal: boolean): number {
  let firings = 0;
  for (let interval = 0; interval < intervals; interval += 1) {
    const start = createMarking(steps, { p0: [columns] });
    const options = journal ? { journal: { hash } } : {};
    firings += run(steps, start, [], options).firings.length;
  }
  return firings;
}

const long = chain(10);
const tokens = 5000;
const manyTokens = createMarking(long, { p0: Array.from({ length: tokens }, (_, index) => index) });

const plain = seconds(() => settleAll(false));
const journalled = seconds(() => settleAll(true));
const chained = seconds(() => run(long, manyTokens));

console.log(
  JSON.stringify({
    bench: 'petri-run',
    cpu: cpus()[0]?.model,
    node: process.version,
    columnarRuns: {
      intervals,
      members,
      firings: intervals * 6,
      plainSeconds: plain,
      journalledSeconds: journalled,
    },
    chain: { transitions: 10, tokens, firingsPerSecond: Math.round((tokens * 10) / chained) },
  }),
);
