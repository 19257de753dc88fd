import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  parsePnml,
  placeTransitionNet,
  writePnml,
  type PlaceTransitionNet,
  type PnmlNet,
} from '../pnml.js';
import { countStates } from './count-states.test-data.js';

const shared = join(__dirname, '../../../../../shared/petri');
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const here = existsSync(shared);
if (!here) console.log(`skipped: no contest models at ${shared}`);

interface Expected {
  readonly mccName: string;
  readonly states: number;
  readonly edges: number;
  readonly maxTokenInPlace: number;
  readonly maxTokenPerMarking: number;
  readonly places?: number;
  readonly transitions?: number;
  readonly arcs?: number;
}

function expectedOf(file: string): [string, Expected][] {
  if (!here) return [];
  const { models } = JSON.parse(readFileSync(join(shared, file), 'utf8')) as {
    models: Record<string, Expected>;
  };
  return Object.entries(models);
}

const coloured = expectedOf('expected-coloured.json');
const plain = expectedOf('expected.json');

function only(text: string): PnmlNet {
  const [net] = parsePnml(text).nets;
  if (net === undefined) throw new Error('no net in the file');
  return net;
}

function sizes({ structure }: PlaceTransitionNet) {
  const { places, transitions } = structure;
  const arcs = transitions.reduce((sum, t) => sum + t.inputs.length + t.outputs.length, 0);
  return { places: places.length, transitions: transitions.length, arcs };
}

/** A document without the lines it was read at and the blanks between elements. */
function withoutLines(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'line' || key === 'column' || key === 'declarations') return undefined;
      if (key !== 'children' || !Array.isArray(inner)) return inner;
      return (inner as unknown[]).filter(
        (child) => typeof child !== 'string' || child.trim() !== '',
      );
    }),
  );
}

(here ? describe : describe.skip)('models of the contest', () => {
  test.each(coloured)('%s unfolds to a net with the known state space', (file, expected) => {
    const net = only(readFileSync(join(shared, 'models-coloured', file), 'utf8'));
    const { states, edges, maxTokenInPlace, maxTokenPerMarking } = expected;
    const known = { states, edges, maxTokenInPlace, maxTokenPerMarking };
    if (states > 50_000 * scale) console.log(`${file}: counted in the long test only`);
    else expect(countStates(placeTransitionNet(net))).toEqual(known);
    if (states < 2000)
      expect(countStates(placeTransitionNet(net, { unmarkable: 'drop' }))).toEqual(known);
  });

  test('unfolded and without what can never be marked, nets are as large as their P/T twins', () => {
    const twins = new Map(plain.map(([, expected]) => [expected.mccName, expected]));
    let compared = 0;
    for (const [file, { mccName }] of coloured) {
      const twin = twins.get(mccName.replace('-COL-', '-PT-'));
      if (twin === undefined || mccName.startsWith('Lamport')) continue;
      const net = only(readFileSync(join(shared, 'models-coloured', file), 'utf8'));
      const { places, transitions, arcs } = twin;
      expect({ file, ...sizes(placeTransitionNet(net, { unmarkable: 'drop' })) }).toEqual({
        file,
        places,
        transitions,
        arcs,
      });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(3);
  });

  test('a net whose P/T twin keeps what can never be marked is as large as it in full', () => {
    const file = 'lamport-fast-2-col.pnml';
    const net = only(readFileSync(join(shared, 'models-coloured', file), 'utf8'));
    expect(sizes(placeTransitionNet(net))).toEqual({ places: 69, transitions: 96, arcs: 402 });
  });

  test('every P/T model has the known size', () => {
    expect(plain.length).toBeGreaterThan(30);
    for (const [name, { places, transitions, arcs }] of plain) {
      const net = only(readFileSync(join(shared, 'models', `${name}.pnml`), 'utf8'));
      expect({ name, ...sizes(placeTransitionNet(net)) }).toEqual({
        name,
        places,
        transitions,
        arcs,
      });
    }
  });

  test('every model written and read again is the same, graphics and tool-specific parts too', () => {
    for (const folder of ['models', 'models-coloured'])
      for (const file of readdirSync(join(shared, folder))) {
        const text = readFileSync(join(shared, folder, file), 'utf8');
        if (text.length > 500_000 * scale) continue;
        const document = parsePnml(text);
        const written = writePnml(document);
        expect(withoutLines(parsePnml(written))).toEqual(withoutLines(document));
        const count = (tag: string, of: string) => of.split(`<${tag}`).length;
        for (const tag of ['graphics', 'position', 'offset', 'toolspecific', 'unit', 'structure'])
          expect({ file, tag, count: count(tag, written) }).toEqual({
            file,
            tag,
            count: count(tag, text),
          });
      }
  });
});
