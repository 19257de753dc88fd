/** The last receipts of every gateway, so that a repeated batch gets the same receipt again. */
export class ReceiptCache {
  readonly #byGateway = new Map<string, Map<string, Uint8Array>>();

  /** @param perGateway how many receipts are kept for each. */
  constructor(private readonly perGateway: number) {}

  find(gateway: string, batch: string): Uint8Array | undefined {
    return this.#byGateway.get(gateway)?.get(batch);
  }

  keep(gateway: string, batch: string, receipt: Uint8Array): void {
    const receipts = this.#byGateway.get(gateway) ?? new Map<string, Uint8Array>();
    this.#byGateway.set(gateway, receipts);
    receipts.set(batch, receipt);
    const [oldest] = receipts.keys();
    if (receipts.size > this.perGateway && oldest !== undefined) receipts.delete(oldest);
  }
}
