/**
 * The energy flows of a metering point or member: gross import and export at the meter, what was
 * taken from the grid (`supply`) and given to it (`surplus`), and what was shared in and out.
 */
export const ENERGY_FLOWS = [
  'import',
  'supply',
  'sharedIn',
  'export',
  'surplus',
  'sharedOut',
] as const;
/** One of {@link ENERGY_FLOWS}. */
export type EnergyFlow = (typeof ENERGY_FLOWS)[number];

/** What a charge is levied on: an energy flow, or the metering point itself. */
export const CHARGE_BASES = [...ENERGY_FLOWS, 'point'] as const;
/** One of {@link CHARGE_BASES}. */
export type ChargeBase = (typeof CHARGE_BASES)[number];

/** Flows that leave the member: a price per kWh on them is earned unless a charge says otherwise. */
export const OUTFLOWS: readonly ChargeBase[] = ['export', 'surplus', 'sharedOut'];
