import type { Net } from '@microgrid/petri';
import type { CaseBehaviour } from '../case-behaviour.js';
import type { EnergyCase, IntervalReading } from '../energy-case.js';
import { contractParameters, energyNetOf } from '../energy-net.js';
import { energyBehaviours, type EnergyStep } from '../energy-steps.js';
import type { SettlementContract } from '../settlement-contract.js';
import type { SettlementParameters } from '../settlement-parameters.js';
import { Workspace } from '../workspace.js';

/** Readings with the rules they are settled by. */
export interface VersionedReading extends IntervalReading {
  /** Position of the contract among those of the net. Default 0. */
  readonly rules?: number;
}

type EnergyBehaviour = CaseBehaviour<EnergyCase, Float64Array>;

/** Steps that bring the first readings of a case. */
const INTAKE: ReadonlySet<string> = new Set([
  'receiveReading',
  'refuseReading',
  'repairReading',
  'substitute',
  'giveUpRepair',
]);

const rulesOf = (reading: IntervalReading | undefined): number =>
  (reading as VersionedReading | undefined)?.rules ?? 0;

/** The rules under which a step happens: those of the readings that are settled. */
function rulesAt(name: string, { data, message }: EnergyStep): number {
  return rulesOf(INTAKE.has(name) ? (message as IntervalReading) : data.reading);
}

/** Whether a contract of the versions nets import against export. */
function parametersOf(
  contracts: readonly SettlementContract[],
  given: Partial<Omit<SettlementParameters, 'netting'>>,
): SettlementParameters {
  const netting = contracts.find(({ community }) => community.netting === 'interval');
  return contractParameters((netting ?? contracts[0]) as SettlementContract, given);
}

/**
 * The net of an interval whose rules may be corrected as its readings may: each version is settled by
 * the contract its readings name. A version is taken back under the rules it was made by; the next one
 * begins under its own, which may have other metering points.
 * @param contracts at least one.
 */
export function versionedEnergyNet(
  contracts: readonly SettlementContract[],
  given: Partial<Omit<SettlementParameters, 'netting'>> = {},
): Net {
  const workspaces = contracts.map((contract) => new Workspace(contract));
  const all = workspaces.map(energyBehaviours);
  const names = Object.keys(all[0] ?? {});
  const of = (name: string, step: EnergyStep): EnergyBehaviour =>
    all[rulesAt(name, step)]?.[name] ?? {};
  const behaviours = names.map((name): [string, EnergyBehaviour] => {
    const { guard, act } = all[0]?.[name] ?? {};
    return [
      name,
      {
        ...(guard && { guard: (step) => of(name, step).guard?.(step) ?? true }),
        ...(act && {
          act: (step) => {
            const result = of(name, step).act?.(step) ?? step;
            if (name !== 'resettle') return result;
            return withOtherZero(result, workspaces, rulesAt(name, step));
          },
        }),
      },
    ];
  });
  return energyNetOf(
    parametersOf(contracts, given),
    Object.fromEntries(behaviours),
    workspaces.map(({ zero }) => zero),
  );
}

/** A version that begins has empty columns of its own contract's length. */
function withOtherZero(
  result: ReturnType<NonNullable<EnergyBehaviour['act']>>,
  workspaces: readonly Workspace[],
  before: number,
): ReturnType<NonNullable<EnergyBehaviour['act']>> {
  const old = workspaces[before]?.zero;
  const now = workspaces[rulesOf(result.data.reading)]?.zero ?? new Float64Array(0);
  const values = Object.entries(result.values ?? {}).map(
    ([place, column]): [string, Float64Array] => [place, column === old ? now : column],
  );
  return { ...result, values: Object.fromEntries(values) };
}
