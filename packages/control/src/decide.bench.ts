import { createSite, describeDevices, observe, step, type SiteConfig } from '@microgrid/plant';
import { decide, initialMemory, parsePolicy, type PointReading } from './index.js';

/** One home's decisions over a day in periods of 10 s, without and with the plant's own time. */
const START = Date.parse('2026-06-21T00:00:00Z');
const TICKS = 8640;

const store = { capacityMilliwattHours: 10_000_000, maxChargeWatts: 5000, maxDischargeWatts: 5000 };
const home: SiteConfig = {
  id: 'home-01',
  latitudeDegrees: 38.72,
  longitudeDegrees: -9.14,
  devices: [
    { kind: 'gridMeter', id: 'grid' },
    { kind: 'pv', id: 'pv', array: { peakWatts: 5000 } },
    { kind: 'battery', id: 'battery', store },
    { kind: 'charger', id: 'ev' },
    { kind: 'house', id: 'house' },
  ],
};
const policy = parsePolicy({ mainFuse: { amperesPerPhase: 25, phases: 1 } });
const descriptions = describeDevices(home);

let site = createSite(home, 1, START);
let memory = initialMemory();
let commands = 0;
let deciding = 0n;
for (let tick = 0; tick < TICKS; tick += 1) {
  const shown = observe(site);
  const devices = descriptions.map((description) => ({
    description,
    readings: Object.fromEntries(
      Object.entries(shown[description.device] ?? {}).map(
        ([point, value]): [string, PointReading] => [point, { value, quality: 'good', ageMs: 0 }],
      ),
    ),
  }));
  const began = process.hrtime.bigint();
  const decision = decide(
    { nowMs: site.atMs, monotonicMs: site.atMs, site: 'home-01', devices, signals: {}, memory },
    policy,
  );
  deciding += process.hrtime.bigint() - began;
  memory = decision.memory;
  commands += decision.commands.length;
  const inputs: Record<string, Record<string, number | boolean>> = {};
  for (const { device, control, value } of decision.commands) inputs[device] = { [control]: value };
  site = step(site, site.atMs + 10_000, inputs);
}
console.log(
  JSON.stringify({
    bench: 'decide',
    decisions: TICKS,
    commands,
    microsecondsEach: Math.round(Number(deciding) / TICKS / 1000),
  }),
);
