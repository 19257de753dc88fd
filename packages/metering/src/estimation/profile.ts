/** Relative energies of a day in steps of equal length from midnight, by kind of day. */
export interface Profile {
  readonly workday: readonly number[];
  readonly saturday: readonly number[];
  /** Holidays too. */
  readonly sunday: readonly number[];
}
