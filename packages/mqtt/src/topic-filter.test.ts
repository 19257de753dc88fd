import fc from 'fast-check';
import { checkFilter, checkTopic, matchesFilter } from './topic-filter.js';

const refused: Error = expect.objectContaining({ code: 'bad-topic' }) as Error;

/** Examples of MQTT 3.1.1, section 4.7. */
const examples: [string, string, boolean][] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/broker', false],
  ['+/monitor/clients', '$SYS/monitor/clients', false],
  ['$SYS/#', '$SYS/monitor', true],
];

describe('topics and filters', () => {
  test.each(examples)('%s against %s: %s', (filter, topic, expected) => {
    checkFilter(filter);
    checkTopic(topic);
    expect(matchesFilter(filter, topic)).toBe(expected);
  });

  test('a filter made by opening levels of a topic matches it and no longer topic, but with # does', () => {
    const level = fc.stringMatching(/^[a-z0-9 ]{0,4}$/);
    const topics = fc.array(level, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(topics, fc.array(fc.boolean(), { minLength: 6 }), level, (levels, open, more) => {
        const filter = levels.map((text, index) => (open[index] ? '+' : text)).join('/');
        const topic = levels.join('/');
        expect(matchesFilter(filter, topic)).toBe(true);
        expect(matchesFilter(filter, `${topic}/${more}`)).toBe(false);
        expect(matchesFilter(`${filter}/#`, topic)).toBe(true);
        expect(matchesFilter(`${filter}/#`, `${topic}/${more}`)).toBe(true);
      }),
    );
  });

  test.each(['', 'a/#/b', 'a+/b', 'a/b#', 'a\0'])('the filter %j is refused', (filter) => {
    expect(() => {
      checkFilter(filter);
    }).toThrow(refused);
  });

  test.each(['', 'a/+', 'a/#', 'a\0'])('the topic %j is refused', (topic) => {
    expect(() => {
      checkTopic(topic);
    }).toThrow(refused);
  });
});
