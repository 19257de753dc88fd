import { clearSkyIrradiance, sunPosition } from './index.js';

const LISBON = [38.72, -9.14] as const;
const LOS_ANGELES = [34.05, -118.24] as const;
const elevation = (ms: number, place: readonly [number, number]) =>
  (Math.asin(sunPosition(ms, place[0], place[1]).up) * 180) / Math.PI;

/** The minute at which the sun's upper edge crosses the horizon as almanacs count it (−0.833°). */
function crossing(fromIso: string, place: readonly [number, number]): number {
  const start = Date.parse(fromIso);
  const above = elevation(start, place) > -0.833;
  for (let minute = 0; minute < 720; minute += 1) {
    if (elevation(start + minute * 60_000, place) > -0.833 !== above)
      return start + minute * 60_000;
  }
  throw new Error('no crossing');
}

describe('sun position', () => {
  // Sunrise and sunset as almanacs print them for the place, in UTC.
  it.each([
    ['Lisbon rises 2026-06-21', '2026-06-21T00:00:00Z', LISBON, '2026-06-21T05:12:00Z'],
    ['Lisbon sets 2026-06-21', '2026-06-21T13:00:00Z', LISBON, '2026-06-21T20:05:00Z'],
    ['Los Angeles rises 2026-12-21', '2026-12-21T09:00:00Z', LOS_ANGELES, '2026-12-21T14:55:00Z'],
    ['Los Angeles sets 2026-12-21', '2026-12-21T20:00:00Z', LOS_ANGELES, '2026-12-22T00:48:00Z'],
  ])('%s within three minutes of the almanac', (_name, from, place, expected) => {
    expect(Math.abs(crossing(from, place) - Date.parse(expected))).toBeLessThanOrEqual(180_000);
  });

  it.each([
    ['June solstice', '2026-06-21', 90 - 38.72 + 23.44],
    ['March equinox', '2026-03-20', 90 - 38.72],
    ['December solstice', '2026-12-21', 90 - 38.72 - 23.44],
  ])('stands at noon as the year demands: %s', (_name, date, expected) => {
    const day = Date.parse(`${date}T00:00:00Z`);
    let best = -90;
    for (let minute = 0; minute < 1440; minute += 1) {
      best = Math.max(best, elevation(day + minute * 60_000, LISBON));
    }
    expect(Math.abs(best - expected)).toBeLessThan(0.4);
  });

  it('is a unit vector, in the east in the morning and in the south at noon', () => {
    const morning = sunPosition(Date.parse('2026-06-21T07:00:00Z'), ...LISBON);
    expect(Math.hypot(morning.east, morning.north, morning.up)).toBeCloseTo(1, 12);
    expect(morning.east).toBeGreaterThan(0.5);
    const noon = sunPosition(Date.parse('2026-06-21T12:38:00Z'), ...LISBON);
    expect(Math.abs(noon.east)).toBeLessThan(0.01);
    expect(noon.north).toBeLessThan(0);
  });
});

describe('clear sky', () => {
  const noon = sunPosition(Date.parse('2026-06-21T12:38:00Z'), ...LISBON);

  it('gives nothing below the horizon and 900 to 1050 W/m² on flat ground at a June noon', () => {
    const night = sunPosition(Date.parse('2026-06-21T00:00:00Z'), ...LISBON);
    expect(clearSkyIrradiance(night, { tiltDegrees: 30, azimuthDegrees: 180 })).toBe(0);
    const flat = clearSkyIrradiance(noon, { tiltDegrees: 0, azimuthDegrees: 180 });
    expect(flat).toBeGreaterThan(900);
    expect(flat).toBeLessThan(1050);
  });

  it('favours the plane that faces the sun', () => {
    const morning = sunPosition(Date.parse('2026-06-21T08:00:00Z'), ...LISBON);
    const on = (azimuthDegrees: number) =>
      clearSkyIrradiance(morning, { tiltDegrees: 40, azimuthDegrees });
    expect(on(90)).toBeGreaterThan(on(180));
    expect(on(180)).toBeGreaterThan(on(270));
  });
});
