import { z } from 'zod';
import { LONGEST_PULSE_SECONDS } from './pulse-time.js';

/** How a Tasmota switch is configured; its topic is required. */
export const mqttSwitchConfig = z.strictObject({
  /** The device's own topic, as its console shows it after `Topic`. */
  topic: z.string().regex(/^[^/+#\s]{1,64}$/, {
    error: 'the topic of the device: 1 to 64 characters without / + # and blanks',
  }),
  /** The pattern of its topics (`FullTopic`). Default `%prefix%/%topic%/`. */
  fullTopic: z
    .string()
    .refine(
      (text) => text.includes('%prefix%') && text.includes('%topic%') && !/[+#\s]/.test(text),
      {
        error: 'a pattern with %prefix% and %topic%, without + # and blanks',
      },
    )
    .default('%prefix%/%topic%/'),
  /** Which relay, counted from 1. Default 1. */
  relay: z.int().min(1).max(32).default(1),
  /** What it is to the site. Default `switch`. */
  role: z.enum(['switch', 'load']).default('switch'),
  /** Default 1. */
  phases: z.union([z.literal(1), z.literal(3)]).default(1),
  /**
   * After this long without a refresh the device itself turns off (PulseTime), s. It is refreshed at
   * half, so poll at least four times within it. Default 120.
   */
  deadManSeconds: z.int().min(10).max(LONGEST_PULSE_SECONDS).default(120),
  /** Least time between two changes, ms: contacts wear, and so does the memory the state is kept in. Default 60,000. */
  minimumDwellMs: z.int().min(0).max(86_400_000).default(60_000),
  /** How old a report may be before its values count as lost, ms. Default 60,000. */
  maximumAgeMs: z.int().min(1000).max(86_400_000).default(60_000),
  /** Rated power of what it feeds, W. */
  maxImportWatts: z.number().min(0).optional(),
});
export type MqttSwitchConfig = z.infer<typeof mqttSwitchConfig>;
