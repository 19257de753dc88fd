import type { BusStatistics } from './bus.js';

/** The growing counters of a bus, without its gauges. */
export type Counters = Omit<BusStatistics, 'queued' | 'inFlight'>;

/** The counters as the engine holds them. */
export type MutableCounters = { -readonly [Name in keyof Counters]: number };

/** All counters at zero. */
export function zeroCounters(): MutableCounters {
  return {
    requests: 0,
    replies: 0,
    exceptions: 0,
    timeouts: 0,
    abandoned: 0,
    lateReplies: 0,
    unknownReplies: 0,
    foreignUnits: 0,
    foreignFunctions: 0,
    wrongLengths: 0,
    crcErrors: 0,
    discardedBytes: 0,
    connects: 0,
    connectFailures: 0,
    connectionLosses: 0,
    resets: 0,
    sharedReads: 0,
    cachedReads: 0,
    retries: 0,
    rejected: 0,
  };
}
