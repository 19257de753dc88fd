/**
 * What goes wrong with one reply of a server, on purpose. The request itself is carried out, except
 * with `exception`, `ignore` and `black-hole`.
 *
 * - `delay`: the reply comes `ms` later.
 * - `drop`: no reply. `ignore`: no reply, and nothing is carried out.
 * - `exception`: nothing is carried out, the reply is this exception.
 * - `wrong-unit`, `wrong-id` (TCP framing; elsewhere as `wrong-unit`), `wrong-function`,
 *   `wrong-length`: a sound frame that answers something else comes; with `thenRight` the right one
 *   follows it.
 * - `split`: the frame comes in pieces of `bytes` bytes, or in so many `pieces`, `gapMs` apart.
 * - `merge`: the frame is held back and comes in one piece with the next reply.
 * - `duplicate`: the frame comes twice.
 * - `crc`: the frame's checksum is wrong; in TCP framing, which has none, its protocol id.
 * - `garbage`: these bytes come before the frame, after it, or instead of it.
 * - `reset`: the connection is reset after so many bytes of the frame; a serial line falls silent.
 * - `black-hole`: from now on this client gets no answer, and its connection stays open.
 */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drop' | 'ignore' | 'merge' | 'duplicate' | 'crc' | 'black-hole' }
  | { readonly kind: 'exception'; readonly code: number }
  | {
      readonly kind: 'wrong-unit' | 'wrong-id' | 'wrong-function' | 'wrong-length';
      readonly thenRight?: boolean;
    }
  | { readonly kind: 'split'; readonly bytes: number; readonly gapMs: number }
  | { readonly kind: 'split'; readonly pieces: number; readonly gapMs: number }
  | {
      readonly kind: 'garbage';
      readonly bytes: Uint8Array;
      readonly where: 'before' | 'after' | 'instead';
    }
  | { readonly kind: 'reset'; readonly afterBytes: number };

/** A request as a fault plan sees it, before it is carried out. */
export interface FaultRequest {
  readonly unit: number;
  readonly functionCode: number;
  /** The request after its function code. */
  readonly data: Uint8Array;
  /** How many requests the server got before this one. */
  readonly number: number;
  /** How many clients the server had before this request's. */
  readonly client: number;
}

/** Decides for each request what goes wrong; undefined: nothing. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;
