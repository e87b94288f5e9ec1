import { expect, test } from 'vitest';
import { decode } from '../../schema/read-value.ts';
import type { InstallationEvidence } from './evidence.ts';
import { findPitfalls } from './find-pitfalls.ts';
import { PITFALL_REPORT } from './pitfall.ts';
import { aJob, aMonitor, anEndpoint, aVersion, NOON, runsEvery } from './testing/evidence.ts';
import { MINUTE_MS } from './times.ts';

const installation = (change: Partial<InstallationEvidence> = {}): InstallationEvidence => ({
  ...{ now: NOON, endpoints: [anEndpoint()], versions: [aVersion()], jobs: [aJob()], passedOver: [] },
  ...change,
});

test('of a sound installation nothing is said but what was looked at', () => {
  expect(findPitfalls(installation())).toEqual({
    pitfalls: [],
    looked: [
      { kind: 'endpoint', name: 'churn' },
      { kind: 'version', name: 'churn@1' },
      { kind: 'job', name: 'scores' },
    ],
    passedOver: [],
  });
});

test('pitfalls are told of endpoints, then of versions, then of jobs, as the schema of the API has them', () => {
  const report = findPitfalls(
    installation({
      jobs: [aJob({ cronInterval: MINUTE_MS, runs: runsEvery(MINUTE_MS, 20) })],
      versions: [aVersion({ proof: null })],
      endpoints: [
        anEndpoint({
          monitor: aMonitor({ receivers: {}, reference: null }),
          stable: aVersion({ hasReference: false }),
        }),
      ],
      passedOver: ['endpoint fraud: its row is damaged'],
    }),
  );
  expect(report.pitfalls.map(({ id }) => id)).toEqual([
    'no-reference',
    'no-receiver',
    'never-proved-clean',
    'tiny-batches',
  ]);
  const problems: string[] = [];
  decode(PITFALL_REPORT, JSON.parse(JSON.stringify(report)), (list) => {
    problems.push(...list);
    return new Error();
  });
  expect(problems).toEqual([]);
});
