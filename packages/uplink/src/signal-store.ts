import { parseInstant } from '@microgrid/units';
import { fromBase64Url, type KeyedDocuments, type VerifyPort } from '@microgrid/journal';
import { signedBytes, type SignalEnvelope } from './envelope.js';
import type { ActiveSignal } from './gateway-status.js';
import type { SignalClock } from './gateway-uplink.js';
import type { Refusal } from './refusal.js';
import { readSequence } from './sequence-document.js';

/** Most signals that hold at once; the oldest gives way. */
const MAX_ACTIVE = 100;
const COLLECTION = 'uplink-last-sequences';

/** Whether an envelope bears this key and its signature. */
export async function isSignedBy(
  verifying: VerifyPort,
  key: string,
  envelope: Parameters<typeof signedBytes>[0] & { publicKey: string; signature: string },
): Promise<boolean> {
  if (envelope.publicKey !== key) return false;
  try {
    const signature = fromBase64Url(envelope.signature);
    return await verifying.verify(key, signature, signedBytes(envelope));
  } catch {
    return false;
  }
}

/** What a gateway needs to judge a signal. */
export interface SignalStoreOptions {
  readonly gateway: string;
  readonly coordinatorKey: string;
  readonly verifying: VerifyPort;
  readonly documents: KeyedDocuments;
  readonly clock: SignalClock;
}

/** Judges signals and keeps those that hold, by id. */
export class SignalStore {
  readonly #active = new Map<string, ActiveSignal>();

  constructor(private readonly options: SignalStoreOptions) {}

  /** Makes a signal hold, or says why not. Its sequence is durable before it holds. */
  async accept(envelope: SignalEnvelope): Promise<ActiveSignal | Refusal> {
    const { coordinatorKey, verifying, documents, gateway, clock } = this.options;
    const { signal } = envelope;
    const refuse = (code: Refusal['code'], message: string): Refusal => ({
      code,
      message: `signal ${signal.id}: ${message}`,
    });
    if (!(await isSignedBy(verifying, coordinatorKey, envelope))) {
      return refuse('bad-signature', `not signed by the coordinator ${coordinatorKey}`);
    }
    const { audience, sequence, validForMs } = signal;
    if (audience !== gateway && audience !== '*') {
      return refuse('wrong-audience', `it is for ${audience}, expected ${gateway} or *`);
    }
    const wallMs = clock.wallMs();
    if (wallMs !== undefined && parseInstant(signal.issuedAt) + validForMs <= wallMs) {
      return refuse('expired', `issued ${signal.issuedAt} for ${validForMs} ms, which have passed`);
    }
    if (wallMs === undefined && signal.kind !== 'limit') {
      return refuse(
        'clock-unsynchronised',
        'without a synchronised clock only limits are taken: they can only lower risk',
      );
    }
    const last = await readSequence(documents, COLLECTION, audience);
    if (sequence <= last) {
      return refuse('sequence-replayed', `got sequence ${sequence}, expected one above ${last}`);
    }
    await documents.put(COLLECTION, audience, sequence);
    const receivedMs = clock.monotonicMs();
    const active = { signal, receivedMs, expiresMs: receivedMs + validForMs };
    this.#keep(active);
    return active;
  }

  #keep(active: ActiveSignal): void {
    const { id } = active.signal;
    this.#active.delete(id);
    this.#active.set(id, active);
    const [oldest] = this.#active.keys();
    if (this.#active.size > MAX_ACTIVE && oldest !== undefined) this.#active.delete(oldest);
  }

  /** The signals that hold now, oldest first. */
  active(): readonly ActiveSignal[] {
    const nowMs = this.options.clock.monotonicMs();
    for (const [id, { expiresMs }] of this.#active) {
      if (nowMs >= expiresMs) this.#active.delete(id);
    }
    return [...this.#active.values()];
  }
}
