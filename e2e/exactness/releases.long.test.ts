import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../tools/python-environment.ts';
import { complaintsAbout } from './complaints.ts';
import { listFixtures } from './fixture.ts';
import { pythonOf, RELEASES } from './releases.ts';

const SEED = process.env['PLIMSOLL_SEED'] ?? String(Date.now() % 1_000_000);
const CASES = '28';
const DRAW = join(import.meta.dirname, '../../tools/interop/releases.py');

const output = mkdtempSync(join(tmpdir(), 'plimsoll-releases-'));
afterAll(() => rmSync(output, { recursive: true }));

test.for(RELEASES)(
  'random models of scikit-learn $version answer as that release does',
  async (release, { skip }) => {
    const found = pythonOf(release);
    if ('missing' in found) return skip(found.missing);
    console.log(`scikit-learn ${release.version}: PLIMSOLL_SEED=${SEED} draws the same models`);
    const folder = join(output, release.version);
    run(found.python, [DRAW, '--seed', SEED, '--cases', CASES, '--output', folder]);
    const files = listFixtures(folder);
    const complaints: string[] = [];
    for (const file of files)
      for (const text of (await complaintsAbout(file)).slice(0, 3)) complaints.push(`${file.name}: ${text}`);
    // Before 0.20 estimators had further methods, deprecated even then, that nothing here offers.
    const old = /^0\.1[89]/.test(release.version);
    expect(complaints.filter((text) => !(old && text.includes(': outputs are ')))).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(16);
  },
);
