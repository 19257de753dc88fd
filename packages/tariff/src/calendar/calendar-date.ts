/** Whether a text is a date `YYYY-MM-DD` that the calendar has. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const midnight = new Date(`${text}T00:00:00Z`);
  // Date rolls 30 February over into March: printing it back shows whether it did.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}
