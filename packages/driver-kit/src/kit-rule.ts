/** Every rule of the kit, with what it asks. */
export const KIT_RULES = {
  manifest: 'The manifest tells all that the device then describes, and nothing is missing in it',
  'profile-lint': 'The declarative profile breaks no rule of its format',
  'safety-table': 'Every control has all its safety facts, and they do not contradict each other',
  secrets: 'Secrets stand in no log, error, outcome, reading or description',
  vectors:
    'Recorded bytes are read as the values, and commands written as the bytes, that are stated',
  'round-trip': 'Any value the twin shows is read back with its unit and sign, and stays itself',
  absent: 'What the device does not have is a bad reading without a value, never a number',
  'twin-tcp': 'The twin is identified and read over Modbus TCP',
  'twin-rtu': 'The twin is identified and read over a serial line (a pseudo-terminal)',
  'twin-rtu-over-tcp': 'The twin is identified and read over RTU frames in a socket',
  'twin-http': 'The twin is identified and read over HTTP',
  'twin-mqtt': 'The twin is identified and read over a broker',
  'probe-reads-only': 'Probing changes nothing on the device',
  'no-write-at-start': 'Opening, reading, releasing and closing without a command writes nothing',
  'late-reply': 'A reply that comes after its deadline is never taken for another one',
  'wrong-unit': 'A reply of another unit is never taken',
  'wrong-id': 'A reply with another transaction id is never taken',
  'split-frames': 'Replies may come in pieces or several at once',
  crc: 'A frame with a wrong checksum is never taken',
  exceptions: 'A device that answers exceptions gives bad readings with a cause, and comes back',
  'black-hole': 'A device that is silent for long gives bad readings, and comes back',
  'reset-mid-frame': 'A connection that breaks inside a reply gives no value of half a reply',
  'dead-neighbour': 'A dead unit on the same line spoils no reading of this device',
  garbage: 'Bytes or texts without a meaning give no value, and what comes after is read again',
  'http-401':
    'A device that refuses the credentials gives bad readings with a cause, and comes back',
  'http-500': 'A device that fails gives bad readings with a cause, and comes back',
  slow: 'An answer that takes too long gives bad readings, and the next poll asks again',
  disconnect: 'A broken connection gives bad readings, and a new one is used',
  commands:
    'A command is taken once, by its own device, in order, in time, with a value of its kind',
  'read-back':
    'Applied means that the device was asked; a device that ignores writes is not written to for ever',
  bounds: 'No set point beyond the limits of the description reaches the device',
  refresh: 'A set point that lapses in the device is rewritten in time while its command holds',
  expiry: 'A set point ends with its command, and in the device when nobody polls any more',
  release: 'Releasing and closing hand every control back',
  'write-budget':
    'Registers that wear out are not written more often than stated, also over a restart',
  settles: 'Every promise settles when it is aborted, closed or unanswered',
  'own-resources': 'The driver makes no timer, socket, thread or process of its own',
  'no-leaks': 'Opening and closing many times leaves nothing behind',
  counters: 'A counter that was reset, rolled over or replaced is reported as it is',
} as const satisfies Record<string, string>;

/** Name of a rule. */
export type KitRule = keyof typeof KIT_RULES;
