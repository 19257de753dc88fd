import type { Community } from '../community.js';
import { pointsByOperatorId } from '../community-points.js';
import { ALLOCATION_LAYOUT, type AllocationLayout } from './allocation-layout.js';
import { allocationPlaces } from './allocation-places.js';
import { AllocationReader } from './allocation-reader.js';
import type { AllocatedRow, AllocationFile } from './allocation-row.js';
import { csvRows, csvSeparator } from './csv-rows.js';
import { contentOf, FileProblems, type FileReading } from './file-problem.js';

/**
 * Reads the allocation a distribution system operator states: for each metering point and interval the
 * energy it was given. An empty field says nothing; it is not zero.
 */
export function lintAllocationCsv(
  text: string,
  name: string,
  layout: AllocationLayout = ALLOCATION_LAYOUT,
): FileReading<AllocationFile> {
  const problems = new FileProblems(name);
  const body = withoutLines(text, layout.skipLines ?? 0);
  const separator = layout.separator ?? csvSeparator(body);
  const shift = layout.skipLines ?? 0;
  const rows = csvRows(body, separator);
  const header = rows.next();
  const out: AllocatedRow[] = [];
  if (header.done === true) {
    problems.error(1 + shift, '', '', 'a header line');
    return problems.reading(() => ({ rows: out, unitMilliwattHours: 1 }));
  }
  const places = allocationPlaces(header.value.fields, header.value.line + shift, layout, problems);
  const reader = new AllocationReader(layout, places, problems);
  if (problems.clean) {
    for (const { fields, line } of rows) {
      if (fields.length === header.value.fields.length) {
        for (const row of reader.rows(fields, line + shift)) out.push(row);
      } else {
        const expected = `${header.value.fields.length} fields separated by ${JSON.stringify(separator)}, as in the header`;
        problems.error(line + shift, '', fields.join(separator), expected);
      }
    }
  }
  return problems.reading(() => ({ rows: out, unitMilliwattHours: reader.unitMilliwattHours }));
}

/** {@link lintAllocationCsv} that throws. @throws CommunityError `invalid-file` with every problem. */
export function readAllocationCsv(
  text: string,
  name: string,
  layout?: AllocationLayout,
): AllocationFile {
  return contentOf(lintAllocationCsv(text, name, layout));
}

function withoutLines(text: string, count: number): string {
  let at = 0;
  for (let line = 0; line < count; line++) {
    const end = text.indexOf('\n', at);
    if (end === -1) return '';
    at = end + 1;
  }
  return text.slice(at);
}

/**
 * An operator's allocation under the metering points' own ids: names that are an `operatorId` become the
 * id of its point; names that the community does not know stay as they are.
 */
export function allocationOfPoints(file: AllocationFile, community: Community): AllocationFile {
  const known = pointsByOperatorId(community);
  return {
    ...file,
    rows: file.rows.map((row) => ({
      ...row,
      meteringPoint: known.get(row.meteringPoint)?.id ?? row.meteringPoint,
    })),
  };
}
