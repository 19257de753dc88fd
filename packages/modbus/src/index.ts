export { absentPattern, isAbsent } from './absent-pattern.js';
export type { AbsentPattern } from './absent-pattern.js';
export type { Access } from './access.js';
export type {
  BusState,
  BusStatistics,
  CoilWrite,
  CustomRequest,
  DeviceIdentification,
  DisabledBlock,
  IdentifyOptions,
  MaskWrite,
  ModbusBus,
  Priority,
  ReadRequest,
  ReadWriteRequest,
  RegisterWrite,
  ReplyFraming,
  RequestOptions,
  UnitStatus,
  WriteRequest,
} from './bus.js';
export type { BusOptions, UnitOptions } from './bus-options.js';
export type { BreakerOptions } from './circuit-breaker.js';
export { countersAgree, readAgreed } from './counter-agreement.js';
export type { AgreedRead, WideCounter } from './counter-agreement.js';
export type { Fault, FaultPlan, FaultRequest } from './fault.js';
export { isModbusError, ModbusError } from './modbus-error.js';
export type { ModbusErrorCode, ModbusErrorDetails } from './modbus-error.js';
export { exceptionName, exceptionNames, ModbusException } from './modbus-exception.js';
export type { ExceptionCode } from './modbus-exception.js';
export { startReadOnlyProxy } from './read-only-proxy.js';
export type { ReadOnlyProxyOptions } from './read-only-proxy.js';
export { planReads } from './read-plan.js';
export type { PlannedRead, ReadPlanRules, Span } from './read-plan.js';
export { decode, encode, registersOf } from './register-codec.js';
export type { BigintEncoding, Encoding, NumberEncoding, WordOrder } from './register-codec.js';
export type { ListenOptions, ServerOptions } from './server-options.js';
export type { TcpServer } from './stream-server.js';
export { isRegisterTable } from './table.js';
export type { BitTable, RegisterTable, Table } from './table.js';
export { openRtuOverTcpBus, openRtuOverUdpBus, openTcpBus } from './tcp-bus.js';
export type { TcpBusOptions } from './tcp-bus.js';
export { startRtuOverTcpServer, startTcpServer } from './tcp-server.js';
export type { TcpServerOptions } from './tcp-server.js';
export { startRtuOverUdpServer } from './udp-server.js';
export type { UdpServer, UdpServerOptions } from './udp-server.js';
export type { UnitHandler } from './unit-handler.js';
