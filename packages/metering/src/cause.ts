import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';

/** Why an interval is not simply measured; the words stand in `causes` of `intervalV1`. */
export type IntervalCause =
  | 'no-reading-before'
  | 'no-reading-after'
  | 'counter-reset'
  | 'counter-rollover'
  | 'meter-replacement'
  | 'ambiguous-register'
  | 'implausible-rate'
  | 'clock-corrected'
  | 'withdrawn'
  | 'no-reading-between'
  | 'wide-bracket'
  | 'suspect-reading'
  | 'above-limit'
  | 'in-the-future'
  | 'manual-correction'
  | 'late-data'
  | 'substitute-method';

/**
 * The one table from causes to qualities. An interval has the worst quality any of its causes gives;
 * without a cause it is `measured`.
 */
export const QUALITY_OF_CAUSE: Readonly<Record<IntervalCause, IntervalQuality>> = {
  'no-reading-before': 'missing',
  'no-reading-after': 'missing',
  'no-reading-between': 'missing',
  // The register went once round and the rate proves it: nothing is lost.
  'counter-rollover': 'measured',
  'counter-reset': 'estimated',
  'meter-replacement': 'estimated',
  'ambiguous-register': 'estimated',
  'clock-corrected': 'estimated',
  withdrawn: 'missing',
  'implausible-rate': 'estimated',
  'wide-bracket': 'estimated',
  'suspect-reading': 'estimated',
  'above-limit': 'estimated',
  'in-the-future': 'estimated',
  'manual-correction': 'corrected',
  // Data that came after a person had corrected the interval says otherwise: the correction stands.
  'late-data': 'corrected',
  'substitute-method': 'substituted',
};

/** The worse of two qualities. */
export function worseQuality(a: IntervalQuality, b: IntervalQuality): IntervalQuality {
  return INTERVAL_QUALITIES.indexOf(a) >= INTERVAL_QUALITIES.indexOf(b) ? a : b;
}

/** The quality a set of causes leaves. */
export function qualityOfCauses(causes: Iterable<IntervalCause>): IntervalQuality {
  let quality: IntervalQuality = 'measured';
  for (const cause of causes) quality = worseQuality(quality, QUALITY_OF_CAUSE[cause]);
  return quality;
}
