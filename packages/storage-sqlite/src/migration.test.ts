import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { temporaryFolder } from '../test/temporary-folder.js';
import { migrate, MIGRATIONS } from './migration.js';

const folder = temporaryFolder();

describe('a migration', () => {
  test('does every missing step, or none when one fails', () => {
    const connection = new SqliteConnection(join(folder, 'steps.sqlite'));
    const version = (): unknown => connection.pragma('user_version', { simple: true });
    const tables = (): unknown =>
      connection.prepare(`SELECT name FROM sqlite_master WHERE name LIKE 'extra%'`).pluck().all();
    migrate(connection, 'steps');
    expect(version()).toBe(1);
    const next = [...MIGRATIONS, 'CREATE TABLE extra1 (x)', 'CREATE TABLE extra2 (x); NONSENSE'];
    expect(() => {
      migrate(connection, 'steps', next);
    }).toThrow(/NONSENSE/);
    expect([version(), tables()]).toEqual([1, []]);
    migrate(connection, 'steps', [...next.slice(0, 2), 'CREATE TABLE extra2 (x)']);
    expect([version(), tables()]).toEqual([3, ['extra1', 'extra2']]);
    migrate(connection, 'steps', [...next.slice(0, 2), 'CREATE TABLE extra2 (x)']);
    connection.close();
  });
});
