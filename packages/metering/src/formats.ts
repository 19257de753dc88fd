export type { EredesOptions } from './formats/eredes-xlsx.js';
export {
  detectFormat,
  importMeterFile,
  importMeterFiles,
  type MeterFile,
} from './formats/import-meter-file.js';
export type { AbsentDirection, ImportOptions } from './formats/import-options.js';
export type {
  ImportResult,
  RejectedRow,
  SupersededRow,
  UntimedReading,
} from './formats/import-result.js';
export {
  METER_FORMATS,
  type MeterFileContent,
  type MeterFileOptions,
  type MeterFormat,
} from './formats/meter-formats.js';
export type { OcmfOptions } from './formats/ocmf.js';
export { parseOcmf, type OcmfProblem, type OcmfRecord } from './formats/ocmf-record.js';
export { verifyOcmf, type OcmfVerdict } from './formats/ocmf-signature.js';
export type { SeriesRow } from './formats/series-row.js';
export { intervalEvents, jsonLines, type IntervalEventOptions } from './formats/json-lines.js';
export { parquetFile } from './formats/parquet-export.js';
export { xlsxWorkbook } from './formats/xlsx-export.js';
