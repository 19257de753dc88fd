import type { AllocationLayout } from './allocation-layout.js';
import { headerForm } from './csv-table.js';
import type { FileProblems } from './file-problem.js';

/** Where the columns of a file stand; -1 where one does not. */
export interface AllocationPlaces {
  readonly point: number;
  readonly start: number;
  readonly end: number;
  readonly allocated: number;
  readonly given: number;
  readonly surplus: number;
  readonly consumed: number;
  readonly injected: number;
  readonly quality: number;
  /** Columns of a wide file by metering point. */
  readonly points: readonly { readonly id: string; readonly place: number }[];
}

/** Finds the columns of a layout in a header; what is not there becomes a problem. */
export function allocationPlaces(
  header: readonly string[],
  line: number,
  { columns }: AllocationLayout,
  problems: FileProblems,
): AllocationPlaces {
  const forms = header.map(headerForm);
  const placeOf = (name: string | undefined, required: boolean): number => {
    const place = name === undefined ? -1 : forms.indexOf(headerForm(name));
    if (place === -1 && required) {
      problems.error(line, 'header', header.join(' | '), `a column ${name ?? ''}`);
    }
    return place;
  };
  const wide = columns.meteringPoint === undefined;
  const places = {
    point: placeOf(columns.meteringPoint, !wide),
    start: placeOf(columns.start, true),
    end: placeOf(columns.end, false),
    allocated: placeOf(columns.allocated, false),
    given: placeOf(columns.given, false),
    surplus: placeOf(columns.surplus, false),
    consumed: placeOf(columns.consumed, false),
    injected: placeOf(columns.injected, false),
    quality: placeOf(columns.quality, false),
  };
  if (!wide && places.allocated === -1 && places.given === -1) {
    const expected = `a column ${columns.allocated ?? ''} or ${columns.given ?? ''} with the energies`;
    problems.error(line, 'header', header.join(' | '), expected);
  }
  const taken = new Set<number>(Object.values(places));
  const points = header.flatMap((id, place) => (wide && !taken.has(place) ? [{ id, place }] : []));
  if (wide && points.length === 0) {
    problems.error(line, 'header', header.join(' | '), 'a column for each metering point');
  }
  return { ...places, points };
}
