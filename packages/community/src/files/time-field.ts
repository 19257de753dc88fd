import { parseInstant, type EpochMs } from '@microgrid/units';
import { localInstants } from './local-instant.js';

/**
 * How a file writes its times: `instant` (UTC, `YYYY-MM-DDTHH:MM:SSZ`) or a pattern of a local clock made
 * of `YYYY`, `MM`, `DD`, `HH`, `mm` and other characters as they stand, as in `DD/MM/YYYY HH:mm`.
 * `24:00` is the end of a day.
 */
export interface TimeFormat {
  readonly pattern: string;
  /** IANA time zone of a local clock. */
  readonly timeZone?: string;
}

const TOKENS = { YYYY: '(\\d{4})', MM: '(\\d{2})', DD: '(\\d{2})', HH: '(\\d{2})', mm: '(\\d{2})' };
type Token = keyof typeof TOKENS;

/**
 * Reads the times of one file. An hour that the clock repeats is the earlier one the first time its row
 * comes for a point and the later one the second time, as operators write such days.
 */
export class TimeReader {
  private readonly expression: RegExp | undefined;
  private readonly order: readonly Token[];
  private readonly known = new Map<string, readonly EpochMs[]>();
  private readonly seen = new Set<string>();

  constructor(private readonly format: TimeFormat) {
    const tokens = format.pattern.match(/YYYY|MM|DD|HH|mm/g) ?? [];
    this.order = tokens as Token[];
    const parts = format.pattern.split(/(YYYY|MM|DD|HH|mm)/);
    this.expression =
      format.pattern === 'instant'
        ? undefined
        : new RegExp(
            `^${parts.map((part) => (part in TOKENS ? TOKENS[part as Token] : escaped(part))).join('')}$`,
          );
  }

  /** What a message says belongs here. */
  get expected(): string {
    const { pattern, timeZone = 'UTC' } = this.format;
    return pattern === 'instant'
      ? 'a UTC instant written YYYY-MM-DDTHH:MM:SSZ'
      : `a time that the clock of ${timeZone} shows, written ${pattern}`;
  }

  /** The instant, or nothing where the text is no such time. @param owner whose row it is. */
  read(text: string, owner: string): EpochMs | undefined {
    let instants = this.known.get(text);
    if (instants === undefined) {
      instants = this.instants(text);
      this.known.set(text, instants);
    }
    if (instants.length < 2) return instants[0];
    const row = `${owner} ${text}`;
    if (this.seen.has(row)) return instants[1];
    this.seen.add(row);
    return instants[0];
  }

  private instants(text: string): readonly EpochMs[] {
    if (this.expression === undefined) {
      try {
        return [parseInstant(text)];
      } catch {
        return [];
      }
    }
    const match = this.expression.exec(text);
    if (match === null) return [];
    const field = (token: Token): number => {
      const place = this.order.indexOf(token);
      return place === -1 ? 0 : Number(match[place + 1]);
    };
    const date = { year: field('YYYY'), month: field('MM'), day: field('DD') };
    const { timeZone = 'UTC' } = this.format;
    return wallInstants(timeZone, date, field('HH'), field('mm'));
  }
}

function wallInstants(
  timeZone: string,
  { year, month, day }: { year: number; month: number; day: number },
  hour: number,
  minute: number,
): readonly EpochMs[] {
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const minuteOfDay = hour * 60 + minute;
  if (midnight.getUTCMonth() !== month - 1 || minute > 59 || minuteOfDay > 1440) return [];
  const next = minuteOfDay === 1440;
  if (next) midnight.setUTCDate(midnight.getUTCDate() + 1);
  return localInstants(timeZone, midnight.toISOString().slice(0, 10), next ? 0 : minuteOfDay);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
