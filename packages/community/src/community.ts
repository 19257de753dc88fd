import { canonicalJson } from '@microgrid/events';
import { canonicalTariff, flatTariff, type Tariff } from '@microgrid/tariff';
import {
  compareIds,
  formatRatio,
  formatResolution,
  parseRatio,
  parseResolution,
} from '@microgrid/units';
import type { CommunityInput, COMMUNITY_SCHEMA, MeteringPointInput } from './community-schema.js';

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

/** How the pool of an interval is shared out over the metering points. */
export type SharingKey =
  | { readonly type: 'proportional' }
  | {
      readonly type: 'fixed';
      /** Coefficient by metering point, 0 to 1, together at most 1; a point not named takes no share. */
      readonly coefficients: Readonly<Record<string, string>>;
    };

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
  readonly members: readonly Member[];
  readonly gateways: readonly { readonly id: string; readonly publicKey: string }[];
}

function decimal(text: string): string {
  return formatRatio(parseRatio(text));
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareIds(a.id, b.id);
}

function normalPoint(point: MeteringPointInput): MeteringPoint {
  const { importLimitKilovoltAmperes, exportLimitKilovoltAmperes, powerFactor, ...rest } = point;
  const limited =
    importLimitKilovoltAmperes !== undefined || exportLimitKilovoltAmperes !== undefined;
  return {
    ...definedOnly(rest),
    ...(importLimitKilovoltAmperes !== undefined && {
      importLimitKilovoltAmperes: decimal(importLimitKilovoltAmperes),
    }),
    ...(exportLimitKilovoltAmperes !== undefined && {
      exportLimitKilovoltAmperes: decimal(exportLimitKilovoltAmperes),
    }),
    ...(limited && { powerFactor: decimal(powerFactor ?? '1') }),
  };
}

/** The value without the fields that are there but undefined, as canonical JSON wants it. */
function definedOnly<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as never;
}

function normalTariff(price: string | Tariff): Tariff {
  return canonicalTariff(typeof price === 'string' ? flatTariff(price) : price);
}

function normalKey(key: CommunityInput['sharingKey']): SharingKey {
  if (key.type === 'proportional') return key;
  const entries = Object.entries(key.coefficients).sort(([a], [b]) => compareIds(a, b));
  return {
    type: 'fixed',
    coefficients: Object.fromEntries(entries.map(([id, text]) => [id, decimal(text)])),
  };
}

/** Brings a checked file into its one form. */
export function normalCommunity(input: CommunityInput): Community {
  const { transformer, gateways, ...rest } = input;
  return {
    ...rest,
    resolution: formatResolution(parseResolution(input.resolution)),
    sharingKey: normalKey(input.sharingKey),
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
