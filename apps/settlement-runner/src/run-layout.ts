/** Schema named by the manifest of a run. */
export const RUN_SCHEMA = 'microgrid/run/1';
/** Schema named by the list of local days. */
export const DAYS_SCHEMA = 'microgrid/days/1';

/** Where inputs lie in a run. */
export const INPUTS = 'inputs/';
/** The manifest: what was settled, from what, with which result. */
export const RUN_JSON = 'run.json';
export const COMMUNITY_JSON = 'inputs/community.json';
export const DAYS_JSON = 'inputs/days.json';
export const READINGS_CSV = 'inputs/readings.csv';
/** Files that the contract names, under their names. */
export const CONTRACT_FILES = 'inputs/files';
/** What became known when, and the runs made of it: in the place of community and readings. */
export const HISTORY_JSON = 'inputs/history.json';
/** Postings that bring the earlier versions' to this one's. */
export const DELTAS_NDJSON = 'deltas.ndjson';
export const EVENTS_NDJSON = 'events.ndjson';
/** The operator's signature over the result; not part of what a run computes. */
export const HEAD_JSON = 'head.json';
/** What is left of members that were erased. */
export const ERASED_JSON = 'erased.json';
/** Files that every other file of a run follows from. */
export const INPUT_FILES = [COMMUNITY_JSON, DAYS_JSON, READINGS_CSV] as const;

/** The run as a page for people. */
export const REPORT_HTML = 'report.html';

/** What a version changes for a member. */
export function correctionPath(member: string): string {
  return `corrections/${member}.json`;
}

/** A member's statement as JSON: totals, lines, proofs. */
export function statementJsonPath(member: string): string {
  return `statements/${member}.json`;
}

/** A member's statement as a table: one row per metering point and interval. */
export function statementCsvPath(member: string): string {
  return `statements/${member}.csv`;
}
