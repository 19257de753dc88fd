import { IntervalLedger, type CounterReading } from './index.js';

const MINUTE = 60_000;
const RUNS = 5;

const reading = (minute: number): CounterReading => ({
  meteringPoint: 'home-01',
  atMs: Date.UTC(2026, 0, 1) + minute * MINUTE,
  importMilliwattHours: 1_000_000_000 + minute * 8_333,
  exportMilliwattHours: 0,
  quality: 'good',
});

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** What a ledger costs that holds readings a minute apart of so many days. */
function cost(days: number): Record<string, number> {
  const before = heap();
  const settings = { resolutionMs: 15 * MINUTE, source: 'gw-01', maximumWatts: 20_000 };
  const ledger = new IntervalLedger(settings);
  const count = days * 1440;
  const filling = process.cpuUsage();
  for (let minute = 0; minute < count; minute++) {
    if (minute % 1440 !== 700) ledger.add(reading(minute));
  }
  const filled = process.cpuUsage(filling);
  const bytes = heap() - before;
  const late: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const began = process.cpuUsage();
    ledger.add(reading((days - 1 - run) * 1440 + 700));
    const took = process.cpuUsage(began);
    late.push((took.user + took.system) / 1000);
  }
  return {
    days,
    megabytes: Math.round(bytes / 1e5) / 10,
    microsecondsInOrder: Math.round(((filled.user + filled.system) / count) * 10) / 10,
    millisecondsLate: Math.round(median(late)),
    memoryJsonKilobytes: Math.round(JSON.stringify(ledger.memory()).length / 1000),
  };
}

cost(5);
console.log(JSON.stringify({ bench: 'ledger', windows: [7, 35].map(cost) }));
