import type { LimitV1, TariffSignalV1 } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import type { Policy } from './policy.js';
import type { Snapshot } from './snapshot.js';

/** The coordinator's limit, if one is valid, in its period and to be obeyed. */
export function limitInForce(snapshot: Snapshot, policy: Policy): LimitV1 | undefined {
  const received = snapshot.signals.limit;
  if (received === undefined || !policy.upstream.obeyLimits || received.remainingMs <= 0) return;
  const { signal } = received;
  const { nowMs } = snapshot;
  if (nowMs < parseInstant(signal.start) || nowMs >= parseInstant(signal.end)) return;
  return signal;
}

/** The price period in force, if a valid tariff signal covers this instant. */
export function priceInForce(
  snapshot: Snapshot,
  policy: Policy,
): TariffSignalV1['periods'][number] | undefined {
  const received = snapshot.signals.tariff;
  if (received === undefined || !policy.upstream.obeyPrices || received.remainingMs <= 0) return;
  const { nowMs } = snapshot;
  return received.signal.periods.find(
    ({ start, end }) => nowMs >= parseInstant(start) && nowMs < parseInstant(end),
  );
}
