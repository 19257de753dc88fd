/** What becomes of the part of the pool that a point was meant to take and cannot use. */
export const UNUSED_RULES = ['grid', 'member', 'pool'] as const;

/**
 * `grid`: it feeds the grid for the plants that made it; `member`: it stays the point's own surplus;
 * `pool`: it goes back to the pool, in rounds, until nothing moves.
 */
export type UnusedRule = (typeof UNUSED_RULES)[number];

/** Orders in which what was shared is attributed to the plants that injected. */
export const PLANT_ORDERS = ['injection', 'entryIntoService', 'installedPower'] as const;

/** `injection`: pro rata; `entryIntoService`: oldest first; `installedPower`: pro rata to kW, at most what was injected. */
export type PlantOrder = (typeof PLANT_ORDERS)[number];

/** Voltage levels of a connection, low to extra high. */
export const VOLTAGE_LEVELS = ['low', 'medium', 'high', 'extraHigh'] as const;

/** Voltage level of a connection: low (PT: BT), medium (MT), high (AT), extra high (MAT). */
export type VoltageLevel = (typeof VOLTAGE_LEVELS)[number];

/** From a day on (inclusive) to a day (exclusive), local to the community; absent: no bound. */
export interface ValidDays {
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** Where a metering point is connected, seen from the plants it shares with. */
export interface PointConnection {
  readonly voltageLevel: VoltageLevel;
  /** Distance to the plant farthest from it, km, decimal text. */
  readonly kilometres?: string;
  /** Whether it hangs on the same transformer station as every plant. */
  readonly sameTransformerStation?: boolean;
  /** Whether it hangs on the same substation as every plant. */
  readonly sameSubstation?: boolean;
  /** Whether it lies in a territory of low density. */
  readonly lowDensity?: boolean;
  /** An authority's decision on this point, which stands above the rule. */
  readonly decision?: ValidDays & {
    readonly eligible: boolean;
    /** Reference of the decision. */
    readonly document: string;
  };
}

/** Conditions that must all hold. */
export interface ProximityTest {
  /** At most this far, km, decimal text. */
  readonly withinKilometres?: string;
  readonly sameTransformerStation?: true;
  readonly sameSubstation?: true;
  readonly lowDensity?: true;
}

/** Proximity from a day to another, by voltage level: at least one of the tests holds. */
export interface ProximityRule extends ValidDays {
  readonly levels: Readonly<Partial<Record<VoltageLevel, readonly ProximityTest[]>>>;
}

/** What a rule does where the facts it needs are absent. */
export const NOT_EVALUABLE_POLICIES = ['refuse', 'accept', 'stop'] as const;

/** `refuse`: the point does not take part; `accept`: it does; `stop`: the run stops. */
export type NotEvaluablePolicy = (typeof NOT_EVALUABLE_POLICIES)[number];

/** When a point may offer its export, and a point near enough may take part. */
export interface ExportEligibility {
  /** `required`: a point offers only while its `productionMeter` is registered. */
  readonly productionMeter?: 'required';
  /** Dated; on a day that no rule holds for, nothing is asked. */
  readonly proximity?: readonly ProximityRule[];
  /** Most installed power of all plants together, kW. */
  readonly maximumInstalledKilowatts?: string;
  /** Most installed power of one plant, kW. */
  readonly maximumInstalledKilowattsPerPlant?: string;
  readonly whenNotEvaluable: NotEvaluablePolicy;
}

/** Bounds of the internal price, per kWh with 6 decimals or one of the contract's own prices. */
export interface PriceLimits {
  /** Least, a price per kWh or `export`. */
  readonly minimum?: string;
  /** Most, a price per kWh or `import`. */
  readonly maximum?: string;
  /** `refuse`: a price outside stops the run; `limit`: it is moved to the bound. */
  readonly outside: 'refuse' | 'limit';
}

/** Most export that takes part in sharing at some times. */
export interface ExportConstraint extends ValidDays {
  /** Absent: every point. */
  readonly points?: readonly string[];
  /** Local wall clock; absent: all day. */
  readonly hours?: readonly { readonly from: string; readonly to: string }[];
  /** Most export of each point, kW over the interval; `0` bars it. */
  readonly limitKilowatts: string;
}

/** Charge that a storage point keeps: it offers export only in intervals that end at or above it. */
export interface ReserveLevel extends ValidDays {
  readonly point: string;
  /** Least state of charge at the end of an interval, percent, decimal text. */
  readonly minimumPercent: string;
  /** A state of charge that is absent or not signed tells nothing. */
  readonly whenNotEvaluable: NotEvaluablePolicy;
}

/** Part of a metering point's energy that takes part in a community. */
export interface ParticipationFactor extends ValidDays {
  /** Id of the community. */
  readonly community: string;
  /** Whole percent, 1 to 100. */
  readonly percent: number;
}

/** Whose allocation counts: with `dso` gateway data alone gives preliminary runs only. */
export type DecidedBy = 'community' | 'dso';
