import { siteTime } from './site-time.js';

describe('siteTime', () => {
  test('shows the clocks of the site, not those of the reader', () => {
    const lisbon = siteTime('Europe/Lisbon');
    expect(lisbon.second('2026-06-21T11:42:10Z')).toBe('12:42:10');
    expect(lisbon.minute('2026-06-20T23:00:00Z')).toBe('00:00');
    expect(lisbon.date('2026-06-20T23:00:00Z')).toBe('Sunday 21 June');
    expect(siteTime('America/Los_Angeles').minute('2026-06-21T11:42:10Z')).toBe('04:42');
  });

  test('shows the repeated hour of autumn twice', () => {
    const lisbon = siteTime('Europe/Lisbon');
    expect(lisbon.minute('2026-10-25T00:30:00Z')).toBe('01:30');
    expect(lisbon.minute('2026-10-25T01:30:00Z')).toBe('01:30');
  });

  test('adds the date to a time of another local day', () => {
    const lisbon = siteTime('Europe/Lisbon');
    expect(lisbon.near('2026-06-21T17:00:00Z', '2026-06-21T11:00:00Z')).toBe('18:00');
    expect(lisbon.near('2026-06-21T23:30:00Z', '2026-06-21T11:00:00Z')).toBe('22 Jun, 00:30');
  });

  test('a zone the browser does not know is shown as UTC and says so', () => {
    const nowhere = siteTime('Mars/Olympus');
    expect(nowhere.minute('2026-06-21T11:42:10Z')).toBe('11:42');
    expect(nowhere.date('2026-06-21T11:42:10Z')).toContain('(UTC)');
  });
});
