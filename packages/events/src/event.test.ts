import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { isEventsError } from './error.js';
import { asyncApi, jsonSchemas, parseEvent, safeParse, safeParseEvent, SCHEMAS } from './index.js';
import { samples } from './samples.test-data.js';

const PUBLISHED = join(__dirname, '../../../docs/protocol');

function published(name: string): unknown {
  return JSON.parse(readFileSync(join(PUBLISHED, name), 'utf8'));
}

describe('parseEvent', () => {
  it.each(Object.keys(SCHEMAS))('accepts a well-formed %s, unchanged and through JSON', (kind) => {
    const sample = samples[kind as keyof typeof samples];
    expect(parseEvent(JSON.parse(canonicalJson(sample)))).toEqual(sample);
  });

  it.each(Object.keys(SCHEMAS))('refuses a %s with a field it does not know', (kind) => {
    const result = safeParseEvent({ ...samples[kind as keyof typeof samples], extra: 1 }, 'line 7');
    expect(!result.success && result.error.message).toContain(
      'line 7: extra: got 1, expected no such field',
    );
  });

  it.each(Object.keys(SCHEMAS))('refuses a %s that lacks any of its fields', (kind) => {
    const sample: object = samples[kind as keyof typeof samples];
    const optional = ['value', 'importLimitWatts', 'cause'];
    for (const field of Object.keys(sample).filter((name) => !optional.includes(name))) {
      const rest = Object.fromEntries(Object.entries(sample).filter(([name]) => name !== field));
      expect([field, safeParseEvent(rest).success]).toEqual([field, false]);
    }
  });

  it('names kind and version it does not know', () => {
    expect(() => parseEvent({ kind: 'telegram', version: 1 })).toThrow(
      /"telegram", expected one of/,
    );
    expect(() => parseEvent({ kind: 'interval', version: 2 })).toThrow(
      /version: got 2 of interval/,
    );
    expect(() => parseEvent({ kind: 'toString', version: 1 })).toThrow(/"toString"/);
    expect(() => parseEvent(null)).toThrow(/got null/);
  });

  it('names path, value and expectation of every problem', () => {
    const wrong = { ...samples.interval, importMilliwattHours: -1, start: 'yesterday' };
    const result = safeParseEvent(wrong, 'events.ndjson line 3');
    expect(result.success).toBe(false);
    if (result.success) return;
    expect(isEventsError(result.error)).toBe(true);
    expect(result.error.message.split('\n')).toEqual([
      'events.ndjson line 3: start: got "yesterday", expected a UTC instant written YYYY-MM-DDTHH:MM:SSZ',
      'events.ndjson line 3: importMilliwattHours: got -1, expected a whole number of mWh from 0 to 2^53 - 1',
    ]);
  });
});

describe('messages', () => {
  it.each([
    [z.int().max(3), 4, 'got 4, expected number <=3'],
    [z.string().min(1), '', 'got "", expected string >=1 characters'],
    [z.enum(['a', 'b']), 'c', 'got "c", expected one of "a"|"b"'],
    [z.string(), 4, 'got 4, expected string'],
    [z.string().regex(/x/), 'y', 'got "y", expected must match pattern /x/'],
  ])('say what was expected in the same words: %#', (schema, value, message) => {
    const result = safeParse<unknown>(schema, value, 'v');
    expect(!result.success && result.error.message).toBe(`v: ${message}`);
  });
});

describe('intervalV1', () => {
  const refused = (change: object, path: string): void => {
    const result = safeParseEvent({ ...samples.interval, ...change });
    expect(!result.success && result.error.problems.map((problem) => problem.path)).toContain(path);
  };

  it('has energies exactly when it is not missing: absent is never zero', () => {
    const { importMilliwattHours, exportMilliwattHours, ...bare } = samples.interval;
    expect([importMilliwattHours, exportMilliwattHours]).toEqual([2_276_000, 0]);
    expect(safeParseEvent({ ...bare, quality: 'missing' }).success).toBe(true);
    expect(safeParseEvent(bare).success).toBe(false);
    refused({ quality: 'missing' }, 'importMilliwattHours');
  });

  it('has the id its content gives, on the grid of its length', () => {
    refused({ id: 'home-02/2026-06-21T10:00:00Z/PT15M/1' }, 'id');
    refused({ revision: 2 }, 'id');
    refused({ end: '2026-06-21T10:16:00Z' }, 'end');
    refused({ end: '2026-06-21T10:00:00Z' }, 'end');
    refused({ start: '2026-06-21T10:01:00Z', end: '2026-06-21T10:16:00Z' }, 'start');
  });

  it('keeps energy within safe whole numbers', () => {
    refused({ importMilliwattHours: 2 ** 53 }, 'importMilliwattHours');
    refused({ importMilliwattHours: 0.5 }, 'importMilliwattHours');
  });
});

describe('signals', () => {
  it('start before they end and limit something', () => {
    expect(safeParseEvent({ ...samples.limit, end: samples.limit.start }).success).toBe(false);
    const { importLimitWatts, ...nothing } = samples.limit;
    expect(importLimitWatts).toBe(4200);
    expect(safeParseEvent(nothing).success).toBe(false);
    expect(safeParseEvent({ ...samples.tariffSignal, periods: [] }).success).toBe(false);
  });

  it('are refused, not thrown at, when an instant is none', () => {
    const result = safeParseEvent({ ...samples.limit, start: 'now' });
    expect(!result.success && result.error.problems.map((problem) => problem.path)).toEqual([
      'start',
    ]);
  });

  it('cannot be without validity or sequence', () => {
    expect(safeParseEvent({ ...samples.limit, validForMs: 0 }).success).toBe(false);
    expect(safeParseEvent({ ...samples.limit, sequence: 0 }).success).toBe(false);
  });
});

describe('published descriptions', () => {
  it('are what the schemas say today (npm run generate -w packages/events writes them)', () => {
    expect(published('schemas.json')).toEqual(jsonSchemas());
    expect(published('asyncapi.json')).toEqual(asyncApi());
  });
});
