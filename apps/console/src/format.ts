/** What is shown where a value is absent: a gap, never a zero. */
export const ABSENT = '–';

const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';

function signed(magnitude: string, negative: boolean): string {
  return negative && /[1-9]/.test(magnitude) ? `${MINUS}${magnitude}` : magnitude;
}

/** A magnitude of power for people: whole watts below 1 kW, above it kW with three digits. */
export function formatPower(watts: number | undefined): string {
  if (watts === undefined) return ABSENT;
  const size = Math.abs(watts);
  if (Math.round(size) < 1000) return `${Math.round(size)}${NARROW_SPACE}W`;
  const kilowatts = size / 1000;
  const decimals = kilowatts < 9.995 ? 2 : kilowatts < 99.95 ? 1 : 0;
  return `${kilowatts.toFixed(decimals)}${NARROW_SPACE}kW`;
}

/** Power with its sign, for tables where no word says the direction. */
export function formatSignedPower(watts: number | undefined): string {
  return watts === undefined ? ABSENT : signed(formatPower(watts), watts < 0);
}

/** Per cent, whole. */
export function formatPercent(percent: number | undefined): string {
  return percent === undefined ? ABSENT : `${Math.round(percent)}${NARROW_SPACE}%`;
}

/** Amperes with one decimal. */
export function formatAmperes(amperes: number | undefined): string {
  if (amperes === undefined) return ABSENT;
  return `${signed(Math.abs(amperes).toFixed(1), amperes < 0)}${NARROW_SPACE}A`;
}

/** An energy total in kWh, rounded half up to two decimals (one from 100 kWh on). */
export function formatEnergy(milliwattHours: string | undefined): string {
  if (milliwattHours === undefined) return ABSENT;
  const total = BigInt(milliwattHours);
  const size = total < 0n ? -total : total;
  const decimals = size < 100_000_000n ? 2 : 1;
  const unit = decimals === 2 ? 10_000n : 100_000n;
  const digits = ((size + unit / 2n) / unit).toString().padStart(decimals + 1, '0');
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `${signed(text, total < 0n)}${NARROW_SPACE}kWh`;
}

/** A price per kWh from millionths, with two to six decimals: no digit is dropped. */
export function formatPrice(microPerKilowattHour: number | undefined, currency: string): string {
  if (microPerKilowattHour === undefined) return ABSENT;
  const digits = Math.abs(microPerKilowattHour).toString().padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0{1,4}$/, '');
  const text = `${digits.slice(0, -6)}.${decimals}`;
  return `${signed(text, microPerKilowattHour < 0)}${NARROW_SPACE}${currency}/kWh`;
}

/** A duration in its two largest units: `42 s`, `3 min 20 s`, `5 h 7 min`, `12 d 4 h`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const steps = [
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  for (const [large, largeName, small, smallName] of steps) {
    if (seconds < large) continue;
    const rest = Math.floor((seconds % large) / small);
    const head = `${Math.floor(seconds / large)} ${largeName}`;
    return rest === 0 ? head : `${head} ${rest} ${smallName}`;
  }
  return `${seconds} s`;
}
