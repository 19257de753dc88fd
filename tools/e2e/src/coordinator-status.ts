import type { CoordinatorStatus } from '@microgrid/coordinator';
import { eventually } from './eventually.js';

/** What a running coordinator says of itself. */
export async function statusOf(httpUrl: string): Promise<CoordinatorStatus> {
  const answer = await fetch(`${httpUrl}api/status`);
  return (await answer.json()) as CoordinatorStatus;
}

/** Waits until a reason for refusals was counted `count` times. */
export function refused(httpUrl: string, code: string, count = 1): Promise<CoordinatorStatus> {
  return eventually(`${count} refusals with ${code}`, async () => {
    const status = await statusOf(httpUrl);
    return (status.refusals[code] ?? 0) >= count ? status : undefined;
  });
}
