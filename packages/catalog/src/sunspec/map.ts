/**
 * First register of each SunSpec model (its id), zero-based, in the order 1, 103, 120-123, 160, 124
 * that inverters with integer registers and a model 1 of 65 registers use (Fronius GEN24 and others).
 */
export const MAP = {
  marker: 40_000,
  common: 40_002,
  inverter: 40_069,
  nameplate: 40_121,
  settings: 40_149,
  status: 40_181,
  controls: 40_227,
  mppt: 40_253,
  storage: 40_343,
  end: 40_369,
} as const;

/** Model 160 of a hybrid has four modules: two strings, charging and discharging. */
export const MPPT_MODULES = 4;
