import { canonicalCommunity, type Community } from '@microgrid/community';
import {
  canonicalBytes,
  INTERVAL_QUALITIES,
  type ContractV1,
  type IntervalQuality,
  type SettlementEventV1,
} from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { columnsHash } from './columns-bytes.js';

import { intervalCost, intervalTotals } from './member-days.js';
import type { SettledPeriod } from './settled-period.js';
import { MISSING_QUALITY } from './settlement-grid.js';

/** SHA-256 of a community's canonical bytes: names the rules a settlement ran under. */
export function contractHash(community: Community, hash: HashPort): string {
  return toHex(hash.sha256(new TextEncoder().encode(canonicalCommunity(community))));
}

/** The rules of a period as an event: the community's canonical form with its hash. */
export function contractEvent(
  community: Community,
  period: { readonly startMs: EpochMs; readonly endMs: EpochMs },
  hash: HashPort,
): ContractV1 {
  const termsHash = contractHash(community, hash);
  return {
    kind: 'contract',
    version: 1,
    id: `${community.id}/${termsHash}`,
    community: community.id,
    validFrom: formatInstant(period.startMs),
    validTo: formatInstant(period.endMs),
    resolution: community.resolution,
    termsHash,
    terms: JSON.parse(canonicalCommunity(community)) as ContractV1['terms'],
  };
}

/** What the events of a run have in common. */
export interface EventChain {
  readonly hash: HashPort;
  /** {@link contractHash} of the run's community. */
  readonly contractHash: string;
  /** Hash the first event points back to: over the run's inputs. */
  readonly firstPreviousHash: string;
}

/** An event and the hash of its canonical bytes, which the next event points back to. */
export interface ChainedEvent {
  readonly event: SettlementEventV1;
  readonly hash: string;
}

/**
 * One event per settled interval, in order, each holding the hash of the one before. An interval that
 * still waits for readings has none.
 */
export function* settlementEvents(
  settled: SettledPeriod,
  chain: EventChain,
): Generator<ChainedEvent, void, undefined> {
  let previousHash = chain.firstPreviousHash;
  for (let interval = 0; interval < settled.intervals; interval++) {
    if (!settled.firings(interval).includes('issueEvent')) continue;
    const event = settlementEvent(settled, interval, chain, previousHash);
    previousHash = toHex(chain.hash.sha256(canonicalBytes(event)));
    yield { event, hash: previousHash };
  }
}

function settlementEvent(
  settled: SettledPeriod,
  interval: number,
  chain: EventChain,
  previousHash: string,
): SettlementEventV1 {
  const { community } = settled.contract;
  const startMs = settled.startMs + interval * settled.resolutionMs;
  const start = formatInstant(startMs);
  const totals = intervalTotals(settled, interval);
  const shared = settled.sharedMilliwattHours[interval] ?? 0;
  return {
    kind: 'settlementEvent',
    version: 1,
    id: `${community.id}/${start}/${community.resolution}`,
    community: community.id,
    start,
    end: formatInstant(startMs + settled.resolutionMs),
    resolution: community.resolution,
    previousHash,
    contractHash: chain.contractHash,
    columnsHash: columnsHash(settled, interval, chain.hash),
    totals: {
      importMilliwattHours: String(totals.import),
      exportMilliwattHours: String(totals.export),
      sharedMilliwattHours: String(shared),
      residualMilliwattHours: String(totals.consumed - shared),
      surplusMilliwattHours: String(totals.injected - shared),
      curtailedMilliwattHours: String(settled.curtailedMilliwattHours[interval] ?? 0),
      costPico: intervalCost(settled, interval, totals).toString(),
    },
    capacity: settled.capacity[interval] === 1 ? 'curtailed' : 'within',
    quality: worstQuality(settled, interval),
    firings: [...settled.firings(interval)],
  };
}

/** The worst quality of what was settled; a point that takes no part may be missing. */
function worstQuality({ quality, points }: SettledPeriod, interval: number): IntervalQuality {
  let worst = 0;
  for (let cell = interval * points.length; cell < (interval + 1) * points.length; cell++) {
    const found = quality[cell] as number;
    if (found > worst && found !== MISSING_QUALITY) worst = found;
  }
  return INTERVAL_QUALITIES[worst] ?? 'missing';
}
