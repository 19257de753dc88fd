import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from './command.js';

/** Debian packages of programs that tests use as independent peers, and a file each brings. */
const PROGRAMS = [
  { package: 'chromium', brings: '/usr/bin/chromium' },
  { package: 'mbpoll', brings: '/usr/bin/mbpoll' },
  { package: 'socat', brings: '/usr/bin/socat' },
  { package: 'gcc', brings: '/usr/bin/gcc' },
  { package: 'libc6-dev', brings: '/usr/include/stdio.h' },
  { package: 'libmodbus-dev', brings: '/usr/include/modbus/modbus.h' },
  { package: 'python3-pymodbus', brings: '/usr/lib/python3/dist-packages/pymodbus' },
  {
    package: 'python3-serial-asyncio',
    brings: '/usr/lib/python3/dist-packages/serial_asyncio',
  },
  { package: 'python3-cryptography', brings: '/usr/lib/python3/dist-packages/cryptography' },
  { package: 'python3-paho-mqtt', brings: '/usr/lib/python3/dist-packages/paho' },
  { package: 'hledger', brings: '/usr/bin/hledger' },
  { package: 'beancount', brings: '/usr/bin/bean-check' },
  { package: 'libxml2-utils', brings: '/usr/bin/xmllint' },
] as const;

function missing(): string[] {
  return PROGRAMS.filter(({ brings }) => !existsSync(brings)).map((program) => program.package);
}

/** Whether this process may install Debian packages. */
function canInstall(): boolean {
  return (
    process.getuid?.() === 0 &&
    spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0
  );
}

/** Installs what is missing where it may, and names in one line what stays missing: its suites skip. */
export function installSystemPrograms(): void {
  if (missing().length > 0 && canInstall()) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing()]);
  }
  const absent = missing();
  if (absent.length > 0) {
    console.log(`Not installed, so their suites are skipped: ${absent.join(', ')}`);
  }
}
