import type { CommandV1 } from '@microgrid/events';

/** A set point as a device is given it. */
export interface DeviceCommand extends CommandV1 {
  /**
   * What the control is to be brought to when this command lapses and nobody renewed it, before it is
   * handed back. Default: the control's own safe value.
   */
  readonly safeValue?: number | boolean;
}
