import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for one test, removed after it. */
export function scratch(): {
  path: (name: string) => string;
  write: (name: string, text: string) => string;
  remove: () => void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'settlement-runner-'));
  const path = (name: string): string => join(directory, name);
  return {
    path,
    write(name, text) {
      writeFileSync(path(name), text);
      return path(name);
    },
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const HOUR_MS = 3_600_000;
const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** A community of three members in Lisbon, one with two metering points. */
export const COMMUNITY = `schema: microgrid/community/1
id: alfama
name: Three in Alfama
timeZone: Europe/Lisbon
resolution: PT60M
currency: EUR
netting: none
sharingKey: { type: proportional }
prices: { import: '0.210000', export: '0.043210', internal: '0.098765' }
members:
  - { id: ana, meteringPoints: [{ id: ana-1 }, { id: ana-2 }] }
  - { id: rui, meteringPoints: [{ id: rui-1 }] }
  - { id: sol, meteringPoints: [{ id: sol-1 }] }
`;

/** Charges of a community per kWh by price period, per kVA-day and per month. */
export const CHARGES = `charges:
  - id: access
    on: supply
    per: kWh
    rate: { type: cycle, cycle: PT-daily-2, prices: { vazio: '0.0158', 'fora de vazio': '0.0614' } }
    payTo: dso
    vat: iva
  - { id: power, on: point, per: kVA-day, rate: '0.0411', payTo: dso, vat: iva }
  - { id: fee, on: point, per: month, rate: '1.50', payTo: egac, vat: iva }
`;

/** {@link COMMUNITY} with the contracted power that {@link CHARGES} need. */
export const CONTRACTED = COMMUNITY.replaceAll(
  /\{ id: (\w+-\d) \}/g,
  "{ id: $1, contractedKilovoltAmperes: '6.9' }",
);

/** Accounts, addresses and VAT of {@link COMMUNITY}: for payments and documents. */
export const PARTIES = {
  schema: 'microgrid/parties/1',
  community: {
    name: 'Três em Alfama & Filhos',
    iban: 'PT50000201231234567890154',
    creditorId: 'DE98ZZZ09999999999',
    vatId: 'PT123456789',
    address: { street: 'Rua 1', city: 'Lisboa', country: 'PT' },
  },
  members: Object.fromEntries(
    ['ana', 'rui', 'sol'].map((member) => [
      member,
      {
        name: member,
        iban: 'DE89370400440532013000',
        mandate: { id: `M-${member}`, date: '2026-01-01', sequence: 'RCUR' },
        address: { country: 'PT' },
      },
    ]),
  ),
  documents: {
    energyVat: { category: 'S', percent: '23' },
    chargesWithoutVat: { category: 'E', reason: 'Article 9' },
  },
};

const POINTS = ['ana-1', 'ana-2', 'rui-1', 'sol-1'];

/** Hourly readings of {@link COMMUNITY}: a plain pattern with ties, zeros and odd milliwatt-hours. */
export function readingsText(fromMs: number, hours: number): string {
  const rows = ['metering_point,start,end,import_kwh,export_kwh,quality'];
  for (let hour = 0; hour < hours; hour++) {
    const startMs = fromMs + hour * HOUR_MS;
    POINTS.forEach((point, index) => {
      const imported = ((hour * 37 + index * 101) % 997) / 500;
      const exported =
        index === 3 && hour % 24 > 6 && hour % 24 < 19 ? ((hour * 53) % 911) / 300 : 0;
      const quality = hour % 17 === 3 && index === 1 ? 'estimated' : 'measured';
      rows.push(
        `${point},${instant(startMs)},${instant(startMs + HOUR_MS)},${imported.toFixed(hour % 5 ? 3 : 6)},${exported.toFixed(3)},${quality}`,
      );
    });
  }
  return `${rows.join('\n')}\n`;
}

/** A seeded generator of whole numbers below a bound (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
