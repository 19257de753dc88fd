import { canonicalCommunity, type Community } from '@microgrid/community';
import {
  canonicalJson,
  INTERVAL_QUALITIES,
  type ContractV1,
  type SettlementEventV1,
} from '@microgrid/events';
import { toHex, type HashPort } from '@microgrid/journal';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { intervalRecords, recordedColumnsHash, type IntervalRecords } from './interval-records.js';
import { recordedCost } from './member-days.js';
import type { SettledPeriod } from './settled-period.js';

const encoder = new TextEncoder();

/** SHA-256 of a community's canonical bytes: names the rules a settlement ran under. */
export function contractHash(community: Community, hash: HashPort): string {
  return toHex(hash.sha256(encoder.encode(canonicalCommunity(community))));
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
  /** Its canonical JSON. */
  readonly json: string;
  readonly hash: string;
}

/**
 * One event per settled interval, in order, each holding the hash of the one before. An interval that
 * still waits for readings has none.
 */
export function settlementEvents(
  settled: SettledPeriod,
  chain: EventChain,
): Generator<ChainedEvent, void, undefined> {
  return recordedEvents(intervalRecords(settled, chain.hash), chain);
}

/** {@link settlementEvents} of a period of which the records by interval were kept. */
export function* recordedEvents(
  records: IntervalRecords,
  chain: EventChain,
): Generator<ChainedEvent, void, undefined> {
  let previousHash = chain.firstPreviousHash;
  for (let interval = 0; interval < records.intervals; interval++) {
    if (!records.firings(interval).includes('issueEvent')) continue;
    const event = settlementEvent(records, interval, chain, previousHash);
    const json = canonicalJson(event);
    previousHash = toHex(chain.hash.sha256(encoder.encode(json)));
    yield { event, json, hash: previousHash };
  }
}

function settlementEvent(
  records: IntervalRecords,
  interval: number,
  chain: EventChain,
  previousHash: string,
): SettlementEventV1 {
  const { community } = records.contract;
  const startMs = records.startMs + interval * records.resolutionMs;
  const start = formatInstant(startMs);
  const at = (column: Float64Array): number => column[interval] ?? 0;
  const { import: imported, export: exported } = records.totals;
  const consumed = at(records.totals.consumed);
  const injected = at(records.totals.injected);
  const shared = at(records.sharedMilliwattHours);
  // In canonical order, so that nobody sorts them again.
  return {
    capacity: records.capacity[interval] === 1 ? 'curtailed' : 'within',
    columnsHash: toHex(recordedColumnsHash(records, interval)),
    community: community.id,
    contractHash: chain.contractHash,
    end: formatInstant(startMs + records.resolutionMs),
    firings: [...records.firings(interval)],
    id: `${community.id}/${start}/${community.resolution}`,
    kind: 'settlementEvent',
    previousHash,
    quality: INTERVAL_QUALITIES[records.worstQuality[interval] ?? -1] ?? 'missing',
    resolution: community.resolution,
    start,
    totals: {
      costPico: recordedCost(records, interval, { consumed, injected }).toString(),
      curtailedMilliwattHours: String(at(records.curtailedMilliwattHours)),
      exportMilliwattHours: String(at(exported)),
      importMilliwattHours: String(at(imported)),
      residualMilliwattHours: String(consumed - shared),
      sharedMilliwattHours: String(shared),
      surplusMilliwattHours: String(injected - shared),
    },
    version: 1,
  };
}
