import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownDataFolder } from './data-folder.ts';

let folder: string;
let said: string[];
const own = (): void => ownDataFolder(folder, (line) => said.push(line));
const modeOf = (...names: string[]): number => statSync(join(folder, ...names)).mode & 0o777;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'plimsoll-folder-')), 'data');
  said = [];
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

test("a folder that is made is its owner's alone, and nothing is said", () => {
  own();
  own();
  expect(modeOf()).toBe(0o700);
  expect(said).toEqual([]);
});

test('one that others may read is mended with the keys in it, once, and that is said', () => {
  mkdirSync(join(folder, 'keys/jobs'), { recursive: true });
  writeFileSync(join(folder, 'keys/jobs/nightly.json'), '{}');
  writeFileSync(join(folder, 'rows.csv'), 'id');
  for (const path of ['.', 'keys', 'keys/jobs']) chmodSync(join(folder, path), 0o755);
  for (const path of ['keys/jobs/nightly.json', 'rows.csv']) chmodSync(join(folder, path), 0o644);
  own();
  expect(modeOf()).toBe(0o700);
  expect([modeOf('keys'), modeOf('keys', 'jobs'), modeOf('keys/jobs/nightly.json')]).toEqual([
    0o700, 0o700, 0o600,
  ]);
  expect(said).toEqual([expect.stringContaining(`${folder} (mode 0755)`)]);
  own();
  expect(said).toHaveLength(1);
});

test('what is not a folder is refused', () => {
  writeFileSync(folder, '');
  expect(own).toThrow(expect.objectContaining({ code: 'DATA_UNWRITABLE' }));
});

// Only root can give a folder away.
describe.runIf(process.getuid?.() === 0)('a folder of another user', () => {
  test('stays as it is, and that others may read it is said', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    chownSync(folder, 65534, 65534);
    own();
    expect(modeOf()).toBe(0o755);
    expect(said).toEqual([expect.stringContaining('belongs to user 65534')]);
  });
});
