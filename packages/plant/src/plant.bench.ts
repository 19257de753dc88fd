import { createSite, step, type SiteConfig } from './index.js';

/** Seven sites through one day in steps of 10 s, as a neighbourhood's simulation does. */
const START = Date.parse('2026-06-21T00:00:00Z');
const STEPS = 8640;

const store = { capacityMilliwattHours: 10_000_000, maxChargeWatts: 5000, maxDischargeWatts: 5000 };
const site = (id: string): SiteConfig => ({
  id,
  latitudeDegrees: 38.72,
  longitudeDegrees: -9.14,
  devices: [
    { kind: 'gridMeter', id: 'grid' },
    { kind: 'pv', id: 'pv', array: { peakWatts: 5000 } },
    { kind: 'battery', id: 'battery', store },
    { kind: 'charger', id: 'ev' },
    { kind: 'house', id: 'house' },
  ],
});

const began = process.hrtime.bigint();
let sites = Array.from({ length: 7 }, (_, index) => createSite(site(`home-${index}`), 1, START));
for (let index = 1; index <= STEPS; index += 1) {
  const battery = { batteryPower: (index % 40) * 100 - 2000 };
  sites = sites.map((each) => step(each, START + index * 10_000, { battery }));
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
console.log(
  JSON.stringify({
    bench: 'plant',
    sites: sites.length,
    steps: STEPS,
    seconds: Number(seconds.toFixed(3)),
    stepsPerSecond: Math.round((sites.length * STEPS) / seconds),
  }),
);
