import * as fc from 'fast-check';
import { isConsoleError } from './console-error.js';
import { parseHistory } from './history.js';
import { sampleHistory, sampleState } from './sample-site.js';
import { parseState, safeParseState } from './state.js';

const NOW = '2026-06-21T11:42:10Z';

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Every path to a value inside a JSON document that is not an object or a list itself. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((member: unknown, index) =>
      String(index) === key ? replaced(member, rest, by) : member,
    );
  }
  const given = value as Record<string, unknown>;
  return { ...given, [key]: replaced(given[key], rest, by) };
}

describe('parseState', () => {
  test('reads a whole state and returns exactly what was sent', () => {
    const sent = sampleState(NOW);
    const { kind: _kind, version: _version, ...rest } = sent;
    expect(parseState(json(sent))).toEqual(rest);
  });

  test('keeps absent values absent: no key appears, nothing becomes zero', () => {
    const { decision: _d, price: _p, uplink: _u, ...rest } = sampleState(NOW);
    const state = parseState(json({ ...rest, flows: {}, today: {}, limits: {} }));
    expect(Object.keys(state)).not.toContain('decision');
    expect(state.flows).toEqual({});
    expect(state.today).toEqual({});
  });

  test('leaves out keys it does not know, so that a newer gateway may send more', () => {
    const sent = { ...sampleState(NOW), later: 1, flows: { gridWatts: 5, later: 'x' } };
    const state = parseState(json(sent));
    expect(state).not.toHaveProperty('later');
    expect(state.flows).toEqual({ gridWatts: 5 });
  });

  test('refuses null anywhere and names the path', () => {
    const sent = json(sampleState(NOW));
    const paths = leaves(sent);
    expect(paths.length).toBeGreaterThan(80);
    fc.assert(
      fc.property(fc.constantFrom(...paths), (path) => {
        const answer = safeParseState(replaced(sent, path, null));
        expect(answer.success).toBe(false);
        if (answer.success) return;
        const spelled = path.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
        expect(answer.error.message).toContain(`consoleState${spelled}: got null`);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['an instant with an offset', 'now', '2026-06-21T11:42:10+01:00'],
    ['a number that is none', 'uptimeMs', '5'],
    ['a list that is none', 'devices', {}],
    ['an energy that is not whole', 'today', { importMilliwattHours: '1.5' }],
    ['an energy as a number', 'today', { importMilliwattHours: 15 }],
  ])('refuses %s', (_, key, value) => {
    expect(() => parseState({ ...sampleState(NOW), [key]: value })).toThrow(`consoleState.${key}`);
  });

  test('says that page and gateway differ in version before anything else', () => {
    const answer = safeParseState({ kind: 'consoleState', version: 2 });
    expect(answer.success ? '' : answer.error.code).toBe('other-version');
    expect(safeParseState({ kind: 'reading', version: 1 }).success).toBe(false);
    expect(safeParseState('hello').success).toBe(false);
    expect(isConsoleError(new Error('x'))).toBe(false);
  });
});

describe('parseHistory', () => {
  test('reads a day of samples and refuses a broken one by its index', () => {
    const sent = sampleHistory(NOW);
    expect(parseHistory(json(sent)).samples).toHaveLength(sent.samples.length);
    const broken = { ...sent, samples: [{ at: NOW }, { at: NOW, gridWatts: 'much' }] };
    expect(() => parseHistory(broken)).toThrow('consoleHistory.samples[1].gridWatts: got "much"');
  });
});
