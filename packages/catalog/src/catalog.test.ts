import {
  CONTROLS,
  isControlName,
  lintProfile,
  parseProfile,
  type Profile,
} from '@microgrid/devices';
import { catalog, findProfile } from './index.js';
import {
  decodeVector,
  namedRegisters,
  registersOfValue,
  writesOf,
} from './reference-decoder.test-data.js';

/** A control that the device never drops is warned about; the profile must then say what it keeps. */
function declared(profile: Profile, path: string): boolean {
  const index = /^controls\[(\d+)\]\.expiryMs$/.exec(path)?.[1];
  const fallback = profile.controls[Number(index)]?.fallback?.value;
  return index !== undefined && (fallback === 'last' || fallback === 'unknown');
}

const commandsOf = (profile: Profile) => profile.vectors.flatMap(({ commands }) => commands ?? []);

describe.each(catalog.map((profile) => [profile.id, profile] as const))('%s', (id, profile) => {
  it('is a valid profile and pure data', () => {
    const copy: unknown = JSON.parse(JSON.stringify(profile));
    expect(parseProfile(copy, id)).toEqual(profile);
  });

  it('breaks no rule of the format', () => {
    const problems = lintProfile(profile);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const rules = problems.filter(({ path }) => !declared(profile, path));
    expect(rules.map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
  });

  it('decodes every vector as stated', () => {
    for (const vector of profile.vectors) {
      const valueOf = decodeVector(profile, vector);
      expect(Object.keys(vector.values).length).toBeGreaterThan(0);
      for (const [point, stated] of Object.entries(vector.values)) {
        const found = valueOf(point);
        if (stated === null)
          expect([vector.note, point, found]).toEqual([vector.note, point, undefined]);
        else {
          const near =
            found === undefined || Math.abs(found - stated) > 1e-6 + Math.abs(stated) * 1e-12;
          expect([vector.note, point, near ? found : stated]).toEqual([vector.note, point, stated]);
        }
      }
    }
  });

  it('names in each vector every register that its values are made of', () => {
    for (const vector of profile.vectors) {
      const named = namedRegisters(vector);
      const missing = Object.keys(vector.values).flatMap((point) =>
        registersOfValue(profile, point).filter((register) => !named.has(register)),
      );
      expect([vector.note, missing]).toEqual([vector.note, []]);
    }
  });

  it('puts every command on the wire as stated', () => {
    for (const vector of profile.vectors) {
      const valueOf = decodeVector(profile, vector);
      for (const { control: name, value, writes } of vector.commands ?? []) {
        const control = profile.controls.find((candidate) => candidate.id === name);
        const sent = writesOf(control?.steps ?? [], Number(value), valueOf);
        const stated = writes.map(({ bytes, ...place }) => ({
          ...place,
          bytes: bytes.replaceAll(' ', '').toUpperCase(),
        }));
        expect([name, value, sent]).toEqual([name, value, stated]);
      }
    }
  });

  it('has a vector for the value of every published point', () => {
    const shown = new Set(
      profile.vectors.flatMap(({ values }) =>
        Object.entries(values).flatMap(([point, value]) => (value === null ? [] : [point])),
      ),
    );
    const missing = profile.points
      .filter(({ internal }) => internal !== true)
      .map((point) => point.id)
      .filter((point) => !shown.has(point));
    expect(missing).toEqual([]);
  });

  it('has a vector for every state of every control, and for both signs of a set point', () => {
    const commands = commandsOf(profile);
    for (const { id: name, unit, states, minimum, allowZero } of profile.controls) {
      const values = commands.flatMap((one) => (one.control === name ? [Number(one.value)] : []));
      if (unit === 'bool') expect([name, new Set(values)]).toEqual([name, new Set([0, 1])]);
      else if (unit === 'state') {
        const stated = states?.map(({ value }) => value) ?? [];
        expect([name, [...values].sort()]).toEqual([name, [...stated].sort()]);
      } else {
        expect([name, values.some((value) => value > 0)]).toEqual([name, true]);
        const least = typeof minimum === 'object' ? (minimum.factor ?? 1) : (minimum ?? 0);
        if (least < 0) {
          expect([name, values.some((value) => value < 0)]).toEqual([name, true]);
        }
        if (least < 0 || allowZero === true) {
          expect([name, values.includes(0)]).toEqual([name, true]);
        }
      }
    }
  });

  it('names no control of another unit, and says what is lost with it', () => {
    for (const { id: name, unit, onLoss } of profile.controls) {
      expect(isControlName(name) && CONTROLS[name].unit === unit).toBe(true);
      expect(onLoss.length).toBeGreaterThan(10);
    }
  });

  it('has registers that it must never write, unless everything is a switch', () => {
    const written = profile.controls.some(({ steps }) =>
      steps.some(({ table }) => table === 'holding'),
    );
    if (written || profile.controls.length === 0) {
      expect(profile.deny?.length ?? 0).toBeGreaterThan(0);
    }
  });

  it('states where its facts come from', () => {
    expect(profile.sources.length).toBeGreaterThan(0);
    if (profile.confidence !== 'verified') {
      expect((profile.believed ?? []).length).toBeGreaterThan(0);
    }
  });
});

it('is found by id, in the order of ids', () => {
  expect(findProfile('keba-p30')?.manufacturer).toBe('KEBA');
  expect(findProfile('unknown')).toBeUndefined();
  const ids = catalog.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
});
