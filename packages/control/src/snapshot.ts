import type {
  DeviceDescriptionV1,
  LimitV1,
  ReadingQuality,
  TariffSignalV1,
} from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';
import type { Memory } from './memory.js';

/** The latest value of one point. */
export interface PointReading {
  /** In the point's unit, absent where there is none. */
  readonly value?: number;
  readonly quality: ReadingQuality;
  /** Age on the monotonic clock, ms. */
  readonly ageMs: number;
}

/** One device as last read. A device that cannot be reached keeps its place, with bad or old readings. */
export interface DeviceSnapshot {
  readonly description: DeviceDescriptionV1;
  /** By point name, signs as in the house vocabulary: positive into the device, grid positive for import. */
  readonly readings: Readonly<Record<string, PointReading>>;
}

/** A signal of the coordinator that the receiver has already verified. */
export interface ReceivedSignal<T> {
  readonly signal: T;
  /** What is left of its validity on the receiver's monotonic clock, ms; 0 or less has lapsed. */
  readonly remainingMs: number;
}

/** The signals in force. */
export interface UpstreamSignals {
  readonly tariff?: ReceivedSignal<TariffSignalV1>;
  readonly limit?: ReceivedSignal<LimitV1>;
}

/** All that one decision is made from. */
export interface Snapshot {
  /** Wall clock, for periods of signals and for `issuedAt`. */
  readonly nowMs: EpochMs;
  /** Monotonic clock, for every delay and dwell. */
  readonly monotonicMs: number;
  /** Site id; begins the ids of commands. */
  readonly site: string;
  readonly devices: readonly DeviceSnapshot[];
  readonly signals: UpstreamSignals;
  /** What the last decision returned; `initialMemory()` at the start. */
  readonly memory: Memory;
}
