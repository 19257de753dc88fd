import { catalog } from '@microgrid/catalog';
import type { Profile, ProfileVector } from '@microgrid/devices';
import { controlWrites, decode, wantedPoints } from './index.js';

const bytesOf = (hex: string): number[] =>
  (hex.replaceAll(' ', '').match(/../g) ?? []).map((byte) => parseInt(byte, 16));

/** Answers reads from a vector's registers; those it does not name are zero. */
function memory(vector: ProfileVector) {
  const cells = new Map<string, number>();
  for (const { table, address, bytes } of vector.registers) {
    const values = bytesOf(bytes);
    const wide = table === 'input' || table === 'holding';
    const count = wide ? values.length / 2 : values.length;
    for (let index = 0; index < count; index += 1) {
      const value = wide
        ? (values[index * 2] ?? 0) * 256 + (values[index * 2 + 1] ?? 0)
        : (values[index] ?? 0);
      cells.set(`${table}/${address + index}`, value);
    }
  }
  return (table: string, address: number, count: number) => {
    const found = Array.from(
      { length: count },
      (_, i) => cells.get(`${table}/${address + i}`) ?? 0,
    );
    return table === 'coil' || table === 'discrete' ? found.map(Boolean) : found;
  };
}

const vectors = catalog.flatMap((profile) =>
  profile.vectors.map((vector) => [profile.id, vector.note, profile, vector] as const),
);

it('there are vectors for every profile', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(catalog.length);
});

describe.each(vectors)('%s: %s', (_id, _note, profile: Profile, vector: ProfileVector) => {
  const values = decode(profile, memory(vector));

  it('decodes to the stated values', () => {
    const stated = Object.entries(vector.values);
    expect(stated.length).toBeGreaterThan(0);
    for (const [point, value] of stated) {
      if (value === null) expect([point, values[point]]).toEqual([point, undefined]);
      else expect([point, values[point]]).toEqual([point, value]);
    }
  });

  it('writes its commands as stated', () => {
    for (const { control: id, value, writes } of vector.commands ?? []) {
      const control = profile.controls.find((candidate) => candidate.id === id);
      const plan = controlWrites(control?.steps ?? [], Number(value), (point) => values[point]);
      expect(plan.ok).toBe(true);
      const sent = plan.ok
        ? plan.writes.map(({ values: written, table, address }) => ({
            table,
            address,
            bytes: Array.from<number | boolean, string>(written, (raw) =>
              Number(raw)
                .toString(16)
                .padStart(table === 'coil' ? 2 : 4, '0'),
            )
              .join('')
              .toUpperCase(),
          }))
        : [];
      const stated = writes.map((write) => ({ ...write, bytes: write.bytes.replaceAll(' ', '') }));
      expect([id, value, sent]).toEqual([id, value, stated]);
    }
  });
});

it('wants no point that a profile does not have', () => {
  for (const profile of catalog) {
    const ids = new Set(profile.points.map(({ id }) => id));
    for (const id of wantedPoints(profile, 3)) expect(ids).toContain(id);
  }
});
