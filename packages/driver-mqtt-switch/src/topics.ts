/** Tasmota's three kinds of topics: commands to it, its answers, its reports. */
export type Prefix = 'cmnd' | 'stat' | 'tele';

/** The topics of one device. */
export class Topics {
  /**
   * @param topic the device's own name
   * @param fullTopic the pattern its topics are made by, with `%prefix%` and `%topic%`
   */
  constructor(
    private readonly topic: string,
    private readonly fullTopic: string,
  ) {}

  of(prefix: Prefix, name: string): string {
    const made = this.fullTopic.replace('%prefix%', prefix).replace('%topic%', this.topic);
    return `${made.endsWith('/') ? made : `${made}/`}${name}`;
  }

  /** The last part of a topic of this device; undefined for another's. */
  nameIn(prefix: Prefix, topic: string): string | undefined {
    const start = this.of(prefix, '');
    const name = topic.startsWith(start) ? topic.slice(start.length) : '';
    return name === '' || name.includes('/') ? undefined : name;
  }
}
