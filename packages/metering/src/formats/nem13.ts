import { shown } from '../csv-row.js';
import { energyUnit, readEnergy } from './energy-text.js';
import { nemDateTime, nemQuality } from './nem-fields.js';
import type { SeriesBuilder } from './series-builder.js';
import type { TextLine } from './text-lines.js';
import { worseQuality } from '../cause.js';

/**
 * A 250 record: one register at the start and end of a period and the energy between. It is a total to
 * check by: no interval can be made of it.
 */
export function readNem13Row(out: SeriesBuilder, line: TextLine, fields: readonly string[]): void {
  const [, nmi = '', , , suffix = '', , , direction = ''] = fields;
  const [startText = '', startQuality = ''] = fields.slice(9, 11);
  const [endText = '', endQuality = ''] = fields.slice(14, 16);
  const [quantity = '', uom = ''] = fields.slice(18, 20);
  const { meteringPoint } = out.options;
  if (meteringPoint !== undefined && meteringPoint !== nmi) {
    out.count(`belong to another metering point than ${meteringPoint}`);
    return;
  }
  const reject = (column: string, value: string, expected: string): void => {
    out.reject({ line: line.line, column, value: shown(value), expected }, line.text);
  };
  const unit = energyUnit(uom);
  if (unit === undefined) {
    out.note(`${nmi}: register ${suffix} (${uom || 'no unit'}) is no active energy: left out`);
    return;
  }
  const startMs = nemDateTime(startText);
  const endMs = nemDateTime(endText);
  const energy = readEnergy(quantity, unit);
  const qualities = [nemQuality(startQuality), nemQuality(endQuality)];
  const [before, after] = qualities;
  if (direction !== 'E' && direction !== 'I') {
    // From the customer's side of the market's words: Import is energy into the network.
    reject('DirectionIndicator', direction, 'E (to the customer) or I (into the network)');
  } else if (startMs === undefined) {
    reject('PreviousRegisterReadDateTime', startText, 'an instant written YYYYMMDDhhmmss');
  } else if (endMs === undefined || endMs <= startMs) {
    reject('CurrentRegisterReadDateTime', endText, 'an instant after the previous reading');
  } else if (energy === undefined) {
    reject('Quantity', quantity, 'a number');
  } else if (before === undefined || after === undefined) {
    reject(
      'QualityMethod',
      `${startQuality},${endQuality}`,
      'A, E, F, N or S with a method number',
    );
  } else {
    const { milliwattHours } = energy;
    out.add(
      {
        meteringPoint: nmi,
        startMs,
        endMs,
        ...(direction === 'E'
          ? { importMilliwattHours: milliwattHours }
          : { exportMilliwattHours: milliwattHours }),
        quality: worseQuality(before, after),
        line: line.line,
      },
      line.text,
    );
  }
}
