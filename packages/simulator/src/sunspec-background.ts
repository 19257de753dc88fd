import { isRegisterPoint, pointSize, type Profile } from '@microgrid/devices';
import type { RegisterImage } from '@microgrid/driver-modbus';
import { buildMap, twinModels, type TwinRatings } from '@microgrid/driver-sunspec';

interface PlacedModel {
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

/** The models whose headers a profile is recognised by: pairs of an id and a length. */
function modelsOf(profile: Profile): PlacedModel[] {
  return (profile.identity?.match ?? []).flatMap((match) => {
    if (!('anyOf' in match)) return [];
    const [id, length] = match.anyOf[0] ?? [];
    if (id === undefined || length === undefined || length === 0) return [];
    // The marker has two registers, too.
    return id > 1000 ? [] : [{ id, address: match.address, length }];
  });
}

/**
 * Fills the registers of SunSpec models that the profile has no point for: with ratings and settings a
 * device has from the start, and elsewhere with "not implemented" of the point's type. Left at 0, they
 * would tell other clients that the inverter delivers 0 A.
 */
export function fillModels(
  image: RegisterImage,
  profile: Profile,
  serial: string,
  ratings: TwinRatings,
): void {
  const models = modelsOf(profile);
  const taken = new Set(
    profile.points
      .filter(isRegisterPoint)
      .flatMap((point) =>
        Array.from({ length: pointSize(point) }, (_, index) => point.address + index),
      ),
  );
  const ids = models.map(({ id }) => id);
  const values = new Map(twinModels(ids, serial, ratings).map((model) => [model.id, model]));
  for (const { id, address, length } of models) {
    const { registers } = buildMap([{ ...values.get(id), id, length }]);
    // Behind the marker and the model's own header.
    for (let offset = 2; offset < length + 2; offset += 1) {
      if (taken.has(address + offset)) continue;
      image.write('holding', address + offset, [registers[2 + offset] ?? 0]);
    }
  }
}
