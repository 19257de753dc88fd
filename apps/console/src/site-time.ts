import { parseInstant } from '@microgrid/units';

/** Prints instants as the clocks of the site show them, wherever the reader is. */
export interface SiteTime {
  /** `14:03`. */
  minute(instant: string): string;
  /** `14:03:20`. */
  second(instant: string): string;
  /** `Sunday, 21 June`. */
  date(instant: string): string;
  /** `14:03`, with the date before it when it is not the day of `reference`. */
  near(instant: string, reference: string): string;
}

/**
 * A printer for one time zone. A zone this browser does not know is shown as UTC, and `date` says so,
 * since an hour that is silently wrong is worse than a foreign one.
 */
export function siteTime(timeZone: string): SiteTime {
  const known = isKnown(timeZone);
  const zone = { timeZone: known ? timeZone : 'UTC', hourCycle: 'h23' } as const;
  const minute = new Intl.DateTimeFormat('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' });
  const second = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const date = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
  const day = new Intl.DateTimeFormat('en-GB', { ...zone, day: 'numeric', month: 'short' });
  return {
    minute: (instant) => minute.format(parseInstant(instant)),
    second: (instant) => second.format(parseInstant(instant)),
    date: (instant) => `${date.format(parseInstant(instant))}${known ? '' : ' (UTC)'}`,
    near: (instant, reference) => {
      const at = parseInstant(instant);
      const sameDay = day.format(at) === day.format(parseInstant(reference));
      return sameDay ? minute.format(at) : `${day.format(at)}, ${minute.format(at)}`;
    },
  };
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone });
    return true;
  } catch {
    return false;
  }
}
