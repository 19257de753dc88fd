import type { SharingKey } from '@microgrid/community';
import type { KeyNode } from './key-node.js';
import type { PlantAttribution } from './plant-attribution.js';
import type { SharingRule, SharingWork } from './sharing-rule.js';

/** A key that shares one pool, whoever made it: takers by the key, givers by the plants' slot. */
export class KeyRule implements SharingRule {
  private readonly parts: Float64Array | undefined;
  private readonly rest: Float64Array | undefined;

  constructor(
    readonly kind: SharingKey['type'],
    size: number,
    private readonly node: KeyNode,
    private readonly plants: PlantAttribution,
    readonly keepsUnused: boolean,
    private readonly limits: { cut: boolean },
  ) {
    if (!keepsUnused) return;
    this.parts = new Float64Array(size);
    this.rest = new Float64Array(size);
  }

  share(work: SharingWork): number {
    const { interval, claims, totalClaimed, offers, totalOffered, shares, given, startMs } = work;
    const { node, parts, rest, plants } = this;
    this.limits.cut = work.cut;
    const shared = node.share(interval, claims, totalClaimed, totalOffered, shares, parts);
    plants.attribute(shared, offers, totalOffered, given, startMs);
    if (parts === undefined || rest === undefined) return shared;
    const kept = keepUnused(work, parts);
    for (let index = 0; index < rest.length; index++) {
      rest[index] = (offers[index] as number) - (given[index] as number);
    }
    plants.attribute(kept, rest, totalOffered - shared, work.assigned, startMs);
    return shared;
  }
}

/** What each point that takes part was meant to have and did not take; returns the sum. */
function keepUnused({ own, shares, takingPart }: SharingWork, parts: Float64Array): number {
  let kept = 0;
  for (let index = 0; index < own.length; index++) {
    const unused =
      takingPart === undefined || takingPart[index] === 1
        ? (parts[index] as number) - (shares[index] as number)
        : 0;
    own[index] = unused;
    kept += unused;
  }
  return kept;
}
