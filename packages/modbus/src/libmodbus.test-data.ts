import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Unit and tables are those of `bank()`: register n holds n * 7, bit n is set when 3 divides n. */
const source = String.raw`
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static modbus_t *open_line(char **args) {
  modbus_t *line = strcmp(args[0], "tcp") == 0 ? modbus_new_tcp("127.0.0.1", atoi(args[1]))
                                               : modbus_new_rtu(args[1], 115200, 'N', 8, 1);
  modbus_set_slave(line, 1);
  return line;
}

static modbus_mapping_t *memory(void) {
  modbus_mapping_t *map = modbus_mapping_new(2000, 2000, 2000, 2000);
  for (int n = 0; n < 2000; n += 1) {
    map->tab_registers[n] = map->tab_input_registers[n] = (uint16_t)(n * 7);
    map->tab_bits[n] = map->tab_input_bits[n] = n % 3 == 0;
  }
  return map;
}

static void ready(void) {
  puts("ready");
  fflush(stdout);
}

static void serve_tcp(modbus_t *line, modbus_mapping_t *map) {
  uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
  int server = modbus_tcp_listen(line, 64), highest = server;
  fd_set all, now;
  FD_ZERO(&all);
  FD_SET(server, &all);
  ready();
  for (;;) {
    now = all;
    if (select(highest + 1, &now, NULL, NULL, NULL) < 0) return;
    for (int at = 0; at <= highest; at += 1) {
      if (!FD_ISSET(at, &now)) continue;
      if (at == server) {
        int client = modbus_tcp_accept(line, &server);
        if (client < 0) continue;
        FD_SET(client, &all);
        if (client > highest) highest = client;
        continue;
      }
      modbus_set_socket(line, at);
      int size = modbus_receive(line, query);
      if (size > 0) modbus_reply(line, query, size, map);
      else if (size < 0) {
        close(at);
        FD_CLR(at, &all);
      }
    }
  }
}

static void serve_rtu(modbus_t *line, modbus_mapping_t *map) {
  uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
  if (modbus_connect(line) < 0) exit(2);
  ready();
  for (;;) {
    int size = modbus_receive(line, query);
    if (size > 0) modbus_reply(line, query, size, map);
    else if (size < 0 && errno == EIO) return;
  }
}

static void must(int result, const char *what) {
  if (result >= 0) return;
  printf("%s: %s\n", what, modbus_strerror(errno));
  exit(1);
}

/* Writes and reads through every function libmodbus has and prints what it read. */
static void ask(modbus_t *line) {
  uint16_t values[125], two[] = {1, 65535};
  uint8_t bits[2000], on[] = {1, 1, 0, 1, 0};
  must(modbus_connect(line), "connect");
  must(modbus_write_registers(line, 10, 2, two), "16");
  must(modbus_write_register(line, 12, 77), "6");
  must(modbus_write_bits(line, 20, 5, on), "15");
  must(modbus_write_bit(line, 25, 1), "5");
  must(modbus_mask_write_register(line, 4, 0x00F2, 0x0025), "22");
  must(modbus_write_and_read_registers(line, 14, 1, two, 9, 8, values), "23");
  for (int n = 0; n < 8; n += 1) printf("%d ", values[n]);
  must(modbus_read_registers(line, 0, 125, values), "3");
  for (int n = 0; n < 125; n += 1) printf("%d ", values[n]);
  must(modbus_read_input_registers(line, 1875, 125, values), "4");
  for (int n = 0; n < 125; n += 1) printf("%d ", values[n]);
  must(modbus_read_bits(line, 0, 2000, bits), "1");
  for (int n = 0; n < 2000; n += 1) printf("%d ", bits[n]);
  must(modbus_read_input_bits(line, 3, 61, bits), "2");
  for (int n = 0; n < 61; n += 1) printf("%d ", bits[n]);
  int refused = modbus_read_registers(line, 1999, 2, values);
  printf("\n%d %d\n", refused, errno - MODBUS_ENOBASE);
}

int main(int count, char **args) {
  if (count != 4) return 2;
  modbus_t *line = open_line(args + 2);
  if (strcmp(args[1], "ask") == 0) ask(line);
  else if (strcmp(args[2], "tcp") == 0) serve_tcp(line, memory());
  else serve_rtu(line, memory());
  return 0;
}
`;

/** What is missing to build programs with libmodbus; undefined when nothing is. */
export function missingForLibmodbus(): string | undefined {
  if (spawnSync('which', ['gcc']).status !== 0) return 'gcc';
  return existsSync('/usr/include/modbus/modbus.h') ? undefined : 'libmodbus-dev';
}

/** A small server and client, built with libmodbus. */
export class LibmodbusPeer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'libmodbus-'));
  readonly #program = join(this.#folder, 'peer');
  readonly #servers: ChildProcess[] = [];

  constructor() {
    const text = join(this.#folder, 'peer.c');
    writeFileSync(text, source);
    const flags = ['-O2', '-Wall', '-I/usr/include/modbus', '-o', this.#program, text, '-lmodbus'];
    execFileSync('gcc', flags, { stdio: 'inherit' });
  }

  /** Serves the tables of `bank()` as unit 1 and resolves when it listens. */
  async serve(kind: 'tcp' | 'rtu', place: string): Promise<void> {
    const server = spawn(this.#program, ['serve', kind, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.stdout.once('data', () => {
        resolve();
      });
      server.once('exit', (code) => {
        reject(new Error(`the libmodbus server ended with ${code}`));
      });
    });
  }

  /** Asks a server for everything; resolves with the numbers it printed. */
  async ask(kind: 'tcp' | 'rtu', place: string): Promise<{ values: number[]; last: string }> {
    const client = spawn(this.#program, ['ask', kind, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    client.stdout.on('data', (part: Buffer) => (text += part.toString()));
    await new Promise((resolve) => client.once('close', resolve));
    const [values = '', last = ''] = text.trim().split('\n');
    return { values: values.trim().split(' ').map(Number), last };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      if (server.exitCode !== null) continue;
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true });
  }
}
