export { canonicalBytes, canonicalJson, type Json } from './canonical-json.js';
export { commandV1, type CommandV1 } from './command.js';
export { contractV1, type ContractV1 } from './contract.js';
export {
  deviceControl,
  deviceDescriptionV1,
  deviceRole,
  type DeviceControl,
  type DeviceDescriptionV1,
  type DeviceRole,
} from './device-description.js';
export { EventsError, isEventsError, type EventsErrorCode, type EventsProblem } from './error.js';
export { parseEvent, safeParseEvent, SCHEMAS, type Event, type EventKind } from './event.js';
export {
  amountField,
  currencyField,
  energyField,
  energyTotalField,
  hashField,
  idField,
  instantField,
  priceField,
  reasonField,
  resolutionField,
  sequenceField,
  validForField,
  wattsField,
} from './fields.js';
export {
  INTERVAL_QUALITIES,
  intervalId,
  intervalQuality,
  intervalV1,
  type IntervalQuality,
  type IntervalV1,
} from './interval.js';
export { parse, safeParse, type SafeResult } from './parse.js';
export { expectation, pathText, showValue, valueAt } from './problem-text.js';
export { readingQuality, readingV1, type ReadingQuality, type ReadingV1 } from './reading.js';
export { receiptRejection, receiptV1, type ReceiptRejection, type ReceiptV1 } from './receipt.js';
export { asyncApi, jsonSchemas } from './schema-documents.js';
export {
  capacityOutcome,
  settlementEventV1,
  type CapacityOutcome,
  type SettlementEventV1,
} from './settlement-event.js';
export { limitV1, tariffSignalV1, type LimitV1, type TariffSignalV1 } from './signal.js';
export {
  statementCharge,
  statementLine,
  statementLineKind,
  statementV1,
  type StatementCharge,
  type StatementLine,
  type StatementLineKind,
  type StatementV1,
} from './statement.js';
