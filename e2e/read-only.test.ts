import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BIN, example, type Finished, folder, plimsoll, served } from './cli.ts';
import { smallDisk } from './rollouts/small-disk.ts';

/** Folders that may be read and not written to: after a clean end, and after kill -9, which leaves a log beside the store. */

const ASKED = [
  ['models'],
  ['models', 'iris'],
  ['models', 'iris', '--from', '1', '--to', '1'],
  ['endpoints'],
  ['status'],
  ['status', 'iris'],
  ['audit', '--verify'],
];
const NOBODY = 65_534;

const closed = folder();
const killed = folder();
beforeAll(async () => {
  for (const data of [closed, killed]) {
    const server = await served(['--data', data, `iris=${example('iris.joblib')}`]);
    expect(plimsoll('rollback', 'iris', '--data', data).status).not.toBe(0);
    await server.stop(data === killed ? 'SIGKILL' : 'SIGTERM');
  }
}, 120_000);

/** What the commands say where they may write: of a copy. */
function wantedOf(data: string): readonly string[] {
  const copy = folder();
  // With its modes: a folder that others may read is mended, and that is said.
  execFileSync('cp', ['-a', `${data}/.`, copy]);
  return ASKED.map((words) => said(plimsoll(...words, '--json', '--data', copy)));
}

const said = ({ stdout, stderr, status }: Finished): string => {
  expect([stderr, status]).toEqual(['', 0]);
  return stdout;
};

/** Names, sizes and times of all files. */
const stateOf = (path: string): unknown =>
  readdirSync(path, { recursive: true })
    .map(String)
    .toSorted()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(path, name));
      return [name, size, mtimeMs];
    });

/** As a user who may write nowhere in it. */
function asNobody(data: string, words: readonly string[]): Finished {
  const args = [BIN, ...words, '--json', '--data', data];
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const cwd = tmpdir();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    cwd,
    ...identity,
  });
  return { status, stdout, stderr };
}

const canMount = smallDisk(1);
canMount?.remove();

describe.each([
  ['that was closed', () => closed],
  ['whose server was killed', () => killed],
])('a folder %s', { timeout: 120_000 }, (_, original) => {
  test('is looked at by a user who may not write to it, and left as it is', () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
    cpSync(original(), data, { recursive: true });
    for (const name of ['', ...readdirSync(data, { recursive: true }).map(String)]) {
      const path = join(data, name);
      if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
      chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
    }
    const before = stateOf(data);
    expect(ASKED.map((words) => said(asNobody(data, words)))).toEqual(wantedOf(original()));
    expect(stateOf(data)).toEqual(before);
    const refused = asNobody(data, ['rollback', 'iris']);
    expect(JSON.parse(refused.stdout).error.code).toBe('DATA_UNWRITABLE');
  });

  test.skipIf(canMount === null)('is looked at on a disk that is mounted read-only', () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
    execFileSync('mount', ['--bind', original(), data]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', data]);
      const before = readFileSync(join(data, 'plimsoll.db'));
      expect(ASKED.map((words) => said(plimsoll(...words, '--json', '--data', data)))).toEqual(
        wantedOf(original()),
      );
      expect(readFileSync(join(data, 'plimsoll.db')).equals(before)).toBe(true);
    } finally {
      execFileSync('umount', [data]);
      rmSync(data, { recursive: true });
    }
  });
});
