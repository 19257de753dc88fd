import { applyRules } from './apply-rules.js';
import type { CaseBehaviour, CaseStep, CaseStepResult } from './case-behaviour.js';
import { curtail, passCapacity } from './capacity.js';
import type {
  ClearedCase,
  EnergyCase,
  IntervalReading,
  RuledCase,
  SupersededVersion,
} from './energy-case.js';
import { match } from './match.js';
import { SettlementError } from './settlement-error.js';
import { addColumns, type Workspace } from './workspace.js';

/** A step of the energy case: its values are columns over all metering points, in mWh. */
export type EnergyStep<Data = EnergyCase> = CaseStep<Data, Float64Array>;

/** What an energy step makes. */
export type EnergyStepResult<Data = EnergyCase> = CaseStepResult<Data, Float64Array>;

type EnergyBehaviour = CaseBehaviour<EnergyCase, Float64Array>;

function receive({ data, message }: EnergyStep): EnergyStepResult {
  const reading = message as IntervalReading;
  return {
    data: { ...data, reading },
    values: {
      importPending: reading.importMilliwattHours,
      exportPending: reading.exportMilliwattHours,
    },
  };
}

const isAccepted = ({ message }: EnergyStep): boolean => (message as IntervalReading).accepted;

function sameColumn(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, index) => value === b[index]);
}

/**
 * Takes an issued version back: every share, surplus and residual returns to where it came from,
 * which must be exactly the readings of that version; then the correcting readings take their place.
 */
function resettle(
  workspace: Workspace,
  { data, values, indices, tokens }: EnergyStep,
): EnergyStepResult {
  const { startMs, reading, correction } = data;
  const version = indices.v ?? 0;
  const { zero } = workspace;
  const back = (name: 'returnedImport' | 'returnedExport', places: readonly string[]) =>
    addColumns(
      places.map((place) => values[place] ?? zero),
      workspace.column(name, startMs),
    );
  const imports = back('returnedImport', ['importPending', 'nettedImport', 'sharedIn', 'residual']);
  const exports = back('returnedExport', [
    'exportPending',
    'nettedExport',
    'sharedOut',
    'losses',
    'surplus',
  ]);
  if (
    reading === undefined ||
    !sameColumn(imports, reading.importMilliwattHours) ||
    !sameColumn(exports, reading.exportMilliwattHours)
  ) {
    throw new SettlementError(
      'not-conserved',
      `the reversal of version ${version} does not give back the readings it was made of`,
    );
  }
  const next = correction ?? reading;
  const superseded = tokens['superseded'] as readonly SupersededVersion[];
  const versions =
    correction === undefined
      ? superseded
      : [...superseded, { version, importMilliwattHours: imports, exportMilliwattHours: exports }];
  return {
    data: { startMs, reading: next },
    values: {
      ...Object.fromEntries(Object.keys(values).map((place) => [place, zero])),
      importPending: next.importMilliwattHours,
      exportPending: next.exportMilliwattHours,
    },
    tokens: { superseded: versions },
  };
}

function withCorrection(data: EnergyCase, correction: IntervalReading | undefined): EnergyCase {
  return { ...data, ...(correction && { correction }) };
}

/** Late readings that no correction is left for are kept for the person who closes. */
function keepForPerson({ data, tokens }: EnergyStep): EnergyStepResult {
  const kept = tokens['unsettledReadings'] as readonly IntervalReading[];
  const late = tokens['late'] as IntervalReading;
  return { data, tokens: { unsettledReadings: [...kept, late] } };
}

/** The energy case's behaviours under a contract. */
export function energyBehaviours(workspace: Workspace): Readonly<Record<string, EnergyBehaviour>> {
  const { zero } = workspace;
  const rules: EnergyBehaviour = { act: (step) => applyRules(workspace, step) };
  return {
    receiveReading: { guard: isAccepted, act: receive },
    refuseReading: { guard: (step) => !isAccepted(step) },
    repairReading: { guard: isAccepted, act: receive },
    substitute: { act: receive },
    giveUpRepair: { act: receive },
    applyRules: rules,
    applyRulesToEstimate: rules,
    passCapacity: {
      guard: ({ data }) => (data as RuledCase).withinCapacity,
      act: (step) => passCapacity(step as EnergyStep<RuledCase>),
    },
    exceedCapacity: { guard: ({ data }) => !(data as RuledCase).withinCapacity },
    curtail: { act: (step) => curtail(workspace, step as EnergyStep<RuledCase>) },
    match: { act: (step) => match(workspace, step as EnergyStep<ClearedCase>) },
    // Losses are the network operator's here: all that is not shared is surplus.
    attributeExport: {
      act: ({ data, values }) => ({
        data,
        values: { surplus: values['exportPending'] ?? zero, exportPending: zero },
      }),
    },
    supplyRest: {
      act: ({ data, values }) => ({
        data,
        values: { residual: values['importPending'] ?? zero, importPending: zero },
      }),
    },
    arriveLate: {
      guard: isAccepted,
      act: ({ data, message }) => ({ data, tokens: { late: message } }),
    },
    correctLate: {
      act: ({ data, tokens }) => ({
        data: withCorrection(data, tokens['late'] as IntervalReading),
      }),
    },
    correctUpheld: {
      act: ({ data, message }) => ({
        data: withCorrection(data, (message as { readonly reading?: IntervalReading }).reading),
      }),
    },
    resettle: { act: (step) => resettle(workspace, step) },
    escalateLate: { act: keepForPerson },
    noteLate: { act: keepForPerson },
  };
}
