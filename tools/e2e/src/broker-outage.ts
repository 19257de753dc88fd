/** The part of a gateway's `/api/state` that a test reads. */
export interface GatewayView {
  readonly gateway: string;
  readonly now: string;
  readonly decision?: { readonly at: string; readonly summary: string };
  readonly devices: readonly {
    readonly device: string;
    readonly online: boolean;
    readonly readAt?: string;
  }[];
  readonly uplink?: { readonly connected: boolean; readonly outboxEntries: number };
}

/** What the scenario of the same name saw. */
export interface BrokerOutage {
  readonly whileGone: { readonly at: string; readonly gateways: readonly GatewayView[] };
  readonly storedWhileGone: number;
  readonly atEnd: {
    readonly entriesStored: number;
    readonly entriesRepeated: number;
    readonly refusals: Readonly<Record<string, number>>;
  };
  readonly warnings: readonly string[];
}
