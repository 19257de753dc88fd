export { UPWARD_KINDS } from './check-batch.js';
export type {
  AcceptedEntry,
  CoordinatorStatistics,
  CoordinatorUplink,
  CoordinatorUplinkOptions,
  EnrolledGateway,
  SignalDraft,
} from './coordinator-uplink.js';
export { createCoordinatorUplink } from './create-coordinator-uplink.js';
export { createGatewayUplink } from './create-gateway-uplink.js';
export {
  eventsEnvelope,
  MAX_MESSAGE_BYTES,
  receiptEnvelope,
  signalEnvelope,
  signedBytes,
  type EventsEnvelope,
  type ReceiptEnvelope,
  type SignalEnvelope,
} from './envelope.js';
export type {
  ActiveSignal,
  GatewayUplinkStatus,
  Signal,
  UplinkRejection,
} from './gateway-status.js';
export type {
  EarlierKey,
  GatewayUplink,
  GatewayUplinkOptions,
  SignalClock,
} from './gateway-uplink.js';
export { keySubject } from './key-history.js';
export {
  REFUSAL_CODES,
  RefusalCounter,
  type Refusal,
  type RefusalCode,
  type RefusalCounts,
} from './refusal.js';
export { CHANNELS, filterOf, readTopic, TOPIC_ROOT, topicOf, type Channel } from './topic.js';
export type { Transport, TransportMessage } from './transport.js';
export { isUplinkError, UplinkError, type UplinkErrorCode } from './uplink-error.js';
