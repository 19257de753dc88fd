import type { Json } from '@microgrid/events';
import {
  batchHead,
  headOf,
  nextEntry,
  payloadHash,
  payloadSalt,
  signBatch,
  toHex,
  verifySignedChain,
  type BatchWithRecords,
  type JournalHead,
  type JournalRecord,
} from './index.js';
import { generatePrivateKeyPem, nodeHash, nodeSigning, nodeVerify } from './node.js';

const ENTRIES = 20_000;
const RUNS = 5;
const gateway = 'gw-01';
const saltKey = new Uint8Array(32).fill(7);

/** One quarter-hour of a metering point, as it is journalled. */
function interval(slot: number): { id: string; payload: Json } {
  const [start, end] = [slot, slot + 1].map((each) =>
    new Date(Date.UTC(2026, 0, 1) + each * 900_000).toISOString().replace('.000', ''),
  ) as [string, string];
  const id = `home-01/${start}/PT15M/1`;
  const energies = { importMilliwattHours: 100_000 + slot, exportMilliwattHours: 0 };
  const named = { kind: 'interval', version: 1, id, meteringPoint: 'home-01', start, end };
  return {
    id,
    payload: { ...named, revision: 1, ...energies, quality: 'measured', source: gateway },
  };
}

function record(slot: number, head: JournalHead | undefined): JournalRecord {
  const { id, payload } = interval(slot);
  const salt = payloadSalt(nodeHash, saltKey, id);
  const content = { kind: 'interval', id, payloadHash: payloadHash(nodeHash, salt, payload) };
  return { entry: nextEntry(head, 1, content), subject: 'home-01', payload, salt: toHex(salt) };
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Entries a CPU second: chained, hashed and signed in batches, and verified again. One entry is one interval. */
async function measure(perBatch: number): Promise<Record<string, number>> {
  const signing = nodeSigning(generatePrivateKeyPem());
  const [signed, verified]: number[][] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    const batches: BatchWithRecords[] = [];
    let head: JournalHead | undefined;
    const began = process.cpuUsage();
    for (let slot = 0; slot < ENTRIES;) {
      const records: JournalRecord[] = [];
      for (; records.length < perBatch && slot < ENTRIES; slot += 1) {
        const next = record(slot, head);
        head = headOf(nodeHash, next.entry);
        records.push(next);
      }
      const entries = records.map(({ entry }) => entry);
      const batch = await signBatch(signing, batchHead(nodeHash, gateway, entries));
      batches.push({ batch, publicKey: signing.publicKey, records });
    }
    const between = process.cpuUsage(began);
    const verifying = process.cpuUsage();
    const options = { hash: nodeHash, verifying: nodeVerify, gateway };
    const verdict = await verifySignedChain(batches, { ...options, publicKey: signing.publicKey });
    const after = process.cpuUsage(verifying);
    if (!verdict.ok || verdict.verified !== ENTRIES) throw new Error('the chain does not verify');
    signed?.push(ENTRIES / ((between.user + between.system) / 1e6));
    verified?.push(ENTRIES / ((after.user + after.system) / 1e6));
  }
  return {
    intervalsPerBatch: perBatch,
    signedPerCpuSecond: Math.round(median(signed ?? [])),
    verifiedPerCpuSecond: Math.round(median(verified ?? [])),
  };
}

async function main(): Promise<void> {
  const batches = [];
  for (const perBatch of [1, 10, 100]) batches.push(await measure(perBatch));
  console.log(JSON.stringify({ bench: 'journal', entries: ENTRIES, runs: RUNS, batches }));
}

void main();
