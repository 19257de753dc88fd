import { isRecord, merged, parseRecord, type JsonRecord } from './json-record.js';

/** A message that the device pushed. */
export interface Notification {
  /** Members that changed; the whole status for `full`. */
  readonly changed: JsonRecord;
  readonly full: boolean;
}

/** The notification a pushed text holds; undefined for answers, events and what is none. */
export function parseNotification(text: string): Notification | undefined {
  const frame = parseRecord(text);
  const params = frame?.['params'];
  if (!isRecord(params)) return undefined;
  if (frame?.['method'] === 'NotifyStatus') return { changed: params, full: false };
  return frame?.['method'] === 'NotifyFullStatus' ? { changed: params, full: true } : undefined;
}

/** The status of a device as it is known now. */
export class StatusStore {
  private known: JsonRecord = {};

  get status(): JsonRecord {
    return this.known;
  }

  replace(status: JsonRecord): void {
    this.known = status;
  }

  apply({ changed, full }: Notification): void {
    this.known = full ? changed : merged(this.known, changed);
  }
}
