import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folder, ROOT, type Served, served } from './cli.ts';
import { api, fixture, labels, type Rollout, rows } from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';

/** Real models behind real HTTP: a candidate that is fine is promoted, each of four bad ones is found by its own guard. */

const STAGES = [5, 25, 50].map((weight) => ({ weight, bake: '1500ms', minUnits: 10 }));
const FAST = { window: '500ms', watermark: '400ms' };
/** Each stage in seconds instead of minutes; nothing else differs from the default. */
const QUICK = {
  ...FAST,
  stages: [{ shadow: 100, bake: '2s', minUnits: 50 }, ...STAGES, { weight: 100 }],
};
/** Half of the units for good: what is found is found by those who were answered. */
const HALF = { ...FAST, stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };

let server: Served;
beforeAll(async () => {
  const models = ['good', 'erroring', 'refusing', 'slow', 'shifted', 'worse'].map(
    (name) => `${name}=${fixture('stable')}`,
  );
  server = await served(models);
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

interface Tried {
  readonly rollout: Rollout;
  readonly answered: readonly Answered[];
}

/** Pushes a candidate beside stable, starts its rollout, and asks until it is over. */
async function tried(
  name: string,
  policy: object,
  rate: number,
  onAnswer?: (answered: Answered) => void,
): Promise<Tried> {
  const { url } = server.said;
  const { version, state } = await api<{ version: number; state: string }>(
    url,
    'POST',
    `models/${name}/versions?wait=60s`,
    {
      path: fixture(name === 'refusing' ? 'erroring' : name),
      breaking: true,
    },
  );
  expect({ version, state }).toEqual({ version: 2, state: 'ready' });
  const traffic = new SteadyTraffic({ url, model: name, rate, rows, ...(onAnswer ? { onAnswer } : {}) });
  try {
    const begun = await api<Rollout>(url, 'POST', `endpoints/${name}/rollouts`, {
      candidate: 2,
      strategy: 'canary',
      policy,
    });
    const standing = () => api<Rollout>(url, 'GET', `rollouts/${begun.id}`);
    await expect
      .poll(async () => (await standing()).state, { timeout: 100_000, interval: 250 })
      .not.toBe('running');
    const rollout = await standing();
    const harmed = traffic.answered.filter(({ version, status }) => version === 2 && status !== 200).length;
    const exposed = traffic.answered.filter((answer) => answer.version === 2).length;
    console.log(
      `${name}: ${rollout.state} (${rollout.reason}); ${exposed} of ${traffic.answered.length} requests answered by the candidate, ${harmed} of them failed, ${rollout.harmedUnits} units harmed`,
    );
    return { rollout, answered: [...traffic.answered] };
  } finally {
    await traffic.stop();
  }
}

describe('a candidate', { timeout: 120_000 }, () => {
  test('that is fine is promoted through all stages, and its share grows with them', async () => {
    const { rollout, answered } = await tried('good', QUICK, 250);
    expect(rollout).toMatchObject({ state: 'promoted', weight: 100 });
    expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
    const quarters = [0, 1, 2, 3].map((k) =>
      answered.slice((k * answered.length) / 4, ((k + 1) * answered.length) / 4),
    );
    const shares = quarters.map((part) => part.filter(({ version }) => version === 2).length / part.length);
    // Two quarters in one stage have one share but for the draw of their units: four standard errors of a half.
    const noise = 4 * Math.sqrt((2 * 0.25) / quarters[0]!.length);
    for (const [k, share] of shares.slice(1).entries()) expect(share).toBeGreaterThan(shares[k]! - noise);
    expect(shares[3]).toBeGreaterThan(shares[0]!);
    const { stable, route } = await api<{ stable: number; route: { ranges: unknown[] } }>(
      server.said.url,
      'GET',
      'endpoints/good',
    );
    expect({ stable, ranges: route.ranges.length }).toEqual({ stable: 2, ranges: 1 });
  });

  test('that refuses rows which stable answers is rolled back for its errors, in the shadow stage', async () => {
    const { rollout, answered } = await tried('erroring', QUICK, 100);
    expect(rollout).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('errors') });
    expect(answered.filter(({ version }) => version === 2)).toEqual([]);
  });

  test('that refuses rows is rolled back for its errors where it answers, too, within a second', async () => {
    const { rollout, answered } = await tried('refusing', HALF, 100);
    expect(rollout).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('errors') });
    expect(rollout.harmedUnits).toBeGreaterThan(2);
    expect(answered.at(-1)!.version).toBe(1);
  });

  test('that is slow is rolled back for its latency', async () => {
    const { rollout } = await tried('slow', HALF, 60);
    expect(rollout).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('latency') });
  });

  test('that answers differently is rolled back for its outputs', async () => {
    const { rollout } = await tried('shifted', HALF, 300);
    expect(rollout).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('outputs') });
  });

  test('that is worse only by labels which arrive later is rolled back for them', async () => {
    const { url } = server.said;
    const policy = { ...HALF, guards: { labels: { maturity: '3s' } } };
    const { rollout } = await tried('worse', policy, 100, ({ requestId, row, status }) => {
      if (status !== 200) return;
      const item = { endpoint: 'worse', requestId, label: labels[row] };
      setTimeout(() => void api(url, 'POST', 'feedback', [item]).catch(() => undefined), 1500);
    });
    expect(rollout).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining('labels') });
  });
});

interface Report {
  readonly envelope: { readonly payload: string };
  readonly publicKey: string;
}

/** What a stranger does with the report of a rollout, offline. */
function verified(report: unknown, key: string): { status: number | null; stdout: string } {
  const place = folder();
  const [file, pem] = [join(place, 'report.json'), join(place, 'key.pem')];
  writeFileSync(file, JSON.stringify(report));
  writeFileSync(pem, key);
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'examples/verify-evidence.mjs'), file, pem],
    {
      encoding: 'utf8',
    },
  );
  return { status, stdout };
}

test('the report of a rollout is verified by a script of sixty lines, and one that was altered is not', async () => {
  const { url } = server.said;
  const { items } = await api<{ items: readonly Rollout[] }>(url, 'GET', 'endpoints/refusing/rollouts');
  const report = await api<Report>(url, 'GET', `rollouts/${items[0]!.id}/evidence`);
  const { items: keys } = await api<{ items: readonly { publicKey: string }[] }>(url, 'GET', 'keys');
  const key = keys[0]!.publicKey;
  const { status, stdout } = verified(report, key);
  expect(stdout).toMatch(/signature {2}valid[\s\S]*as claimed[\s\S]*roll back at window \d+/);
  expect(status).toBe(0);
  const account = JSON.parse(Buffer.from(report.envelope.payload, 'base64').toString());
  account.windows[0].arms.candidate.failures += 1;
  const payload = Buffer.from(JSON.stringify(account)).toString('base64');
  const altered = verified({ ...report, envelope: { ...report.envelope, payload } }, key);
  expect(altered.stdout).toContain('INVALID');
  expect(altered.status).toBe(1);
});
