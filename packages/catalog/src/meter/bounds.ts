/** Bounds of plausible values of a meter in a house: beyond them there is no value. */
export const METER_VOLTS = { minimum: 0, maximum: 300 } as const;

/** Amperes of one phase; meters with current transformers state their own. */
export const METER_AMPERES = { minimum: 0, maximum: 125 } as const;

/** Watts of one phase; positive is import when the meter is wired in its usual direction. */
export const METER_PHASE_WATTS = { sign: 1, minimum: -37_500, maximum: 37_500 } as const;

/** Watts of three phases. */
export const METER_WATTS = { sign: 1, minimum: -112_500, maximum: 112_500 } as const;

/** Hertz of a public grid. */
export const GRID_HERTZ = { minimum: 45, maximum: 65 } as const;

/** A share that lies between -1 and 1. */
export const POWER_FACTOR = { minimum: -1, maximum: 1 } as const;
