import { formatInstant, parseInstant } from '@microgrid/units';
import type { ConsoleHistory, ConsoleSample } from './history.js';
import type { ConsoleState } from './state.js';

/** Local midnight of the sample day in Lisbon. */
export const SAMPLE_DAY_START = '2026-06-20T23:00:00Z';

const DAY_MS = 86_400_000;
const SAMPLE_MS = 300_000;

/** A smooth, invented day of a house with sun, battery and a vehicle: for tests and screenshots. */
export function sampleAt(at: string): ConsoleSample {
  const hour = (parseInstant(at) - parseInstant(SAMPLE_DAY_START)) / 3_600_000;
  const pvWatts = Math.max(0, Math.sin(((hour - 6.5) / 14) * Math.PI)) * 5200 + wave(hour, 9) * 60;
  const evening = Math.exp(-(((hour - 20) / 1.6) ** 2)) * 1900;
  const morning = Math.exp(-(((hour - 7.6) / 0.8) ** 2)) * 1300;
  const houseWatts = 260 + morning + evening + (1 + wave(hour, 40)) * 90;
  const chargerWatts = hour > 11.2 && hour < 14.6 ? 2900 : 0;
  const sunWatts = hour > 6.5 && hour < 20.5 ? Math.max(0, pvWatts) : 0;
  const spare = sunWatts - houseWatts - chargerWatts;
  const full = hour > 16;
  const wanted = full && spare > 0 ? 0 : Math.max(-2400, Math.min(3000, spare));
  const empty = hour < 6.5 || hour > 23.2;
  const batteryWatts = empty && wanted < 0 ? 0 : wanted;
  const stateOfChargePercent =
    hour < 6.5 ? 22 : Math.min(96, 22 + Math.max(0, hour - 7) * 9 - Math.max(0, hour - 19.5) * 15);
  return {
    at,
    pvWatts: sunWatts,
    houseWatts,
    chargerWatts,
    batteryWatts,
    gridWatts: houseWatts + chargerWatts + batteryWatts - sunWatts,
    stateOfChargePercent,
  };
}

/** The day's samples up to an instant, with an hour of silence before noon. */
export function sampleHistory(until: string): ConsoleHistory & { kind: string; version: number } {
  const startMs = parseInstant(SAMPLE_DAY_START);
  const samples: ConsoleSample[] = [];
  for (let at = startMs; at <= parseInstant(until); at += SAMPLE_MS) {
    const hour = (at - startMs) / 3_600_000;
    if (hour < 9.4 || hour > 10.1) samples.push(sampleAt(formatInstant(at)));
  }
  return {
    kind: 'consoleHistory',
    version: 1,
    day: '2026-06-21',
    timeZone: 'Europe/Lisbon',
    start: SAMPLE_DAY_START,
    end: formatInstant(startMs + DAY_MS),
    sampleMs: SAMPLE_MS,
    samples,
  };
}

/** The state of the sample site at an instant, as the gateway would send it. */
export function sampleState(now: string): ConsoleState & { kind: string; version: number } {
  const { at: _, ...flows } = sampleAt(now);
  const amperes = (flows.gridWatts ?? 0) / 690;
  return {
    kind: 'consoleState',
    version: 1,
    gateway: 'gw-01',
    site: 'Casa da Ribeira',
    now,
    timeZone: 'Europe/Lisbon',
    uptimeMs: 273_000_000,
    tickMs: 1000,
    flows: {
      ...flows,
      phases: (['L1', 'L2', 'L3'] as const).map((phase, index) => ({
        phase,
        amperes: amperes * (1 + 0.3 * (index - 1)),
        limitAmperes: 25,
      })),
    },
    devices: sampleDevices(now, flows),
    decision: sampleDecision(now, flows),
    limits: {
      mainFuseAmperes: 25,
      exportLimitWatts: 3000,
      reason: 'Feeder F2 near its limit around noon',
      until: '2026-06-21T14:00:00Z',
    },
    price: {
      currency: 'EUR',
      importPriceMicroPerKilowattHour: 184_300,
      exportPriceMicroPerKilowattHour: 50_000,
      until: '2026-06-21T17:00:00Z',
    },
    today: {
      importMilliwattHours: '2276000',
      exportMilliwattHours: '6104500',
      pvMilliwattHours: '21480000',
      consumptionMilliwattHours: '15120000',
      selfSufficiencyPercent: 84.9,
    },
    uplink: { connected: true, outboxEntries: 0, lastReceiptAt: now },
    alarms: [],
  };
}

type Powers = Omit<ConsoleSample, 'at'>;

function sampleDevices(now: string, flows: Powers): ConsoleState['devices'] {
  const power = (watts: number | undefined) => (watts === undefined ? {} : { powerWatts: watts });
  const read = { online: true, quality: 'good', readAt: now } as const;
  const charge = flows.stateOfChargePercent;
  return [
    { device: 'grid', role: 'gridMeter', ...read, ...power(flows.gridWatts) },
    {
      device: 'pv-roof',
      role: 'pvInverter',
      label: 'Roof south',
      ...read,
      ...power(-(flows.pvWatts ?? 0)),
    },
    {
      device: 'battery',
      role: 'batteryInverter',
      label: 'Battery',
      ...read,
      ...power(flows.batteryWatts),
      ...(charge === undefined ? {} : { stateOfChargePercent: charge }),
    },
    {
      device: 'charger',
      role: 'charger',
      label: 'Garage charger',
      ...read,
      ...power(flows.chargerWatts),
    },
    {
      device: 'boiler',
      role: 'switch',
      label: 'Water heater',
      online: false,
      cause: 'timeout after 1000 ms',
      readAt: '2026-06-21T08:12:00Z',
    },
  ];
}

function sampleDecision(now: string, flows: Powers): NonNullable<ConsoleState['decision']> {
  const amperes = Math.round((flows.chargerWatts ?? 0) / 230);
  const expiresAt = formatInstant(parseInstant(now) + 60_000);
  const watts = Math.round(flows.batteryWatts ?? 0);
  return {
    at: now,
    mode: 'normal',
    summary:
      watts >= 0
        ? `The sun gives ${Math.round(flows.pvWatts ?? 0)} W: the vehicle takes ${amperes} A and the battery ${watts} W of what is left.`
        : `The battery covers the house with ${-watts} W.`,
    rules: [
      {
        rule: 'upstreamLimit',
        text: 'Export is limited to 3000 W until 15:00: Feeder F2 near its limit around noon.',
      },
      { rule: 'evCharging', text: `${amperes} A of surplus goes into the vehicle.` },
      { rule: 'selfConsumption', text: 'The battery brings the grid exchange towards 0 W.' },
    ],
    setPoints: [
      {
        device: 'battery',
        control: 'batteryPower',
        unit: 'W',
        wanted: Math.round(watts * 1.2),
        granted: watts,
        limitedBy: ['nameplate'],
        reason: watts >= 0 ? 'stores surplus' : 'covers the house',
        issued: true,
        expiresAt,
      },
      {
        device: 'charger',
        control: 'chargeCurrent',
        unit: 'A',
        wanted: amperes,
        granted: amperes,
        limitedBy: [],
        reason: amperes > 0 ? 'charges on surplus' : 'waits for surplus',
        issued: false,
        expiresAt,
      },
    ],
  };
}

function wave(hour: number, perDay: number): number {
  return Math.sin((hour / 24) * perDay * 2 * Math.PI) * Math.sin(hour * 7.3);
}
