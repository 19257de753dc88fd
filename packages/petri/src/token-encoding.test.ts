import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isPetriError, tokenFromJson, tokenText, tokenToJson } from './index.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

const token = fc.anything({
  withBigInt: true,
  withTypedArray: true,
  withDate: false,
  withMap: false,
  withSet: false,
  withNullPrototype: false,
  withSparseArray: false,
  key: fc.oneof(fc.string(), fc.constantFrom('$bigint', '$$', '$Float64Array', '1', '10', '9')),
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.constant(null),
    fc.bigInt(),
    fc.constantFrom(NaN, Infinity, -Infinity, -0),
  ],
});

/** The same token with every object's keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return Object.fromEntries(members.toReversed());
}

describe('canonical token text', () => {
  test('comes back as an equal token through JSON', () => {
    fc.assert(
      fc.property(token, (value) => {
        const json: unknown = JSON.parse(JSON.stringify(tokenToJson(value)));
        expect(isDeepStrictEqual(tokenFromJson(json as never), value)).toBe(true);
      }),
      runs(500),
    );
  });

  test('is equal exactly when tokens are equal, whatever the order of keys', () => {
    let equal = 0;
    const pair = fc.oneof(
      fc.tuple(token, token),
      token.map((value) => [value, reversed(value)] as const),
    );
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const same = isDeepStrictEqual(a, b);
        equal += Number(same);
        expect(tokenText(a) === tokenText(b)).toBe(same);
      }),
      runs(500),
    );
    expect(equal).toBeGreaterThan(100);
  });

  test('is the documented text', () => {
    const value = { b: [1n, -0, true], a: Float64Array.of(1.5), $x: 'é', n: Int16Array.of(-2, 1) };
    expect(tokenText(value)).toBe(
      '{"$$x":"é","a":{"$Float64Array":"AAAAAAAA+D8="},"b":[{"$bigint":"1"},{"$number":"-0"},true],"n":{"$Int16Array":"/v8BAA=="}}',
    );
  });

  test('a view on part of a buffer is written as that part', () => {
    const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    expect(tokenText(part)).toBe(tokenText(Uint8Array.of(2, 3)));
  });

  test('what has no canonical form is refused by path', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const refused: [unknown, string][] = [
      [{ a: [undefined] }, '$.a[0]: undefined'],
      [{ when: new Date(0) }, '$.when: a class instance'],
      [() => 1, '$: function'],
      [new Map(), '$: a class instance'],
      [new DataView(new ArrayBuffer(1)), '$: this buffer view'],
      [cycle, 'a cycle?'],
    ];
    for (const [value, message] of refused) expect(() => tokenText(value)).toThrow(message);
  });

  test('text that is not canonical JSON of a token is refused', () => {
    const wrong = [
      { $bigint: '01' },
      { $bigint: 1 },
      { $number: '5' },
      { $Float64Array: 'AAAA' },
      { $Uint8Array: 'A' },
      { $Uint8Array: 'AB==' },
      { $Date: '0' },
      { $bigint: '1', b: 2 },
    ];
    for (const json of wrong)
      try {
        tokenFromJson(json);
        throw new Error(`accepted ${JSON.stringify(json)}`);
      } catch (error) {
        expect(isPetriError(error) && error.code).toBe('bad-json');
      }
  });
});
