import { parseRatio } from '@microgrid/units';

/**
 * Energy that an apparent power can carry in one interval, in whole mWh rounded down:
 * kVA x power factor x interval length. Without a limit: infinity.
 */
export function limitMilliwattHours(
  limitKilovoltAmperes: string | undefined,
  powerFactor: string | undefined,
  resolutionMs: number,
): number {
  if (limitKilovoltAmperes === undefined) return Infinity;
  const limit = parseRatio(limitKilovoltAmperes);
  const factor = parseRatio(powerFactor ?? '1');
  // 1 kW for one hour is 1,000,000 mWh.
  const milliwattMs = limit.numerator * factor.numerator * 1_000_000n * BigInt(resolutionMs);
  const energy = milliwattMs / (3_600_000n * 10n ** BigInt(limit.scale + factor.scale));
  return energy > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(energy);
}
