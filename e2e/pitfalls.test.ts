import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { folder, plimsoll, served } from './cli.ts';
import {
  change,
  copyOf,
  type Installation,
  installationAt,
  nightly,
  plantTraffic,
  soundInstallation,
} from './pitfalls-installation.ts';

/** What `doctor` says of a sound installation (nothing), and by which ways it looks; `pitfalls.long.test.ts` plants each pitfall. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let sound: Installation;
beforeAll(async () => {
  sound = await soundInstallation();
});

test('of a sound installation nothing is said but what was looked at', () => {
  const { healthy, pitfalls, looked, passedOver } = sound.doctor('--strict');
  expect({ healthy, pitfalls, passedOver }).toEqual({ healthy: true, pitfalls: [], passedOver: [] });
  expect(looked).toEqual([
    { kind: 'endpoint', name: 'churn' },
    { kind: 'version', name: 'churn@2' },
    { kind: 'job', name: 'nightly' },
  ]);
  expect(sound.run('doctor')).toMatch(/no pitfalls \(looked at 1 endpoint, 1 version, 1 job\)\n$/);
});

test('a data folder that is not there says nothing and is not made', () => {
  const nowhere = installationAt(folder());
  expect(nowhere.doctor()).toMatchObject({ pitfalls: [], looked: [], passedOver: [] });
  expect(existsSync(nowhere.data)).toBe(false);
});

describe('with pitfalls', () => {
  let spoilt: Installation;
  beforeAll(async () => {
    spoilt = copyOf(sound);
    change(spoilt.data, 'plimsoll.db', 'delete from traffic');
    await plantTraffic(spoilt.data, 'churn', nightly(3000));
  });

  test('the exit code stays 0 unless --strict is said, and the page names evidence and command', () => {
    const page = spoilt.run('doctor');
    expect(page).toContain(
      '\nendpoint churn\n  ! It is asked between 02:00 and 04:00 UTC, and hardly ever else\n',
    );
    expect(page).toMatch(
      /seen: \d{4}-\d\d-\d\d: 3,000 of 3,000 requests \(100 %\) between 02:00 and 04:00 UTC/,
    );
    expect(page).toMatch(/1 pitfall \(looked at 1 endpoint, 1 version, 1 job\)\n$/);
    expect(plimsoll('doctor', '--strict', '--data', spoilt.data).status).toBe(1);
  });

  test('a live server is asked, and its store left to it', async () => {
    const { said, stop } = await served(['--data', spoilt.data]);
    try {
      const here = spoilt.doctor();
      expect(here.pitfalls.map(({ id }) => id)).toEqual(['burst-endpoint']);
      const answer = await fetch(`${said.url}/api/v1/pitfalls`);
      expect(answer.status).toBe(200);
      const report = (await answer.json()) as typeof here;
      expect(report.pitfalls.map(({ id }) => id)).toEqual(['burst-endpoint']);
      expect(report.pitfalls[0]?.fix).not.toContain(spoilt.data);
      expect(here.pitfalls[0]?.fix).toContain(`plimsoll --data ${spoilt.data} batch run`);
    } finally {
      await stop();
    }
  });
});
