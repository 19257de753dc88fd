/** How a simulated meter is made. */
export interface EmiMeterOptions {
  /** Start of the simulation, epoch ms. */
  readonly startMs: number;
  /** Zone of its clock. Default `Europe/Lisbon`. */
  readonly timeZone?: string;
  /** 1 = February 2017, 2 = July 2020. Default 2. */
  readonly edition?: 1 | 2;
  /** Default 3. */
  readonly phases?: 1 | 3;
  /** Ten characters. Default `0000000001`. */
  readonly serial?: string;
  /** Measurement ids of register 0x0080. Default clock, status, +A and -A increments: 1, 2, 9, 10. */
  readonly columns?: readonly number[];
  /** Whether entries begin with clock and status although `columns` does not list them. Default false. */
  readonly unlistedClock?: boolean;
  /** Default 900. */
  readonly periodSeconds?: number;
  /** Entries it can hold. Default 8928, three months of quarter-hours. */
  readonly capacity?: number;
  /** Names of registers that the operator denies. */
  readonly denied?: readonly string[];
  /** How positions of function 0x45 are counted. Default from 1, oldest first. */
  readonly numbering?: { readonly base: 0 | 1; readonly newestFirst: boolean };
  /** Whether it has function 0x45. Default true. */
  readonly positional?: boolean;
  /** Whether replies with entries are padded to an even length. Default false, as seen in the field. */
  readonly padEntries?: boolean;
  /** Whether it captures the rest of a period when supply fails or its clock is set. Default true. */
  readonly partialEntries?: boolean;
  /** Deviation its clocks show, minutes; default 0x8000 = not set. */
  readonly deviationMinutes?: number;
  /** Whether its clock keeps winter time all year. Default false. */
  readonly winterTimeOnly?: boolean;
  /** Whether entries are labelled with the beginning of their period, which none should. Default false. */
  readonly labelsStart?: boolean;
  /** Registers at the start, Wh. Default 0. */
  readonly importWattHours?: number;
  readonly exportWattHours?: number;
}

/** Power through the meter, W, 0 or more each. */
export interface EmiPower {
  readonly importWatts: number;
  readonly exportWatts: number;
  /** Reactive power by quadrant, var. */
  readonly reactive?: readonly [number, number, number, number];
}
