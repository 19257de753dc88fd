import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import {
  BitmapNetExecutor,
  one,
  outPlace,
  PetriNet,
  place as libpetriPlace,
  PrecompiledNetExecutor,
  tokenOf,
  Transition,
} from 'libpetri';
import {
  bind,
  createMarking,
  NET_SCHEMA,
  parseNet,
  run,
  tokensIn,
  type ErasedFunction,
  type HashFunction,
  type Net,
  type RunOptions,
} from './index.js';

/** A token like a settlement's: columns over all members. */
interface Columns {
  readonly imports: Float64Array;
  readonly exports: Float64Array;
}

type Tokens = Readonly<Record<string, unknown>>;

const hash: HashFunction = (bytes) => createHash('sha256').update(bytes).digest();

interface Cost {
  /** Best of the rounds, by the wall clock. */
  readonly seconds: number;
  /** Best of the rounds, in CPU time of this process: what is left when others use the machine. */
  readonly cpuSeconds: number;
}

const ROUNDS = 8;

async function cost(action: () => unknown, rounds = ROUNDS): Promise<Cost> {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await action();
    seconds.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds.push((user + system) / 1e6);
  }
  return { seconds: Math.min(...seconds), cpuSeconds: Math.min(...cpuSeconds) };
}

const rate = (firings: number, { seconds, cpuSeconds }: Cost) => ({
  firingsPerSecond: Math.round(firings / seconds),
  firingsPerCpuSecond: Math.round(firings / cpuSeconds),
});

/** One transition after the other, `length` of them, passing a token on. */
function chain(length: number): Net {
  const structure = parseNet({
    schema: NET_SCHEMA,
    name: 'chain',
    places: Array.from({ length: length + 1 }, (_, index) => ({
      name: `p${index}`,
      tokens: 'data',
    })),
    transitions: Array.from({ length }, (_, index) => ({
      name: `t${index}`,
      priority: 0,
      inputs: [{ place: `p${index}`, weight: 1 }],
      reads: [],
      inhibitors: [],
      outputs: [{ place: `p${index + 1}`, weight: 1 }],
    })),
  });
  // Written out as a program would be: a computed name would cost more than the kernel.
  const steps: ErasedFunction[] = [
    { out: ({ p0 }: Tokens) => ({ p1: p0 }) },
    { out: ({ p1 }: Tokens) => ({ p2: p1 }) },
    { out: ({ p2 }: Tokens) => ({ p3: p2 }) },
    { out: ({ p3 }: Tokens) => ({ p4: p3 }) },
    { out: ({ p4 }: Tokens) => ({ p5: p4 }) },
    { out: ({ p5 }: Tokens) => ({ p6: p5 }) },
    { out: ({ p6 }: Tokens) => ({ p7: p6 }) },
    { out: ({ p7 }: Tokens) => ({ p8: p7 }) },
    { out: ({ p8 }: Tokens) => ({ p9: p8 }) },
    { out: ({ p9 }: Tokens) => ({ p10: p9 }) },
  ];
  return bind(
    structure,
    Object.fromEntries(steps.slice(0, length).map((step, index) => [`t${index}`, step])),
  );
}

const LENGTH = 10;
const TOKENS = 5000;

function ownChain(tokens: number, options: RunOptions = {}): () => void {
  const net = chain(LENGTH);
  const start = createMarking(net, { p0: Array.from({ length: tokens }, (_, index) => index) });
  return () => {
    const { marking, firings } = run(net, start, [], options);
    if (firings.length !== tokens * LENGTH || tokensIn(marking, 'p10').length !== tokens)
      throw new Error('the chain did not run through');
  };
}

/** The same chain as libpetri's README writes a net. */
function libpetriChain(executor: typeof BitmapNetExecutor | typeof PrecompiledNetExecutor) {
  const places = Array.from({ length: LENGTH + 1 }, (_, index) =>
    libpetriPlace<number>(`p${index}`),
  );
  const builder = PetriNet.builder('chain');
  for (let index = 0; index < LENGTH; index += 1) {
    const [from, to] = [places[index], places[index + 1]];
    if (from === undefined || to === undefined) throw new Error('no place');
    builder.transition(
      Transition.builder(`t${index}`)
        .inputs(one(from))
        .outputs(outPlace(to))
        // eslint-disable-next-line @typescript-eslint/require-await -- libpetri's actions are async
        .action(async (context) => {
          context.output(to, context.input(from));
        })
        .build(),
    );
  }
  const net = builder.build();
  const [first] = places;
  if (first === undefined) throw new Error('no place');
  return () => {
    const tokens = Array.from({ length: TOKENS }, (_, index) => tokenOf(index));
    return new executor(net, new Map([[first, tokens]])).run();
  };
}

function columnar(journal: boolean): () => void {
  const steps = chain(6);
  const columns: Columns = {
    imports: new Float64Array(1000).fill(250_000),
    exports: new Float64Array(1000).fill(1000),
  };
  const start = createMarking(steps, { p0: [columns] });
  const options = journal ? { journal: { hash } } : {};
  return () => {
    for (let interval = 0; interval < 3000; interval += 1) run(steps, start, [], options);
  };
}

/** Orders and payments that fit together, all orders first: what an index is for. */
function join(pairs: number): () => void {
  const net = bind(
    parseNet({
      schema: NET_SCHEMA,
      name: 'join',
      places: ['order', 'payment', 'paid'].map((name) => ({ name, tokens: 'data' })),
      transitions: [
        {
          name: 'pay',
          priority: 0,
          inputs: ['order', 'payment'].map((place) => ({ place, weight: 1, key: ['id'] })),
          reads: [],
          inhibitors: [],
          outputs: [{ place: 'paid', weight: 1 }],
        },
      ],
    }),
    { pay: { out: ({ order }: Tokens) => ({ paid: order }) } },
  );
  const id = (index: number) => ({ id: `order-${index}` });
  const start = createMarking(net, { order: Array.from({ length: pairs }, (_, at) => id(at)) });
  const inputs = Array.from({ length: pairs }, (_, at) => ({
    place: 'payment',
    token: id(pairs - 1 - at),
  }));
  return () => {
    if (run(net, start, inputs).firings.length !== pairs) throw new Error('pairs were missed');
  };
}

async function main(): Promise<void> {
  const firings = TOKENS * LENGTH;
  const chainCost = await cost(ownChain(TOKENS), 2 * ROUNDS);
  const bitmap = await cost(libpetriChain(BitmapNetExecutor));
  const precompiled = await cost(libpetriChain(PrecompiledNetExecutor));
  const short = { tokens: 100, firings: 100 * LENGTH };
  console.log(
    JSON.stringify({
      bench: 'petri-run',
      cpu: cpus()[0]?.model,
      node: process.version,
      chain: { transitions: LENGTH, tokens: TOKENS, ...rate(firings, chainCost) },
      libpetriBitmap: rate(firings, bitmap),
      libpetriPrecompiled: rate(firings, precompiled),
      journal: {
        tokens: short.tokens,
        none: rate(short.firings, await cost(ownChain(short.tokens), 2 * ROUNDS)),
        inputs: rate(
          short.firings,
          await cost(ownChain(short.tokens, { journal: { hash, record: 'inputs' } })),
        ),
        firings: rate(short.firings, await cost(ownChain(short.tokens, { journal: { hash } }), 3)),
      },
      columnar: {
        runs: 3000,
        members: 1000,
        firings: 18_000,
        plain: await cost(columnar(false)),
        journalled: await cost(columnar(true), 2),
      },
      join: { pairs: 20_000, ...rate(20_000, await cost(join(20_000), 3)) },
    }),
  );
}

void main();
