import { canonicalJson } from '@microgrid/events';
import type { Charge, HolidaySet, Rounding, Tariff, Vat } from '@microgrid/tariff';
import { compareIds, formatResolution, parseResolution } from '@microgrid/units';
import type { CommunityInput, COMMUNITY_SCHEMA } from './community-schema.js';
import type {
  DecidedBy,
  ExportConstraint,
  ExportEligibility,
  ParticipationFactor,
  PlantOrder,
  PointConnection,
  PriceLimits,
  ReserveLevel,
  UnusedRule,
  ValidDays,
} from './contract-rules.js';
import { decimal, normalKey, normalTariff, type KeySides } from './normal-key.js';
import { normalPoint } from './normal-point.js';
import { normalRules } from './normal-rules.js';
import type { SharingKey } from './sharing-key.js';

/** A point where the grid's meter counts what a member imports and exports. */
export interface MeteringPoint {
  readonly id: string;
  /** The gateway that meters it. */
  readonly gateway?: string;
  /** Most import that takes part in sharing, in kVA. */
  readonly importLimitKilovoltAmperes?: string;
  /** Most export that takes part in sharing, in kVA. */
  readonly exportLimitKilovoltAmperes?: string;
  /** Turns the kVA limits into active power; present exactly when a limit is. */
  readonly powerFactor?: string;
  /** First local day of taking part in sharing. */
  readonly validFrom?: string;
  /** First local day of no longer taking part in sharing. */
  readonly validTo?: string;
  /**
   * `producer`: claims nothing; `consumer`: offers nothing; `storage`: in each interval the one or
   * the other, by its larger flow; absent: both.
   */
  readonly role?: 'producer' | 'consumer' | 'storage';
  /** Day its plant entered into service. */
  readonly entryIntoService?: string;
  /** Installed power of its plant, kW, decimal text. */
  readonly installedKilowatts?: string;
  /** When the meter of its plant is registered; absent: it has none. */
  readonly productionMeter?: ValidDays;
  readonly connection?: PointConnection;
  /** Its id in the grid operator's files, such as a CUPS, CPE or PRM; absent: its own id. */
  readonly operatorId?: string;
  /** Contracted power, kVA, decimal text. */
  readonly contractedKilovoltAmperes?: string;
  /** Whether the VAT block of large families holds. */
  readonly largeFamily?: true;
  /** Factors of all communities it takes part in, by community and day; absent: the whole point in this one. */
  readonly participation?: readonly ParticipationFactor[];
}

/** Who gets one statement: a household, a shop, the community's own plant. */
export interface Member {
  readonly id: string;
  readonly name?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  /** In id order, at least one. */
  readonly meteringPoints: readonly MeteringPoint[];
}

/** An energy community and its rules, in the one form that equal files have: sorted by id, one spelling of decimals. */
export interface Community {
  readonly schema: typeof COMMUNITY_SCHEMA;
  readonly id: string;
  readonly name: string;
  /** IANA name; local days begin at its midnights. */
  readonly timeZone: string;
  /** Interval length, as in `PT15M`. */
  readonly resolution: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly netting: 'none' | 'interval';
  readonly sharingKey: SharingKey;
  /** What supply costs, what surplus earns, and what shared energy costs its taker and earns its giver. */
  readonly prices: { readonly import: Tariff; readonly export: Tariff; readonly internal: Tariff };
  /** Caps the energy shared in one interval. */
  readonly transformer?: { readonly limitKilovoltAmperes: string; readonly powerFactor: string };
  /** Whose allocation counts; absent: the community's. */
  readonly decidedBy?: DecidedBy;
  /** Absent: `grid`. */
  readonly unused?: UnusedRule;
  /** Absent: by injection. */
  readonly plants?: { readonly by: PlantOrder };
  /** Holidays of calendar coefficients: dates in order, or a national calendar. See `holidayTest`. */
  readonly calendar?: { readonly holidays: readonly string[] | HolidaySet };
  /** What a missing interval does to a run; absent: `stop`. */
  readonly missing?: 'stop' | 'substitute';
  /** Least part of a member's energy that is measured or corrected, decimal text 0 to 1. */
  readonly minimumMeasuredEnergyShare?: string;
  /** Price stack beside the three prices: charges by id and first day. */
  readonly charges?: readonly Charge[];
  /** VATs that charges name, in id order. */
  readonly vat?: readonly Vat[];
  /** Where money is rounded; absent: cents per line, ties away from zero. */
  readonly rounding?: Rounding;
  readonly exportEligibility?: ExportEligibility;
  readonly priceLimits?: PriceLimits;
  readonly exportConstraints?: readonly ExportConstraint[];
  readonly reserveLevels?: readonly ReserveLevel[];
  readonly members: readonly Member[];
  readonly gateways: readonly { readonly id: string; readonly publicKey: string }[];
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareIds(a.id, b.id);
}

/** The value without the fields that are there but undefined, as canonical JSON wants it. */
function definedOnly<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as never;
}

/** Ids of the points that take, and of those that give. */
function sides({ members }: CommunityInput): KeySides {
  const points = members.flatMap(({ meteringPoints }) => meteringPoints);
  return {
    takers: points.filter(({ role }) => role !== 'producer').map(({ id }) => id),
    givers: points.filter(({ role }) => role !== 'consumer').map(({ id }) => id),
  };
}

/** Brings a checked file into its one form. */
export function normalCommunity(input: CommunityInput): Community {
  const { schema, id, name, timeZone, currency, netting, transformer, gateways } = input;
  return {
    schema,
    id,
    name,
    timeZone,
    currency,
    netting,
    resolution: formatResolution(parseResolution(input.resolution)),
    sharingKey: normalKey(input.sharingKey, sides(input)),
    prices: {
      import: normalTariff(input.prices.import),
      export: normalTariff(input.prices.export),
      internal: normalTariff(input.prices.internal),
    },
    ...(transformer && {
      transformer: {
        limitKilovoltAmperes: decimal(transformer.limitKilovoltAmperes),
        powerFactor: decimal(transformer.powerFactor ?? '1'),
      },
    }),
    ...normalRules(input),
    members: input.members
      .map((member) => ({
        ...definedOnly(member),
        meteringPoints: member.meteringPoints.map(normalPoint).sort(byId),
      }))
      .sort(byId),
    gateways: [...(gateways ?? [])].sort(byId),
  };
}

/**
 * The one text of a community, as canonical JSON: equal rules give equal bytes, whatever the order,
 * comments and spelling of the file. It is what contract hashes are taken over, and
 * `parseCommunity` reads it.
 */
export function canonicalCommunity(community: Community): string {
  return canonicalJson(community);
}
