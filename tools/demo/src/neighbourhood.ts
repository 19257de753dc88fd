import type { PolicyInput } from '@microgrid/control';
import type { DeviceConfig, SiteConfig } from '@microgrid/plant';

/** One site of the demo: what stands there and how its gateway is told to run it. */
export interface DemoSite {
  readonly site: SiteConfig;
  /** Name for people. */
  readonly name: string;
  readonly policy: PolicyInput;
  /** Largest mean power at the connection, W. */
  readonly maximumWatts: number;
}

/** The demo's place: a street in Évora. */
export const TIME_ZONE = 'Europe/Lisbon';
const PLACE = { latitudeDegrees: 38.57, longitudeDegrees: -7.91, localOffsetMinutes: 60 } as const;

const KILOWATT_HOUR = 1_000_000;
const METER: DeviceConfig = { kind: 'gridMeter', id: 'grid' };
const SINGLE_PHASE_FUSE = { amperesPerPhase: 30, phases: 1 } as const;
const THREE_PHASE_FUSE = { amperesPerPhase: 25, phases: 3 } as const;
const SINGLE_PHASE_WATTS = 30 * 230;
const THREE_PHASE_WATTS = 3 * 25 * 230;

function home(
  id: string,
  name: string,
  devices: readonly DeviceConfig[],
  policy: Partial<PolicyInput> = {},
): DemoSite {
  return {
    site: { id, ...PLACE, devices: [METER, ...devices] },
    name,
    policy: {
      mainFuse: SINGLE_PHASE_FUSE,
      staleAfterMs: 60_000,
      // Eighteen decisions: simulated devices need no tighter watch.
      commands: { validForMs: 180_000 },
      ...policy,
    },
    maximumWatts: SINGLE_PHASE_WATTS,
  };
}

/** Six homes and the community's own plant. */
export const NEIGHBOURHOOD: readonly DemoSite[] = [
  home(
    'home-1',
    'Casa Alves: PV and battery',
    [
      { kind: 'house', id: 'house', scale: 1 },
      { kind: 'pv', id: 'pv', array: { peakWatts: 4000, tiltDegrees: 25 } },
      {
        kind: 'battery',
        id: 'battery',
        store: {
          capacityMilliwattHours: 8 * KILOWATT_HOUR,
          maxChargeWatts: 3000,
          maxDischargeWatts: 3000,
          initialPercent: 30,
        },
      },
    ],
    { battery: { reservePercent: 15, deadbandWatts: 100 } },
  ),
  home(
    'home-2',
    'Casa Brito: hybrid inverter',
    [
      { kind: 'house', id: 'house', scale: 1.3 },
      {
        kind: 'hybrid',
        id: 'hybrid',
        array: { peakWatts: 5000, azimuthDegrees: 220 },
        store: {
          capacityMilliwattHours: 10 * KILOWATT_HOUR,
          maxChargeWatts: 4000,
          maxDischargeWatts: 4000,
          initialPercent: 25,
        },
        ratedWatts: 5000,
      },
    ],
    { battery: { reservePercent: 20, deadbandWatts: 100 } },
  ),
  home('home-3', 'Casa Costa: PV', [
    { kind: 'house', id: 'house', scale: 0.9 },
    { kind: 'pv', id: 'pv', array: { peakWatts: 3000, azimuthDegrees: 150 } },
  ]),
  {
    ...home(
      'home-4',
      'Casa Dias: electric car',
      [
        { kind: 'house', id: 'house', scale: 1.1 },
        {
          kind: 'charger',
          id: 'charger',
          maxAmperes: 32,
          habits: { presence: 1, arrivalMinute: 17 * 60, spreadMinutes: 30 },
        },
      ],
      {
        mainFuse: { amperesPerPhase: 45, phases: 1 },
        ev: { mode: 'fast', chargers: { charger: { failsafeAmperes: 6 } } },
      },
    ),
    maximumWatts: 45 * 230,
  },
  home(
    'home-5',
    'Casa Esteves: water heater',
    [
      { kind: 'house', id: 'house', scale: 1.2 },
      {
        kind: 'switchedLoad',
        id: 'heater',
        watts: 2000,
        windows: [
          [6 * 60, 8 * 60],
          [18 * 60 + 15, 20 * 60],
        ],
      },
    ],
    { loads: [{ device: 'heater', priority: 2, ratedWatts: 2000 }] },
  ),
  home('home-6', 'Casa Faria', [{ kind: 'house', id: 'house', scale: 0.7 }]),
  {
    site: {
      id: 'plant',
      ...PLACE,
      phases: 3,
      devices: [
        METER,
        { kind: 'pv', id: 'pv', phases: 3, array: { peakWatts: 12_000, tiltDegrees: 20 } },
      ],
    },
    name: 'Community plant',
    policy: { mainFuse: THREE_PHASE_FUSE, staleAfterMs: 60_000 },
    maximumWatts: THREE_PHASE_WATTS,
  },
];
