import { EventsError, idField, instantField, parse } from '@microgrid/events';
import type { DeviceConfig, SiteConfig } from '@microgrid/plant';
import { parseInstant } from '@microgrid/units';
import { z } from 'zod';
import { deviceSpeech } from './device-speech.js';
import { plantedFault } from './planted-fault.js';
import { lineConfig } from './served-line.js';
import { SimulatorError } from './simulator-error.js';
import type { SimulatorOptions } from './simulator.js';

const watts = z.number().min(0).max(1e8);
const phases = z.union([z.literal(1), z.literal(3)]);
const share = z.number().min(0.1).max(1);

/** What every device has beside its kind. */
const common = {
  id: idField,
  phases: phases.optional(),
  /** The phase of a single-phase device. */
  phase: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
  speaks: deviceSpeech.optional(),
  /** Name of the line it answers on; default a TCP port of its own. */
  line: z.string().min(1).optional(),
  faults: z.array(plantedFault).optional(),
};

const array = z.strictObject({
  peakWatts: watts,
  tiltDegrees: z.number().min(0).max(90).optional(),
  azimuthDegrees: z.number().min(0).max(360).optional(),
  performance: z.number().min(0).max(1).optional(),
});

const store = z.strictObject({
  capacityKilowattHours: z.number().positive().max(1e6),
  maxChargeWatts: watts,
  maxDischargeWatts: watts,
  chargeEfficiency: share.optional(),
  dischargeEfficiency: share.optional(),
  initialPercent: z.number().min(0).max(100).optional(),
});

const habits = z.strictObject({
  presence: z.number().min(0).max(1).optional(),
  arrivalMinute: z.int().min(0).max(1439).optional(),
  departureMinute: z.int().min(0).max(1439).optional(),
  spreadMinutes: z.int().min(0).max(180).optional(),
});

const device = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('gridMeter') }),
  z.strictObject({
    ...common,
    kind: z.literal('pv'),
    array,
    ratedWatts: watts.optional(),
    efficiency: share.optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('battery'), store }),
  z.strictObject({
    ...common,
    kind: z.literal('hybrid'),
    array,
    store,
    ratedWatts: watts,
    efficiency: share.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('charger'),
    minAmperes: z.number().min(0).max(80).optional(),
    maxAmperes: z.number().min(0).max(80).optional(),
    habits: habits.optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('house'), scale: z.number().min(0).optional() }),
  z.strictObject({
    ...common,
    kind: z.literal('switchedLoad'),
    watts,
    /** Minutes after local midnight in which it draws power, from and to. */
    windows: z.array(z.tuple([z.int().min(0).max(1440), z.int().min(0).max(1440)])),
  }),
]);

/** One simulated site as a file says it; values are in the units their names end with. */
export const siteFile = z.strictObject({
  schema: z.literal('microgrid/simulated-site/1'),
  id: idField,
  latitudeDegrees: z.number().min(-90).max(90),
  longitudeDegrees: z.number().min(-180).max(180),
  localOffsetMinutes: z.int().min(-720).max(840).optional(),
  phases: phases.optional(),
  nominalVolts: z.number().min(100).max(500).optional(),
  clouds: z.enum(['seeded', 'clear']).optional(),
  /** Fixes clouds, people and cars. */
  seed: z.int().min(0).default(1),
  /** Instant at which simulated time begins. */
  start: instantField,
  /** Simulated seconds in a real one. */
  speed: z.number().positive().max(100_000).default(1),
  /** Address of all servers in the network. Modbus has no authentication. */
  host: z.string().min(1).default('127.0.0.1'),
  lines: z.record(z.string().min(1), lineConfig).default({}),
  devices: z.array(device).min(1),
});
export type SiteFile = z.infer<typeof siteFile>;

/** A device of the plant without what concerns its electronics. */
function plantDevice(of: SiteFile['devices'][number]): DeviceConfig {
  const { speaks: _speaks, line: _line, faults: _faults, ...rest } = of;
  if (!('store' in rest)) return rest as DeviceConfig;
  const { capacityKilowattHours, ...limits } = rest.store;
  const capacityMilliwattHours = Math.round(capacityKilowattHours * 1e6);
  return { ...rest, store: { ...limits, capacityMilliwattHours } } as DeviceConfig;
}

/** Everything a site file asks the simulator for. */
export interface SimulatedSiteFile {
  readonly options: SimulatorOptions;
  /** Simulated seconds in a real one. */
  readonly speed: number;
}

/**
 * Reads a site file that is data already.
 * @param source its name for messages.
 * @throws SimulatorError `bad-options` naming path, value and expectation.
 */
export function parseSiteFile(value: unknown, source: string): SimulatedSiteFile {
  const file = checked(value, source);
  const { schema: _schema, seed, start, speed, host, lines, devices, ...site } = file;
  const simulations = devices.map(({ id, speaks, line, faults }) => [
    `${file.id}/${id}`,
    {
      ...(speaks === undefined ? {} : { speaks }),
      ...(line === undefined ? {} : { line }),
      ...(faults === undefined ? {} : { faults }),
    },
  ]);
  return {
    speed,
    options: {
      sites: [{ ...site, devices: devices.map(plantDevice) } as SiteConfig],
      startMs: parseInstant(start),
      seed,
      host,
      lines,
      devices: Object.fromEntries(simulations) as NonNullable<SimulatorOptions['devices']>,
    },
  };
}

function checked(value: unknown, source: string): SiteFile {
  try {
    return parse(siteFile, value, source);
  } catch (error) {
    if (error instanceof EventsError) throw new SimulatorError('bad-options', error.message);
    throw error;
  }
}
