export type {
  AcceptedEntry,
  CoordinatorUplink,
  CoordinatorUplinkOptions,
  EnrolledGateway,
  SignalDraft,
} from './coordinator-uplink.js';
export type {
  ActiveSignal,
  GatewayUplinkStatus,
  Signal,
  UplinkRejection,
} from './gateway-status.js';
export type { GatewayUplink, GatewayUplinkOptions, SignalClock } from './gateway-uplink.js';
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
