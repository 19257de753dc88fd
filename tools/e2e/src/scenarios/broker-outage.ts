import { Neighbourhood, NEIGHBOURHOOD } from '@microgrid/demo';
import { formatInstant } from '@microgrid/units';
import type { BrokerOutage, GatewayView } from '../broker-outage.js';

/** Prints one line: what was seen while the broker was gone, twice, in the middle of a day. */
const [folder = ''] = process.argv.slice(2);
const HOUR_MS = 3_600_000;
const startMs = Date.UTC(2026, 5, 21, 9);
const sites = NEIGHBOURHOOD.filter(({ site }) => ['home-1', 'home-5', 'plant'].includes(site.id));
const warnings: string[] = [];
const street = await Neighbourhood.start({
  folder,
  startMs,
  seed: 11,
  sites,
  onWarning: (line) => warnings.push(line),
});

/** What each gateway's page says. */
function look(): Promise<GatewayView[]> {
  const pages = street.urls().slice(0, sites.length);
  return Promise.all(
    pages.map(async ({ url }) => (await (await fetch(`${url}api/state`)).json()) as GatewayView),
  );
}

const hour = (count: number): number => startMs + count * HOUR_MS;
let atMs = startMs;
async function runTo(toMs: number): Promise<void> {
  await street.runTo(atMs, toMs);
  atMs = toMs + 10_000;
}

try {
  await runTo(hour(1));
  await street.killBroker();
  await runTo(hour(2) + 450_000);
  const whileGone = { at: formatInstant(hour(2) + 450_000), gateways: await look() };
  const storedWhileGone = (await street.status()).entriesStored;
  await street.restartBroker();
  await runTo(hour(3));
  // Again, and at once, so that messages are lost on their way.
  await street.killBroker();
  await street.restartBroker();
  await runTo(hour(4));
  await street.closePeriod(startMs, hour(4));
  const { entriesStored, entriesRepeated, refusals } = await street.status();
  const result: BrokerOutage = {
    whileGone,
    storedWhileGone,
    atEnd: { entriesStored, entriesRepeated, refusals },
    warnings,
  };
  await street.close();
  console.log(JSON.stringify(result));
  process.exit(0);
} catch (error) {
  console.error(error, warnings);
  process.exit(1);
}
