/** Bounds of plausible values of a hybrid inverter in a house: beyond them there is no value. */
export const PERCENT = { minimum: 0, maximum: 100 } as const;

/** Volts of one phase. */
export const PHASE_VOLTS = { minimum: 0, maximum: 300 } as const;

/** Amperes of one phase, whatever their direction. */
export const PHASE_AMPERES = { absolute: true, maximum: 200 } as const;

/** Hertz of a public grid. */
export const GRID_HERTZ = { minimum: 45, maximum: 65 } as const;

/** Degrees inside an inverter or a battery. */
export const CELSIUS = { minimum: -40, maximum: 150 } as const;

/** A share between -1 and 1. */
export const POWER_FACTOR = { minimum: -1, maximum: 1 } as const;

/** Watts at the grid connection of a house. */
export const GRID_WATTS = { minimum: -112_500, maximum: 112_500 } as const;

/** Watts of one phase at the grid connection of a house. */
export const GRID_PHASE_WATTS = { minimum: -37_500, maximum: 37_500 } as const;

/** Watts of an inverter whose nameplate is not told. */
export const INVERTER_WATTS = { minimum: -50_000, maximum: 50_000 } as const;
