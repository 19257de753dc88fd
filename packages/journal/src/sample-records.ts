import type { JournalRecord } from './journal-record.js';

/** A hash-shaped text: storage contracts never recompute hashes. */
function digits(seed: number): string {
  return seed.toString(16).padStart(64, '0');
}

/** A record with recognisable content, for contract suites. Its hashes do not verify. */
export function sampleRecord(epoch: number, seq: number, subject = 'home-01'): JournalRecord {
  const number = epoch * 1000 + seq;
  return {
    entry: {
      epoch,
      seq,
      previousHash: digits(number),
      kind: 'interval',
      id: `${subject}/${epoch}/${seq}`,
      payloadHash: digits(number + 500),
    },
    subject,
    payload: { number, text: 'é "quoted" \u0000', list: [1.5, null, { deep: true }], z: 1, a: 2 },
    salt: digits(number + 900),
  };
}

/** Records with seq `first` to `last` of one epoch. */
export function sampleRecords(epoch: number, first: number, last: number): JournalRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => sampleRecord(epoch, first + index));
}
