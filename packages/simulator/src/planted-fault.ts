import { z } from 'zod';
import type { Fault, FaultPlan } from '@microgrid/modbus';
import type { Shown } from './site-twin.js';

const phase = z.union([z.literal(1), z.literal(2), z.literal(3)]);

/**
 * A mistake of wiring or a defect that a simulated device has from the start:
 *
 * - `ctReversed`: the current transformer of a phase is mounted the wrong way round.
 * - `phasesSwapped`: the transformers of two phases are exchanged; the voltages are not.
 * - `scale`: currents, powers and energies are too large by a factor (a wrong transformer ratio).
 * - `stuck`: the device shows its first values for ever.
 * - `slow`: every reply comes so much later. `silent`: no reply comes at all.
 */
export const plantedFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('ctReversed'), phase }),
  z.strictObject({ fault: z.literal('phasesSwapped'), phases: z.tuple([phase, phase]) }),
  z.strictObject({ fault: z.literal('scale'), factor: z.number().positive() }),
  z.strictObject({ fault: z.literal('stuck') }),
  z.strictObject({ fault: z.literal('slow'), delayMs: z.int().min(1).max(60_000) }),
  z.strictObject({ fault: z.literal('silent') }),
]);
export type PlantedFault = z.infer<typeof plantedFault>;

const line = (each: 1 | 2 | 3): `L${1 | 2 | 3}` => `L${each}`;

type Values = Record<string, number>;

/** The total follows from the phases, as in a meter that sums what its transformers tell. */
function sumPhases(values: Values): Values {
  const phases = ['powerL1', 'powerL2', 'powerL3'].flatMap((name) => values[name] ?? []);
  return phases.length === 0 ? values : { ...values, power: phases.reduce((a, b) => a + b, 0) };
}

function apply(fault: PlantedFault, values: Values): Values {
  switch (fault.fault) {
    case 'ctReversed': {
      const name = `power${line(fault.phase)}`;
      // A single-phase meter has its only transformer reversed: the total turns with it.
      const own = values[name] ?? (fault.phase === 1 ? values['power'] : undefined);
      if (own === undefined) return values;
      return name in values ? sumPhases({ ...values, [name]: -own }) : { ...values, power: -own };
    }
    case 'phasesSwapped': {
      const [a, b] = fault.phases.map(line) as [string, string];
      const swapped = { ...values };
      for (const quantity of ['power', 'current']) {
        const [first, second] = [values[`${quantity}${a}`], values[`${quantity}${b}`]];
        if (first === undefined || second === undefined) continue;
        swapped[`${quantity}${a}`] = second;
        swapped[`${quantity}${b}`] = first;
      }
      return swapped;
    }
    case 'scale': {
      const scaled = Object.entries(values).map(([name, value]): [string, number] =>
        /^(power|current|importEnergy|exportEnergy)/.test(name)
          ? [
              name,
              name.includes('Energy') ? Math.round(value * fault.factor) : value * fault.factor,
            ]
          : [name, value],
      );
      return Object.fromEntries(scaled);
    }
    case 'stuck':
    case 'slow':
    case 'silent':
      return values;
  }
}

/** What a device with faults shows in place of the truth. Keeps what it needs from call to call. */
export function faultyView(faults: readonly PlantedFault[]): (shown: Shown) => Shown {
  const stuck = faults.some(({ fault }) => fault === 'stuck');
  let first: Shown | undefined;
  return (shown) => {
    if (stuck && first !== undefined) return first;
    const seen = faults.reduce<Values>((values, fault) => apply(fault, values), { ...shown });
    first ??= seen;
    return seen;
  };
}

/** What goes wrong with the replies of units that are slow or silent; undefined where none is. */
export function lineFaults(
  units: ReadonlyMap<number, readonly PlantedFault[]>,
): FaultPlan | undefined {
  const byUnit = new Map<number, Fault>();
  for (const [unit, faults] of units) {
    for (const each of faults) {
      if (each.fault === 'slow') byUnit.set(unit, { kind: 'delay', ms: each.delayMs });
      if (each.fault === 'silent') byUnit.set(unit, { kind: 'ignore' });
    }
  }
  return byUnit.size === 0 ? undefined : ({ unit }) => byUnit.get(unit);
}
