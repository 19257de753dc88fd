import { readCanonical } from './canonical.js';
import { readDatadis } from './datadis.js';
import { readDsmr } from './dsmr.js';
import { readEredesXlsx, type EredesOptions } from './eredes-xlsx.js';
import { readEspi } from './espi.js';
import { readMscons } from './mscons.js';
import { readNem } from './nem12.js';
import { readOcmf, type OcmfOptions } from './ocmf.js';
import type { SeriesBuilder } from './series-builder.js';

/** Everything any format can be told. */
export type MeterFileOptions = EredesOptions & OcmfOptions;

/** One file, unpacked, with how it is to be read. */
export interface MeterFileContent {
  readonly bytes: Uint8Array;
  readonly options: MeterFileOptions;
}

/** One format of meter data: the row of the table that detection, reading and the docs go by. */
export interface MeterFormat {
  readonly id: string;
  readonly name: string;
  /** Extensions its files usually have. */
  readonly extensions: readonly string[];
  /** What the time of a row marks; `both` where start and end are written, `instant` for registers. */
  readonly label: 'start' | 'end' | 'both' | 'instant';
  /** Time of its rows. */
  readonly clock: string;
  /** Quantity of its values. */
  readonly quantity: string;
  /** How it tells measured from other values. */
  readonly quality: string;
  /** Whether the beginning of a file looks like it; `head` is its first 4,096 bytes as Latin-1. */
  readonly fits: (head: string) => boolean;
  /** Reads files of this format together: what one says may complete another. */
  readonly read: (out: SeriesBuilder, files: readonly MeterFileContent[]) => void | Promise<void>;
}

/** Files whose content does not depend on one another. */
function apart(
  id: string,
  read: (out: SeriesBuilder, bytes: Uint8Array, options: MeterFileOptions) => void | Promise<void>,
): MeterFormat['read'] {
  return async (out, files) => {
    for (const { bytes, options } of files) {
      out.begin(id, options);
      await read(out, bytes, options);
    }
  };
}

/** Every format that is read, in the order of detection. */
export const METER_FORMATS: readonly MeterFormat[] = [
  {
    id: 'canonical-csv',
    name: 'Canonical CSV',
    extensions: ['csv'],
    label: 'both',
    clock: 'UTC, both written',
    quantity: 'kWh of the interval, import and export gross',
    quality: 'the quality column',
    fits: (head) => /^(?:\u00ef\u00bb\u00bf)?metering_point,/.test(head),
    read: apart('canonical-csv', readCanonical),
  },
  {
    id: 'eredes-xlsx',
    name: 'E-REDES consumption export (XLSX)',
    extensions: ['xlsx'],
    label: 'end',
    clock: 'Europe/Lisbon; the repeated hour by row order',
    quantity: 'mean power of the quarter-hour, kW',
    quality: 'Estado: Real = measured, Estimado and unknown = estimated',
    fits: (head) => head.startsWith('PK\u0003\u0004'),
    read: apart('eredes-xlsx', readEredesXlsx),
  },
  {
    id: 'nem12',
    name: 'NEM12 and NEM13 (AEMO)',
    extensions: ['csv'],
    label: 'end',
    clock: 'UTC+10 all year',
    quantity: 'kWh of interval n of a day; E = import, B = export',
    quality: 'A measured, S and F substituted, E estimated, N missing, V by 400 records',
    fits: (head) => /^\s*100,NEM1[23]/.test(head) || /^\s*[23]00,\w+,/.test(head),
    read: apart('nem12', readNem),
  },
  {
    id: 'mscons',
    name: 'UN/EDIFACT MSCONS',
    extensions: ['txt', 'edi'],
    label: 'both',
    clock: 'format 303 with its offset; 203 on the clock of Europe/Berlin',
    quantity: 'kWh, or mean kW, by the OBIS code; 1 = import, 2 = export',
    quality:
      'QTY 220 and 79 measured, 67 and 125 substituted, 187, 201, 265 and unknown estimated, 20 missing',
    fits: (head) => /^\s*(UNA|UNB\+)/.test(head),
    read: apart('mscons', readMscons),
  },
  {
    id: 'espi',
    name: 'Green Button / ESPI (XML)',
    extensions: ['xml'],
    label: 'start',
    clock: 'UTC seconds',
    quantity: 'Wh times a power of ten; flow 1 = import, 19 = export',
    quality: '0, 14, 17, 18, 19 measured, 7 corrected, 8 and 9 substituted, others estimated',
    fits: (head) => /^(?:\u00ef\u00bb\u00bf)?\s*</.test(head),
    read: readEspi,
  },
  {
    id: 'dsmr',
    name: 'DSMR P1 telegrams',
    extensions: ['txt', 'p1'],
    label: 'instant',
    clock: 'the meter\u2019s own, S or W on Europe/Amsterdam unless another zone is given',
    quantity: 'kWh registers 1.8 and 2.8, rates summed',
    quality: 'checksum',
    fits: (head) => /^\s*\/[A-Za-z0-9]{3}[\w\\]/m.test(head),
    read: apart('dsmr', readDsmr),
  },
  {
    id: 'ocmf',
    name: 'OCMF signed charging records',
    extensions: ['ocmf', 'txt'],
    label: 'instant',
    clock: 'the meter\u2019s own with its offset; an unknown clock (U) gives no interval',
    quantity: 'kWh or Wh registers',
    quality: 'meter state, error flags and the signature',
    fits: (head) => /^\s*OCMF\|/.test(head),
    read: apart('ocmf', readOcmf),
  },
  {
    id: 'datadis',
    name: 'Datadis and Spanish distributors (CSV)',
    extensions: ['csv'],
    label: 'end',
    clock: 'Europe/Madrid; hours 01:00 to 24:00, the repeated one by row order',
    quantity: 'kWh of the hour; consumo = import, energiaVertida = export',
    quality: 'Real = measured, Estimada and unknown = estimated',
    fits: (head) => /^[^\r\n]*cups[^\r\n]*[;,][^\r\n]*fecha/i.test(head),
    read: apart('datadis', readDatadis),
  },
];
