import { median, phasesOf, type CommissioningData, type SiteSample } from './site-sample.js';
import type { Watts } from '@microgrid/units';
import type { Finding } from './finding.js';

/** What the devices leave of the grid meter's power. */
export interface Balance {
  /** Median of the power at the grid meter, W. */
  readonly gridWatts: Watts;
  /** Median of what no device accounts for, W; a home's other loads. */
  readonly unmeteredWatts: Watts;
  readonly samples: number;
}

/** Less than this is nothing, W. */
const FLOOR_WATTS = 100;

/** Power of a device; where it shows only its phases, their sum. */
function powerOf(sample: SiteSample, device: string, phases: 1 | 3): number | undefined {
  const points = sample[device];
  if (points?.['power'] !== undefined) return points['power'];
  const parts = phasesOf(phases).map((phase) => points?.[`powerL${phase}`]);
  return parts.reduce<number | undefined>(
    (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
    0,
  );
}

/** The balance over all samples in which every device showed its power; undefined without any. */
export function balanceOf(data: CommissioningData): Balance | undefined {
  const { gridMeter, devices, phases, tests } = data;
  const whole = tests.flatMap(({ windows }) =>
    windows.flatMap(({ samples }) =>
      samples.flatMap((sample) => {
        const grid = powerOf(sample, gridMeter, phases);
        const ports = devices.map(({ id }) => powerOf(sample, id, phases));
        if (grid === undefined || ports.some((port) => port === undefined)) return [];
        const sum = ports.reduce<number>((total, port) => total + (port ?? 0), 0);
        return [{ grid, unmetered: grid - sum }];
      }),
    ),
  );
  if (whole.length === 0) return undefined;
  return {
    gridWatts: median(whole.map(({ grid }) => grid)),
    unmeteredWatts: median(whole.map(({ unmetered }) => unmetered)),
    samples: whole.length,
  };
}

/** Inverters of modules that draw: only a reversed transformer shows that by day. */
export function judgeGenerators(data: CommissioningData): readonly Finding[] {
  const samples = data.tests.flatMap(({ windows }) => windows.flatMap((window) => window.samples));
  return data.devices
    .filter(({ role }) => role === 'pvInverter')
    .flatMap(({ id }) => {
      const powers = samples
        .map((sample) => powerOf(sample, id, data.phases))
        .filter((watts) => watts !== undefined);
      if (powers.length === 0 || median(powers) <= FLOOR_WATTS) return [];
      return [
        {
          kind: 'ctReversed' as const,
          device: id,
          certainty: 'sure' as const,
          text: `${id} shows that it draws ${Math.round(median(powers))} W, which modules cannot: its meter is the wrong way round; turn it`,
        },
      ];
    });
}

/** Meters whose every value was the same in all samples although loads were switched. */
export function judgeStuck(data: CommissioningData): readonly Finding[] {
  const samples = data.tests.flatMap(({ windows }) => windows.flatMap((window) => window.samples));
  const shown = samples.map((sample) => JSON.stringify(sample[data.gridMeter] ?? null));
  const same = shown.length >= 8 && new Set(shown).size === 1 && shown[0] !== 'null';
  if (!same) return [];
  return [
    {
      kind: 'stuck',
      device: data.gridMeter,
      certainty: 'sure',
      text: `${data.gridMeter} showed exactly the same values in ${shown.length} samples while loads were switched: it is stuck, or something between repeats old values; restart it`,
    },
  ];
}

/** A balance that cannot be, where nothing found so far explains it. */
export function judgeBalance(
  gridMeter: string,
  balance: Balance | undefined,
  explained: boolean,
): readonly Finding[] {
  if (balance === undefined || explained) return [];
  const { gridWatts, unmeteredWatts } = balance;
  if (unmeteredWatts > -Math.max(FLOOR_WATTS, 0.1 * Math.abs(gridWatts))) return [];
  return [
    {
      kind: 'balance',
      device: gridMeter,
      certainty: 'unsure',
      text: `devices together draw ${Math.round(-unmeteredWatts)} W more than ${gridMeter} shows: a source that is not listed, or a meter that is wrong; add the source or check each meter`,
    },
  ];
}
