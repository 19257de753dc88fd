import { deviceRole, idField, safeParse } from '@microgrid/events';
import { z } from 'zod';
import { CommandError } from '../command-error.js';
import { readYamlFile } from '../yaml-file.js';

const phase = z.union([z.literal(1), z.literal(2), z.literal(3)]);
const amperes = z.number().positive().max(10_000);
const watts = z.number().positive().max(1_000_000);

const step = z.strictObject({
  /** Control that is stepped with `--auto`. */
  control: idField,
  /** Set points at which the device draws little and much, in the control's unit. */
  off: z.union([z.number(), z.boolean()]),
  on: z.union([z.number(), z.boolean()]),
  /** What the step is about, W. */
  watts: watts.optional(),
});

const device = z.strictObject({
  id: idField,
  role: deviceRole,
  /** A profile of the catalogue, sunspec, eredes-han, or the path of a profile file. */
  profile: z.string().min(1),
  /** As for `microgrid device read`. */
  address: z.string().min(1),
  config: z.record(z.string(), z.json()).default({}),
  /** Where the plan says that it hangs; absent: found out. */
  phase: z.union([phase, z.literal('all')]).optional(),
  /** Of the circuit it hangs on, A per phase. Default: the site's. */
  circuitAmperes: amperes.optional(),
  /** How it is switched to be measured; absent: it is read only. */
  step: step.optional(),
});

const load = z.strictObject({
  id: idField,
  /** What people call it; default the id. */
  label: z.string().min(1).max(100).optional(),
  phase: z.union([phase, z.literal('all')]).optional(),
  /** About what it draws, W. */
  watts,
  /** How far that may be off, as a share. Default 0.25. */
  accuracy: z.number().positive().max(1).optional(),
});

const commissioningFile = z
  .strictObject({
    schema: z.literal('microgrid/commissioning/1'),
    site: z.strictObject({
      id: idField,
      phases: z.union([z.literal(1), z.literal(3)]),
      /** Of the grid connection, A per phase. */
      circuitAmperes: amperes,
      /** Phase to neutral. Default 230. */
      nominalVolts: z.number().min(50).max(500).default(230),
    }),
    devices: z.array(device).min(1),
    /** Loads that a person switches. */
    loads: z.array(load).default([]),
    sampling: z
      .strictObject({
        /** From one sample to the next. Default 1000. */
        intervalMs: z.int().min(10).max(60_000).default(1000),
        /** In one window. Default 10. */
        samples: z.int().min(4).max(1000).default(10),
        /** Wait after switching. Default 5000. */
        settleMs: z.int().min(0).max(600_000).default(5000),
        /** Times a load is switched at most before it is given up as unsure. Default 11. */
        mostSwitchings: z.int().min(4).max(99).default(11),
      })
      .prefault({}),
  })
  .superRefine((file, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    const ids = [...file.devices, ...file.loads].map(({ id }) => id);
    if (new Set(ids).size < ids.length) refuse(['devices'], 'each id of devices and loads once');
    const meters = file.devices.filter(({ role }) => role === 'gridMeter');
    if (meters.length !== 1) refuse(['devices'], 'exactly one device of role gridMeter');
    if (file.loads.length + file.devices.filter((one) => one.step).length === 0) {
      refuse(['loads'], 'at least one load, or one device with a step');
    }
    file.devices.forEach(({ step: own }, index) => {
      if (own !== undefined && typeof own.on !== typeof own.off) {
        refuse(['devices', index, 'step', 'on'], 'the same kind of value as off');
      }
    });
    const phases = [...file.devices, ...file.loads].map((one) => one.phase);
    if (file.site.phases === 1 && phases.some((one) => one === 2 || one === 3)) {
      refuse(['site', 'phases'], '3, as some device or load is on L2 or L3');
    }
  });

/** A site as commissioning is told of it. */
export type CommissioningFile = z.infer<typeof commissioningFile>;
export type CommissionedDevice = CommissioningFile['devices'][number];

/** Reads a site file. @throws CommandError `file`, `input` naming path, value and expectation. */
export function readCommissioningFile(path: string): CommissioningFile {
  const result = safeParse(commissioningFile, readYamlFile(path), path);
  if (result.success) return result.data;
  throw new CommandError('input', result.error.message);
}
