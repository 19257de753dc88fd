export type {
  BusState,
  BusStatistics,
  CoilWrite,
  ModbusBus,
  ReadRequest,
  RegisterWrite,
  RequestOptions,
  WriteRequest,
} from './bus.js';
export type { BusOptions } from './bus-options.js';
export { isModbusError, ModbusError } from './modbus-error.js';
export type { ModbusErrorCode, ModbusErrorDetails } from './modbus-error.js';
export { exceptionName, exceptionNames, ModbusException } from './modbus-exception.js';
export type { ExceptionCode } from './modbus-exception.js';
export { decode, encode, registersOf } from './register-codec.js';
export type { BigintEncoding, Encoding, NumberEncoding, WordOrder } from './register-codec.js';
export { isRegisterTable } from './table.js';
export type { BitTable, RegisterTable, Table } from './table.js';
export { openTcpBus } from './tcp-bus.js';
export type { TcpBusOptions } from './tcp-bus.js';
export { startTcpServer } from './tcp-server.js';
export type { Access, TcpServer, TcpServerOptions } from './tcp-server.js';
export type { UnitHandler } from './unit-handler.js';
