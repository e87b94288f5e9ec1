import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ATTACKS } from './testing/attacks/all.ts';

/**
 * Files of networks that want something of their reader. Each is made here, and read by another process, one after the other:
 * it ends as the list says, within five seconds and 512 MB, and nothing of it has run.
 */
const MIB = 2 ** 20;
const MAX_MILLIS = 5000;
const MAX_RSS = 512 * MIB;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-attacks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const canary = join(folder, 'canary');

interface Ended {
  readonly outcome: string;
  readonly millis: number;
  readonly rss: number;
}

function readInOneProcess(paths: readonly string[]): readonly Ended[] {
  const script = join(import.meta.dirname, 'testing/read-each.ts');
  const child = spawnSync(process.execPath, ['--expose-gc', script, ...paths], { encoding: 'utf8' });
  if (child.status !== 0)
    throw new Error(`the reader died (${child.signal ?? child.status}): ${child.stderr}`);
  return JSON.parse(child.stdout) as Ended[];
}

const paths = ATTACKS.map(({ make }, i) => {
  const own = join(folder, String(i));
  mkdirSync(own);
  return make(own, canary);
});
const ended = readInOneProcess(paths);

describe('a file', () => {
  test.each(ATTACKS.map((one, i) => ({ ...one, ...ended[i] })))(
    'of $format that $attack: $outcome',
    ({ millis, rss, ...one }) => {
      expect(one).toMatchObject({ outcome: ATTACKS.find((known) => known.make === one.make)?.outcome });
      expect(millis).toBeLessThan(MAX_MILLIS);
      expect(rss).toBeLessThan(MAX_RSS);
    },
  );
});

test('nothing in any of them has run', () => {
  expect(existsSync(canary)).toBe(false);
});
