/**
 * Wait before the next connection attempt: exponential backoff with equal jitter, so that many
 * gateways that lost one server do not come back in step.
 *
 * @param failures - attempts or connections that failed since the last reply, at least 1
 * @param random - uniform in [0, 1)
 * @returns milliseconds, between half of and the whole of min(maximum, minimum * 2^(failures - 1))
 */
export function reconnectDelayMs(
  failures: number,
  options: { readonly reconnectMinimumMs: number; readonly reconnectMaximumMs: number },
  random: number,
): number {
  const bound = Math.min(
    options.reconnectMaximumMs,
    options.reconnectMinimumMs * 2 ** Math.min(failures - 1, 30),
  );
  return bound * (0.5 + 0.5 * random);
}
