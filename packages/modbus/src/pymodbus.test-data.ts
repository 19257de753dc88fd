import { spawn, spawnSync } from 'node:child_process';

/** Debian's own: its packages are not those of another Python on the path. */
const python = '/usr/bin/python3';

/** A server with the tables of `bank()` as unit 1: register n holds n * 7, bit n is set when 3 divides n. */
const source = `
import sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartSerialServer, StartTcpServer
from pymodbus.transaction import ModbusRtuFramer

registers = lambda: ModbusSequentialDataBlock(0, [n * 7 for n in range(2000)])
bits = lambda: ModbusSequentialDataBlock(0, [n % 3 == 0 for n in range(2000)])
unit = ModbusSlaveContext(di=bits(), co=bits(), hr=registers(), ir=registers(), zero_mode=True)
context = ModbusServerContext(slaves={1: unit}, single=False)
identity = ModbusDeviceIdentification()
identity.VendorName = "pymodbus"
identity.ProductCode = "PM"
identity.MajorMinorRevision = "3.0"
identity.ModelName = "server"
kind, place = sys.argv[1:]
if kind == "tcp":
    StartTcpServer(context=context, identity=identity, address=("127.0.0.1", int(place)))
else:
    StartSerialServer(context=context, identity=identity, framer=ModbusRtuFramer, port=place, baudrate=115200)
`;

/** What is missing to run it; undefined when nothing is. */
export function missingForPymodbus(): string | undefined {
  if (spawnSync('which', [python]).status !== 0) return 'python3';
  if (spawnSync(python, ['-c', 'import pymodbus']).status !== 0) return 'python3-pymodbus';
  const asyncio = spawnSync(python, ['-c', 'import serial_asyncio']);
  return asyncio.status === 0 ? undefined : 'python3-serial-asyncio';
}

/** Starts the server; it listens some time later. @returns stops it */
export function startPymodbus(kind: 'tcp' | 'rtu', place: string): () => Promise<void> {
  const server = spawn(python, ['-c', source, kind, place], { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  return async () => {
    server.kill('SIGKILL');
    await ended;
  };
}
