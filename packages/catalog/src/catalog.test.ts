import { lintProfile, parseProfile } from '@microgrid/devices';
import { catalog, findProfile } from './index.js';

describe.each(catalog.map((profile) => [profile.id, profile] as const))('%s', (id, profile) => {
  it('is a valid profile and pure data', () => {
    const copy: unknown = JSON.parse(JSON.stringify(profile));
    expect(parseProfile(copy, id)).toEqual(profile);
  });

  it('breaks no rule of the format', () => {
    const problems = lintProfile(profile);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const rules = new Set(problems.map(({ rule, path }) => `${rule} ${path}`));
    expect([...rules]).toEqual([]);
  });

  it('has vectors for values, and for every control', () => {
    expect(profile.vectors.length).toBeGreaterThan(0);
    const commanded = profile.vectors.flatMap(({ commands }) => commands ?? []);
    for (const { id: control } of profile.controls) {
      expect(commanded.map((command) => command.control)).toContain(control);
    }
  });

  it('states where its facts come from', () => {
    expect(profile.sources.length).toBeGreaterThan(0);
  });
});

it('is found by id, in the order of ids', () => {
  expect(findProfile('keba-p30')?.manufacturer).toBe('KEBA');
  expect(findProfile('unknown')).toBeUndefined();
  const ids = catalog.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
});
