import { writeSync } from 'node:fs';
import { sampleRecord } from '@microgrid/journal/testing';
import { openDatabase } from '../src/index.js';

/**
 * Appends records one by one until it is killed: `b` before each transaction, `a<seq>.` after it, so
 * that the parent knows what was acknowledged and whether the kill hit a transaction.
 */
async function main(): Promise<never> {
  const [path = '', durability = 'full'] = process.argv.slice(2);
  const database = openDatabase(path, { durability: durability === 'normal' ? 'normal' : 'full' });
  const last = await database.eventLog.last();
  writeSync(1, 'R');
  for (let seq = last === undefined ? 0 : last.entry.seq + 1; ; seq += 1) {
    const record = { ...sampleRecord(1, seq), payload: { seq, filler: 'x'.repeat(seq % 3_000) } };
    writeSync(1, 'b');
    await database.eventLog.append([record], { outgoing: true });
    if (seq % 5 === 0) await database.documents.put('cursor', 'seq', seq);
    writeSync(1, `a${seq}.`);
  }
}

void main();
