import { modbusRelay } from '@microgrid/catalog';
import { Twin, type TwinInputs } from './twin.js';

/** A relay on coil 0, closed from the start; it keeps its last state. */
export class RelayTwin extends Twin {
  constructor() {
    super(modbusRelay, [{ table: 'coil', address: 0, count: 1 }]);
    this.image.set({ switchState: 1 });
  }

  // eslint-disable-next-line @typescript-eslint/no-empty-function -- its coil is its state
  show(): void {}

  inputs(): TwinInputs {
    return { switch: this.image.read('coil', 0, 1)[0] === 1 };
  }

  // eslint-disable-next-line @typescript-eslint/no-empty-function -- the coil is all there is
  protected written(): void {}
}
