import type { Event, IntervalV1, ReceiptV1 } from '@microgrid/events';
import type { EventsEnvelope } from '@microgrid/uplink';
import { connectAsync } from 'mqtt';

/** A batch as a gateway sent it. */
export interface TappedBatch {
  readonly topic: string;
  readonly envelope: EventsEnvelope;
  readonly bytes: Buffer;
}

/** Somebody who reads everything that goes through the broker and may say things of their own. */
export interface WireTap {
  readonly batches: readonly TappedBatch[];
  readonly receipts: readonly ReceiptV1[];
  /** Content of every interval that was receipted as accepted, by id. */
  receipted(): Map<string, IntervalV1>;
  publish(topic: string, message: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Joins a broker as one more client. */
export async function tap(url: string): Promise<WireTap> {
  const client = await connectAsync(url, { clientId: 'wire-tap' });
  const batches: TappedBatch[] = [];
  const receipts: ReceiptV1[] = [];
  client.on('message', (topic, bytes) => {
    const message = JSON.parse(bytes.toString('utf8')) as unknown;
    if (topic.endsWith('/events')) {
      batches.push({ topic, envelope: message as EventsEnvelope, bytes });
    }
    if (topic.endsWith('/receipts')) receipts.push((message as { receipt: ReceiptV1 }).receipt);
  });
  await client.subscribeAsync(['microgrid/v1/+/events', 'microgrid/v1/+/receipts'], { qos: 1 });
  return {
    batches,
    receipts,
    receipted: () => receiptedIntervals(batches, receipts),
    publish: async (topic, message) => {
      await client.publishAsync(topic, message, { qos: 1 });
    },
    close: () => client.endAsync(true),
  };
}

function receiptedIntervals(
  batches: readonly TappedBatch[],
  receipts: readonly ReceiptV1[],
): Map<string, IntervalV1> {
  const heads = new Set(
    receipts.filter(({ status }) => status === 'accepted').map(({ headHash }) => headHash),
  );
  const intervals = batches
    .filter(({ envelope }) => heads.has(envelope.headHash))
    .flatMap(({ envelope }) => envelope.records)
    .map(({ payload }) => payload as unknown as Event)
    .filter((event) => event.kind === 'interval');
  return new Map(intervals.map((interval) => [interval.id, interval]));
}
