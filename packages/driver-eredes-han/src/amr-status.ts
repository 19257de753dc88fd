import type { IntervalQuality } from '@microgrid/events';

/** What one bit of an entry's status byte says. */
export interface AmrStatusBit {
  /** Stands in an interval's `causes`. */
  readonly cause: string;
  /** What an entry with this bit is at best. */
  readonly quality: IntervalQuality;
  /** Whether the entry may cover less than its whole period. */
  readonly partial: boolean;
}

const bit = (cause: string, partial: boolean): AmrStatusBit => ({
  cause,
  quality: 'estimated',
  partial,
});

/**
 * The one table from the bits of the AMR status to qualities, bit 0 first. The energy of such an
 * entry is kept, but it does not count as measured. Source of the meanings: the library EDP Inovação
 * published for its IoT hackathon in 2017; the specification itself does not list them.
 */
export const AMR_STATUS_BITS: readonly (AmrStatusBit | undefined)[] = [
  bit('power-up', true),
  bit('power-down', true),
  bit('load-profile-reset', true),
  bit('configuration-changed', false),
  bit('clock-synchronised', true),
  bit('overflow', false),
  bit('clock-changed', true),
  bit('incomplete', true),
];

/** What a status byte says altogether. */
export interface AmrStatus {
  readonly quality: 'measured' | 'estimated';
  readonly causes: readonly string[];
  readonly partial: boolean;
  /** Whether supply failed during the entry. */
  readonly powerFailure: boolean;
}

const CLEAN: AmrStatus = { quality: 'measured', causes: [], partial: false, powerFailure: false };

/**
 * Maps a status byte to a quality: 0 is measured, any bit makes it estimated.
 * @param table meanings by bit; a bit without one is named by its number and is estimated as well.
 */
export function amrStatus(status: number, table = AMR_STATUS_BITS): AmrStatus {
  if (status === 0) return CLEAN;
  const bits = Array.from({ length: 8 }, (_, at) => at).filter((at) => (status >> at) & 1);
  return {
    quality: 'estimated',
    causes: bits.map((at) => table[at]?.cause ?? `status-bit-${at}`),
    partial: bits.some((at) => table[at]?.partial ?? false),
    powerFailure: bits.some((at) => at === 0 || at === 1),
  };
}
