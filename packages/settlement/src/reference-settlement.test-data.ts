import { communityPoints, type Community } from '@microgrid/community';
import { allocate, parseRatio } from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';

/** What each point's energy came to in one interval, by a slow and plain reading of the rules. */
export interface ReferenceInterval {
  readonly netted: number[];
  readonly claimed: number[];
  readonly offered: number[];
  readonly limitedClaims: number[];
  readonly limitedOffers: number[];
  readonly sharedIn: number[];
  readonly sharedOut: number[];
  readonly capacity: 'within' | 'curtailed';
}

function total(values: readonly number[]): number {
  return Number(values.reduce((sum, value) => sum + BigInt(value), 0n));
}

function byKey(
  community: Community,
  ids: readonly string[],
  claims: number[],
  pool: number,
): number[] {
  const key = community.sharingKey;
  if (key.type === 'proportional') return allocate(Math.min(total(claims), pool), claims);
  if (key.type !== 'fixed') throw new Error(`no reference for the key ${key.type}`);
  const coefficients = key.coefficients as Readonly<Record<string, string>>;
  const weights = ids.map((id) => {
    const { numerator, scale } = parseRatio(coefficients[id] ?? '0');
    return Number(numerator * 10n ** BigInt(12 - scale));
  });
  const parts = allocate(pool, [...weights, 1e12 - total(weights)]);
  return claims.map((claim, index) => Math.min(claim, parts[index] ?? 0));
}

function limit(kilovoltAmperes: string | undefined, powerFactor: string | undefined): number {
  if (kilovoltAmperes === undefined) return Infinity;
  // Test values have at most 6 and 2 decimals and intervals of an hour.
  const volts = BigInt(Math.round(Number(kilovoltAmperes) * 1e6));
  const factor = BigInt(Math.round(Number(powerFactor ?? '1') * 100));
  return Number((volts * factor) / 100n);
}

/** Settles one hourly interval. */
export function referenceInterval(
  community: Community,
  startMs: number,
  imports: readonly number[],
  exports: readonly number[],
): ReferenceInterval {
  const points = communityPoints(community);
  const ids = points.map(({ id }) => id);
  const midnight = (date: string): number => startOfLocalDay(community.timeZone, date);
  const eligible = points.map(
    ({ validFrom, validTo }) =>
      (validFrom === undefined || startMs >= midnight(validFrom)) &&
      (validTo === undefined || startMs < midnight(validTo)),
  );
  const netted = imports.map((value, index) =>
    community.netting === 'interval' ? Math.min(value, exports[index] ?? 0) : 0,
  );
  const part = (values: readonly number[]): number[] =>
    values.map((value, index) => (eligible[index] ? value - (netted[index] ?? 0) : 0));
  const claimed = part(imports);
  const offered = part(exports);
  const limited = (
    values: number[],
    field: 'importLimitKilovoltAmperes' | 'exportLimitKilovoltAmperes',
  ) =>
    values.map((value, index) =>
      Math.min(value, limit(points[index]?.[field], points[index]?.powerFactor)),
    );
  const limitedClaims = limited(claimed, 'importLimitKilovoltAmperes');
  const limitedOffers = limited(offered, 'exportLimitKilovoltAmperes');
  const { transformer } = community;
  const most = limit(transformer?.limitKilovoltAmperes, transformer?.powerFactor);
  const unlimited = byKey(community, ids, claimed, total(offered));
  const curtailed =
    total(unlimited) > most ||
    limitedClaims.some((value, index) => value !== claimed[index]) ||
    limitedOffers.some((value, index) => value !== offered[index]);
  const shares = byKey(community, ids, limitedClaims, total(limitedOffers));
  const entitled = total(shares);
  const given = allocate(entitled, limitedOffers);
  const over = entitled > most;
  return {
    netted,
    claimed,
    offered,
    limitedClaims,
    limitedOffers,
    sharedIn: over ? allocate(most, shares) : shares,
    sharedOut: over ? allocate(most, given) : given,
    capacity: curtailed ? 'curtailed' : 'within',
  };
}
