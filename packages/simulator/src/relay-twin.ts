import { modbusRelay } from '@microgrid/catalog';
import type { TwinInputs } from './site-twin.js';
import { Twin } from './twin.js';

/** A relay on coil 0, closed from the start; it keeps its last state. */
export class RelayTwin extends Twin {
  constructor() {
    super(modbusRelay, [{ table: 'coil', address: 0, count: 1 }]);
    this.image.set({ switchState: 1 });
  }

  show(): void {
    // Its coil is its state.
  }

  inputs(): TwinInputs {
    return { switch: this.image.read('coil', 0, 1)[0] === 1 };
  }

  protected written(): void {
    // The coil is all there is to note.
  }
}
