import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, plimsoll } from './cli.ts';

const place = folder();
const file = (name: string, text: string): string => {
  const path = join(place, name);
  writeFileSync(path, text);
  return path;
};

type Counts = readonly [units: number, failures: number];
const line = (rollout: string, window: number, [nc, xc]: Counts, [ns, xs]: Counts): string =>
  JSON.stringify({
    rollout,
    window,
    start: '2026-01-01T00:00:00Z',
    weight: 0.05,
    arms: { candidate: { units: nc, failures: xc }, stable: { units: ns, failures: xs, over: {} } },
  });

// Published path of the evidence of harm.
const published: readonly [Counts, Counts, number][] = [
  [[100, 1], [1900, 9], 0.820147],
  [[100, 3], [1900, 8], 5.730349],
  [[100, 4], [1900, 10], 180.153468],
  [[500, 9], [1500, 8], 2420.041331],
];
const recording = file(
  'windows.jsonl',
  published.flatMap(([c, s], i) => [line('bad', i, c, s), line('idle', i, [0, 0], s)]).join('\n'),
);

const parsed = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);

describe('rollout replay', () => {
  test('answers one line a rollout with the published evidence', () => {
    const { status, stdout } = plimsoll(
      'rollout',
      'replay',
      '--windows',
      recording,
      '--guards',
      'errors=0.01',
      '--json',
    );
    expect(status).toBe(0);
    const [bad, idle] = parsed(stdout) as [Record<string, never>, Record<string, never>];
    expect(bad).toMatchObject({ rollout: 'bad', verdict: 'abort', decidedAt: 2 });
    expect(Math.exp(bad['harm']!['log'])).toBeCloseTo(2420.041331, 4);
    expect(idle).toMatchObject({
      verdict: 'hold',
      decidedAt: null,
      harm: { log: 0, maxLog: 0 },
      certificate: { log: 0 },
    });
  });

  test('--each adds a line a window before the verdicts', () => {
    const args = ['rollout', 'replay', '--windows', recording, '--guards', 'errors=0.01', '--each', '--json'];
    const lines = parsed(plimsoll(...args).stdout);
    expect(lines).toHaveLength(8 + 2);
    const path = lines.slice(0, 8).filter(({ rollout }) => rollout === 'bad') as Record<string, never>[];
    path.forEach((answer, i) => {
      expect(answer['window']).toBe(i);
      expect(Math.exp(answer['harm']!['log'])).toBeCloseTo(published[i]![2], 5);
    });
  });

  test('a policy says when it would have promoted', () => {
    const policy = file(
      'policy.yaml',
      'window: 1s\nstages: [{weight: 5, bake: 3s, minUnits: 10}, {weight: 100}]\ncertificate: {margin: 0.01}\n',
    );
    const clean = file(
      'clean.jsonl',
      Array.from({ length: 20 }, (_, i) => line('clean', i, [100, 0], [1900, 0])).join('\n'),
    );
    const { stdout } = plimsoll('rollout', 'replay', '--windows', clean, '--policy', policy, '--json');
    // 680 clean units certify a margin of one point: the seventh window of a hundred.
    expect(parsed(stdout)).toEqual([
      expect.objectContaining({ rollout: 'clean', verdict: 'advance', decidedAt: 6 }),
    ]);
  });

  test.each([
    [['--guards', 'erors=0.01'], /USAGE: .*expected errors=LEVEL/],
    [
      ['--policy', file('bad.yaml', 'gards: {}\nwindow: 5')],
      /POLICY_INVALID: .*gards is no key here.*; window is 5/,
    ],
    [['--policy', join(place, 'none.yaml')], /FILE_NOT_FOUND/],
    [['--windows', place], /FILE_UNREADABLE: .*it is a folder/],
    [
      ['--windows', file('long.jsonl', 'a'.repeat(2 ** 21))],
      /WINDOW_INVALID: .*line 1: the line is longer than/,
    ],
    [['--policy', file('broken.yaml', '{')], /DOCUMENT_INVALID: .*broken\.yaml/],
  ])('%j is wrong usage', (args, message) => {
    const { status, stderr } = plimsoll('rollout', 'replay', '--windows', recording, ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test('a line that is no window is named by its number', () => {
    const broken = file('broken.jsonl', `${line('r', 0, [1, 0], [1, 0])}\n${line('r', 1, [1, 2], [1, 0])}`);
    const { status, stderr } = plimsoll('rollout', 'replay', '--windows', broken, '--guards', 'errors=0.01');
    expect(stderr).toMatch(
      /WINDOW_INVALID: .*line 2: arms\.candidate\.failures is 2, wanted a whole number from 0 to 1/,
    );
    expect(status).toBe(2);
  });
});

describe('rollout lint', () => {
  const policy = file('hour.yaml', 'maxTime: 1h\n');

  test('prints the expected time to the certificate', () => {
    const args = ['rollout', 'lint', '--policy', file('empty.yaml', ''), '--rate', '1', '--error-rate', '0'];
    const { status, stdout } = plimsoll(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Certificate of no harm expected after \d+h/);
    const report = JSON.parse(plimsoll(...args, '--json').stdout) as Record<string, never>;
    expect(report['certificate']!['errors']).toMatchObject({ form: 'margin', units: 1438 });
  });

  test('refuses a policy that cannot find its margin, with the numbers', () => {
    const { status, stderr } = plimsoll(
      'rollout',
      'lint',
      '--policy',
      policy,
      '--rate',
      '0.1',
      '--error-rate',
      '0.005',
    );
    expect(stderr).toMatch(/POLICY_BLIND: .*0\.1 units\/s.*0\.5 %.*1 %.*the deadline is 1h/);
    expect(status).toBe(1);
  });
});

describe('rollout simulate', () => {
  const policy = {
    stages: [{ weight: 50, bake: '20m' }, { weight: 100 }],
    guards: { errors: { alpha: 0.01 }, latency: false },
    certificate: false,
  };
  const scenario = (name: string, rest: object): string =>
    file(name, JSON.stringify({ rate: 5, baseError: 0.005, horizon: '1h', policy, ...rest }));
  const simulated = (path: string): Record<string, number> => {
    const { status, stdout } = plimsoll(
      'rollout',
      'simulate',
      '--scenario',
      path,
      '--runs',
      '50',
      '--seed',
      '7',
      '--json',
    );
    expect(status).toBe(0);
    return JSON.parse(stdout) as Record<string, number>;
  };

  test('identical versions are promoted, a worse one is rolled back, and a seed repeats it', () => {
    const same = simulated(scenario('same.json', {}));
    expect(same['runs']).toBe(50);
    expect(same['promoted']).toBeGreaterThanOrEqual(45);
    expect(same['rolledBack']! + same['promoted']! + same['held']!).toBe(50);
    const worse = scenario('worse.json', { effect: { errors: 0.05 } });
    expect(simulated(worse)).toMatchObject({ rolledBack: 50, promoted: 0 });
    expect(simulated(worse)).toEqual(simulated(worse));
  });

  test('a scenario with mistakes is wrong usage', () => {
    const { status, stderr } = plimsoll(
      'rollout',
      'simulate',
      '--scenario',
      scenario('odd.json', { rat: 1 }),
    );
    expect(stderr).toMatch(/SCENARIO_INVALID: .*rat is no key here/);
    expect(status).toBe(2);
  });
});
