import type { ReceiptV1 } from '@microgrid/events';
import { receiptEnvelope, signalEnvelope } from './envelope.js';
import { gatewaySettings, type GatewaySettings } from './gateway-settings.js';
import type { ActiveSignal, GatewayUplinkStatus } from './gateway-status.js';
import type { GatewayUplink, GatewayUplinkOptions } from './gateway-uplink.js';
import { OutboxDrain } from './outbox-drain.js';
import { readEnvelope } from './read-envelope.js';
import { RefusalCounter, type Refusal } from './refusal.js';
import { Serial } from './serial.js';
import { isSignedBy, SignalStore } from './signal-store.js';
import { topicOf } from './topic.js';
import type { TransportMessage } from './transport.js';

/** Messages that may wait for their turn; the broker sends no receipts faster than batches leave. */
const MAX_WAITING = 256;

class GatewayEnd implements GatewayUplink {
  readonly #settings: GatewaySettings;
  readonly #refusals = new RefusalCounter();
  readonly #serial: Serial;
  readonly #drain: OutboxDrain;
  readonly #signals: SignalStore;
  readonly #unsubscribe: readonly (() => void)[];
  #nowMs = -Infinity;
  #ticking: Promise<void> | undefined;

  constructor(private readonly options: GatewayUplinkOptions) {
    this.#settings = gatewaySettings(options);
    this.#serial = new Serial((error) => options.onError?.(error));
    this.#drain = new OutboxDrain(options, this.#settings);
    this.#signals = new SignalStore(options);
    const { transport, gateway } = options;
    this.#unsubscribe = [
      transport.onMessage(topicOf(gateway, 'receipts'), (message) => {
        this.#queue(message, () => this.#receipt(message));
      }),
      transport.onMessage(topicOf(gateway, 'signals'), (message) => {
        this.#queue(message, () => this.#signal(message));
      }),
    ];
  }

  #queue({ topic }: TransportMessage, task: () => Promise<void>): void {
    if (this.#serial.waiting < MAX_WAITING) {
      void this.#serial.run(task);
      return;
    }
    this.#refuse({
      code: 'overloaded',
      message: `${topic}: ${MAX_WAITING} messages wait; dropped`,
    });
  }

  #refuse(refusal: Refusal): void {
    this.#refusals.add(refusal.code);
    this.options.onRefusal?.(refusal);
  }

  tick(nowMonotonicMs: number): Promise<void> {
    this.#nowMs = nowMonotonicMs;
    // A tick that waits its turn will see the newest instant.
    this.#ticking ??= this.#serial.run(async () => {
      this.#ticking = undefined;
      await this.#drain.advance(this.#nowMs);
    });
    return this.#ticking;
  }

  async #receipt(message: TransportMessage): Promise<void> {
    const read = readEnvelope(receiptEnvelope, message, this.#settings.maxMessageBytes);
    if (!read.success) {
      this.#refuse(read.refusal);
      return;
    }
    const { envelope } = read;
    const { verifying, coordinatorKey, gateway } = this.options;
    if (!(await isSignedBy(verifying, coordinatorKey, envelope))) {
      const why = `a receipt that is not signed by the coordinator ${coordinatorKey}`;
      this.#refuse({ code: 'bad-signature', message: why });
      return;
    }
    const { receipt } = envelope;
    if (receipt.gateway !== gateway) {
      const why = `a receipt for ${receipt.gateway}, expected ${gateway}`;
      this.#refuse({ code: 'wrong-audience', message: why });
      return;
    }
    await this.#settle(receipt);
  }

  async #settle(receipt: ReceiptV1): Promise<void> {
    if (receipt.status === 'rejected') {
      this.#drain.rejected(receipt, this.#nowMs);
      return;
    }
    const refusal = await this.#drain.accepted(receipt);
    if (refusal !== undefined) this.#refuse(refusal);
    // The next batch need not wait for the next tick.
    if (this.#nowMs > -Infinity) await this.#drain.advance(this.#nowMs);
  }

  async #signal(message: TransportMessage): Promise<void> {
    const read = readEnvelope(signalEnvelope, message, this.#settings.maxMessageBytes);
    if (!read.success) {
      this.#refuse(read.refusal);
      return;
    }
    const outcome = await this.#signals.accept(read.envelope);
    if ('code' in outcome) this.#refuse(outcome);
    else this.options.onSignal?.(outcome);
  }

  signals(): readonly ActiveSignal[] {
    return this.#signals.active();
  }

  async status(): Promise<GatewayUplinkStatus> {
    const { batchesInFlight, counts, rejection } = this.#drain;
    return {
      connected: this.options.transport.connected,
      pending: await this.options.outbox.count(),
      batchesInFlight,
      ...counts,
      ...(rejection === undefined ? {} : { rejection }),
      refusals: this.#refusals.counts(),
    };
  }

  settled(): Promise<void> {
    return this.#serial.idle();
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    await this.settled();
  }
}

/**
 * Opens a gateway's end: it listens at once for receipts and signals, and sends when `tick` is called.
 * @throws UplinkError `bad-gateway-id` or `bad-option`.
 */
export function createGatewayUplink(options: GatewayUplinkOptions): GatewayUplink {
  return new GatewayEnd(options);
}
