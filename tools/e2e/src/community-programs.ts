import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayConfigInput } from '@microgrid/gateway';
import type { Endpoint } from '@microgrid/simulator';
import { stringify } from 'yaml';
import { Program, run } from './program.js';
import { bin } from './repository.js';

/** A member with one metering point of the same id, and the gateway that meters it. */
export interface EnrolledMember {
  readonly id: string;
  readonly gateway: string;
  readonly publicKey: string;
}

/** What the ready line of a program says. */
export interface Ready {
  readonly ready: string;
  readonly publicKey: string;
  readonly console?: string;
  readonly http?: string;
}

/** A coordinator and gateways run by their commands on files below one folder. */
export class CommunityPrograms {
  constructor(
    readonly folder: string,
    private readonly brokerUrl: string,
    private readonly resolution: 'PT1M' | 'PT15M',
  ) {}

  get coordinatorData(): string {
    return join(this.folder, 'coordinator');
  }

  gatewayData(gateway: string): string {
    return join(this.folder, gateway);
  }

  /** Writes the coordinator's configuration and has its key made; resolves with the public one. */
  async configureCoordinator(): Promise<string> {
    const config = {
      schema: 'microgrid/coordinator/1',
      coordinator: 'coordinator',
      communityFile: 'community.yaml',
      dataFolder: 'coordinator',
      broker: { url: this.brokerUrl },
      http: { port: 0 },
    };
    writeFileSync(this.file('coordinator.yaml'), stringify(config));
    return this.key('microgrid-coordinator', 'coordinator.yaml');
  }

  /** Writes a gateway's configuration and has its key made; resolves with what to enrol. */
  async configureGateway(
    member: string,
    coordinatorKey: string,
    endpoint: Endpoint,
    options: { readonly brokerUrl?: string; readonly control: GatewayConfigInput['control'] },
  ): Promise<EnrolledMember> {
    const gateway = `gw-${member}`;
    const { host, port, profile, unit } = endpoint;
    const config: GatewayConfigInput = {
      schema: 'microgrid/gateway/1',
      gateway,
      site: { id: member, timeZone: 'Europe/Lisbon' },
      dataFolder: gateway,
      buses: [{ id: 'meter-bus', type: 'tcp', host, port }],
      devices: [
        { id: 'grid', bus: 'meter-bus', profile, config: { unit, role: 'gridMeter', phases: 1 } },
      ],
      metering: {
        resolution: this.resolution,
        points: [
          {
            meteringPoint: member,
            device: 'grid',
            maximumWatts: 20_000,
            counterUnitMilliwattHours: 1,
          },
        ],
      },
      control: options.control,
      uplink: { broker: options.brokerUrl ?? this.brokerUrl, coordinatorKey },
      console: { port: 0 },
    };
    writeFileSync(this.file(`${gateway}.yaml`), stringify(config));
    const publicKey = await this.key('microgrid-gateway', `${gateway}.yaml`);
    return { id: member, gateway, publicKey };
  }

  /** Writes the community file: who may send what. */
  enrol(members: readonly EnrolledMember[]): void {
    const community = {
      schema: 'microgrid/community/1',
      id: 'street',
      name: 'Street',
      timeZone: 'Europe/Lisbon',
      resolution: this.resolution,
      currency: 'EUR',
      netting: 'none',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.250000', export: '0.050000', internal: '0.120000' },
      members: members.map(({ id, gateway }) => ({ id, meteringPoints: [{ id, gateway }] })),
      gateways: members.map(({ gateway, publicKey }) => ({ id: gateway, publicKey })),
    };
    writeFileSync(this.file('community.yaml'), stringify(community));
  }

  startCoordinator(): Program {
    return this.start('microgrid-coordinator', 'coordinator.yaml');
  }

  startGateway(gateway: string, args: readonly string[] = []): Program {
    return this.start('microgrid-gateway', `${gateway}.yaml`, args);
  }

  private start(command: string, config: string, args: readonly string[] = []): Program {
    const file = this.file(config);
    return Program.start(process.execPath, [bin(command), 'run', '-c', file, ...args]);
  }

  private async key(command: string, config: string): Promise<string> {
    const { lines } = await run(process.execPath, [bin(command), 'key', '-c', this.file(config)]);
    return lines[0] ?? '';
  }

  private file(name: string): string {
    mkdirSync(this.folder, { recursive: true });
    return join(this.folder, name);
  }
}

/** Waits for the line that says that a program is at work. */
export async function ready(program: Program): Promise<Ready> {
  const line = await program.line('its ready line', (text) => text.startsWith('{"ready":'));
  return JSON.parse(line) as Ready;
}
