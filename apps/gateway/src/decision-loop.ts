import {
  decide,
  initialMemory,
  type Explanation,
  type Memory,
  type Policy,
  type Snapshot,
  type UpstreamSignals,
} from '@microgrid/control';
import type { Clock, Log } from '@microgrid/devices';
import type { CommandV1 } from '@microgrid/events';
import type { KeyedDocuments } from '@microgrid/journal';
import type { DevicePoller } from './device-poller.js';

/** Sequences reserved by one write: devices refuse a sequence twice, storage wears with every write. */
const SEQUENCES_PER_WRITE = 10_000;
const COLLECTION = 'control';
const KEY = 'next-sequence';

/** Decides once a tick and hands the commands to the devices. */
export class DecisionLoop {
  private memory: Memory;
  private reservedTo: number;
  private last: Explanation | undefined;
  private readonly commands = new Map<string, { command: CommandV1; receivedMs: number }>();

  private constructor(
    private readonly site: string,
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly documents: KeyedDocuments,
    private readonly log: Log,
    nextSequence: number,
  ) {
    this.memory = initialMemory({ nextSequence });
    this.reservedTo = nextSequence;
  }

  /** Starts above every sequence any earlier run may have used. */
  static async open(options: {
    readonly site: string;
    readonly policy: Policy;
    readonly clock: Clock;
    readonly documents: KeyedDocuments;
    readonly log: Log;
  }): Promise<DecisionLoop> {
    const stored = await options.documents.get(COLLECTION, KEY);
    const next = typeof stored === 'number' ? stored : 1;
    const { site, policy, clock, documents, log } = options;
    const loop = new DecisionLoop(site, policy, clock, documents, log, next);
    await loop.reserve();
    return loop;
  }

  private async reserve(): Promise<void> {
    this.reservedTo = this.memory.nextSequence + SEQUENCES_PER_WRITE;
    await this.documents.put(COLLECTION, KEY, this.reservedTo);
  }

  /** What was decided last and why; undefined before the first decision. */
  get explanation(): Explanation | undefined {
    return this.last;
  }

  /** Commands that still hold, with the instant of receipt on the monotonic clock. */
  standing(): readonly { command: CommandV1; receivedMs: number }[] {
    return [...this.commands.values()];
  }

  /** Decides from the latest readings and commands; resolves when every device has answered. */
  async run(pollers: readonly DevicePoller[], signals: UpstreamSignals): Promise<void> {
    const snapshot: Snapshot = {
      nowMs: this.clock.nowMs(),
      monotonicMs: this.clock.monotonicMs(),
      site: this.site,
      devices: pollers.map((poller) => poller.snapshot()),
      signals,
      memory: this.memory,
    };
    const { commands, explanation, memory } = decide(snapshot, this.policy);
    this.memory = memory;
    this.last = explanation;
    if (memory.nextSequence > this.reservedTo) await this.reserve();
    await Promise.all(commands.map((command) => this.give(pollers, command)));
  }

  private async give(pollers: readonly DevicePoller[], command: CommandV1): Promise<void> {
    const poller = pollers.find(({ device }) => device.description.device === command.device);
    if (poller === undefined) return;
    this.commands.set(`${command.device}/${command.control}`, {
      command,
      receivedMs: this.clock.monotonicMs(),
    });
    const outcome = await poller.command(command);
    if (outcome.status !== 'applied') {
      this.log('warn', `${command.device} ${command.control}: ${outcome.status}`, {
        value: command.value,
        reason: outcome.reason,
      });
    }
  }
}
