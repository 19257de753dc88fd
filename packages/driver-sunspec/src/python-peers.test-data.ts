/** Debian's pymodbus asks for a serial library that it only recommends, also for TCP alone. */
const NO_SERIAL = String.raw`
import sys
from unittest.mock import MagicMock
try:
    import serial_asyncio
except ImportError:
    sys.modules['serial'] = sys.modules['serial_asyncio'] = MagicMock()
`;

/**
 * A SunSpec client in Python on pymodbus, which shares no code with this package: it walks the
 * models of the device on `port` and prints their registers as JSON. Where the official model files
 * are at hand it also decodes them by these, so that definitions, decoding and twin are checked by
 * a second reading of the standard.
 */
export const PYTHON_CLIENT = String.raw`${NO_SERIAL}
import json, os, struct, sys
from pymodbus.client import ModbusTcpClient

port, folder = int(sys.argv[1]), sys.argv[2]
client = ModbusTcpClient('127.0.0.1', port=port)
client.connect()

def read(address, count):
    out = []
    while count:
        n = min(count, 125)
        reply = client.read_holding_registers(address, n, slave=1)
        if reply.isError():
            raise SystemExit('read %d+%d: %s' % (address, n, reply))
        out += reply.registers
        address, count = address + n, count - n
    return out

ABSENT = {'int16': -0x8000, 'sunssf': -0x8000, 'uint16': 0xffff, 'count': 0xffff, 'enum16': 0xffff,
    'bitfield16': 0xffff, 'int32': -0x80000000, 'uint32': 0xffffffff, 'enum32': 0xffffffff,
    'bitfield32': 0xffffffff, 'acc16': 0, 'acc32': 0, 'acc64': 0, 'uint64': 2**64 - 1, 'int64': -2**63}
FORMATS = {'int16': '>h', 'sunssf': '>h', 'int32': '>i', 'int64': '>q', 'uint32': '>I', 'acc32': '>I',
    'enum32': '>I', 'bitfield32': '>I', 'uint64': '>Q', 'acc64': '>Q', 'float32': '>f', 'float64': '>d'}

def value(kind, data):
    if kind == 'pad':
        return None
    if kind == 'string':
        return data.split(b'\0')[0].decode('utf-8').strip() or None
    found = struct.unpack(FORMATS.get(kind, '>H'), data)[0]
    if kind.startswith('float'):
        return None if found != found else found
    return None if found == ABSENT.get(kind) else found

def walk(group, data, offset, path, out, scope, size, top=False):
    scope = dict(scope)
    for point in group['points']:
        end = offset + point['size'] * 2
        found = value(point['type'], data[offset:end])
        scope[point['name']] = found
        if not (top and point['name'] in ('ID', 'L')):
            out[path + point['name']] = [found, point.get('sf')]
        offset = end
    for key in list(out):
        if isinstance(out[key], list) and key.startswith(path) and '.' not in key[len(path):]:
            found, sf = out[key]
            exponent = scope.get(sf) if isinstance(sf, str) else sf
            if found is None or isinstance(found, str) or sf is None:
                out[key] = found
            elif exponent is None:
                out[key] = None
            else:
                out[key] = found * 10.0 ** exponent
    for inner in group.get('groups', []):
        count = inner.get('count', 1)
        single = 'count' not in inner
        index = 0
        if isinstance(count, str):
            count = scope.get(count) or 0
        while index < count or (count == 0 and inner.get('count') == 0 and offset < size):
            name = inner['name'] if single else '%s[%d]' % (inner['name'], index)
            offset = walk(inner, data, offset, path + name + '.', out, scope, size)
            index += 1
    return offset

base = 40000
assert read(base, 2) == [0x5375, 0x6e53], 'no marker'
address, models = base + 2, []
while True:
    ident, length = read(address, 2)
    if ident == 0xffff:
        break
    registers = read(address, length + 2)
    model = {'id': ident, 'address': address, 'registers': registers}
    path = os.path.join(folder, 'model_%d.json' % ident)
    if os.path.exists(path):
        with open(path) as file:
            group = json.load(file)['group']
        data = struct.pack('>%dH' % len(registers), *registers)
        model['points'] = {}
        walk(group, data, 0, '', model['points'], {}, len(data), True)
    models.append(model)
    address += length + 2
print(json.dumps(models))
client.close()
`;

/**
 * A SunSpec device in Python on pymodbus: models 1, 103, 120, 121, 123 and 124, packed by hand from
 * the standard's tables. It prints a line when it listens.
 */
export const PYTHON_SERVER = String.raw`${NO_SERIAL}
import struct, sys, threading, time, socket
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer

def text(value, registers):
    raw = value.encode().ljust(registers * 2, b'\0')
    return list(struct.unpack('>%dH' % registers, raw))

def s(value):
    return value & 0xffff

NA = 0xffff
common = text('Foreign', 16) + text('Python 10', 16) + text('', 8) + text('0.9', 8) + text('py-1', 16) + [1]
inverter = [1234, 400, 410, 424, s(-2), NA, NA, NA, 2301, 2302, 2303, s(-1), 777, 1, 4998, s(-2), 7800,
    0, s(-35), 0, s(-998), s(-3), 0x0001, 0xe240, s(0), NA, s(-2), NA, s(-1), 8000, 0, 415, s(-0x8000),
    s(-0x8000), s(-0x8000), s(-1), 4, NA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
nameplate = [82, 800, 1, 800, 1, 0, 0, 0, 0, 0, 145, s(-1), 0, 0, 0, 0, s(-2), 1000, 1, NA, s(-0x8000),
    3000, 0, 3000, 0, 0x8000]
settings = [800, 230, 0] + [NA] * 17 + [1, 0, 0]
settings += [s(-0x8000)] * (30 - len(settings))
controls = [NA, NA, 1, 100, NA, 0, NA, 0, 100] + [NA] * 3 + [0] + [s(-0x8000)] * 3 + [NA] * 4 + [0, 0, s(-2), s(-2)]
storage = [3000, 100, 100, 0, NA, 500, 6250, NA, NA, 4, 100, 100, NA, 0, NA, 0, 0, 0, s(-0x8000), s(-2), s(-2),
    s(-0x8000), s(-0x8000), 0]
assert len(inverter) == 50 and len(nameplate) == 26 and len(settings) == 30, (len(inverter), len(settings))
assert len(controls) == 24 and len(storage) == 24, (len(controls), len(storage))
registers = [0x5375, 0x6e53]
for ident, body in ((1, common), (103, inverter), (120, nameplate), (121, settings), (123, controls), (124, storage)):
    registers += [ident, len(body)] + body
registers += [0xffff, 0]
block = ModbusSequentialDataBlock(40000, registers)
context = ModbusServerContext(slaves=ModbusSlaveContext(hr=block, zero_mode=True), single=True)
port = int(sys.argv[1])

def tell():
    while True:
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            print('listening', flush=True)
            return
        except OSError:
            time.sleep(0.05)

threading.Thread(target=tell, daemon=True).start()
StartTcpServer(context=context, address=('127.0.0.1', port))
`;

/** pysunspec2, SunSpec's own Python library, scans the device on a port and prints what it found. */
export const PYSUNSPEC2_CLIENT = String.raw`
import json, sys
import sunspec2.modbus.client as client

device = client.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr='127.0.0.1', ipport=int(sys.argv[1]))
device.scan()
common = device.models['common'][0]
print(json.dumps({'ids': [m.model_id for m in device.model_list], 'Mn': common.Mn.value, 'SN': common.SN.value}))
device.close()
`;
