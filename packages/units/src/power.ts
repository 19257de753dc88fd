/** Active power in watts. A device's port counts it positive into the device, a grid port positive for import. */
export type Watts = number;

/** Electric current in amperes, of one phase unless said otherwise. */
export type Amperes = number;

/** Electric potential in volts, phase to neutral unless said otherwise. */
export type Volts = number;

/** Apparent power in volt-amperes. */
export type VoltAmperes = number;
