/** The control plane over a real store and real model files; only the clock, and workers that serve, are scripted. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelCatalog } from '../../registry/catalog/catalog.ts';
import { LazyInspector } from '../../registry/inspection/lazy-inspector.ts';
import { BUCKETS, canaryArm } from '../../rollout/canary-split.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { openSigner } from '../../signing/signer.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { FeedbackBuffer } from '../feedback/feedback-buffer.ts';
import type { RolloutView } from '../port.ts';
import { everyMillis } from '../rollouts/interval-scheduler.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  ScriptedFleet,
  trafficOf,
  WORLD_POLICY,
} from '../rollouts/testing/world.ts';
import { LocalEndpoints } from './endpoints.ts';
import { LocalControl } from './local.ts';

const ROOT = join(import.meta.dirname, '../../..');
const model = (name: string): string => join(ROOT, 'fixtures/rollouts', `${name}.joblib`);
const ANN = { by: 'ann', reason: 'it is 3 a.m.' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

// Each proof is two processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Workers that never come to an end with a version. */
class SlowFleet extends ScriptedFleet {
  readonly slow = new Set<number>();

  override publish(snapshot: PlaneSnapshot): Promise<void> {
    if (snapshot.versions.some(({ version }) => this.slow.has(version))) return new Promise(() => undefined);
    return super.publish(snapshot);
  }
}

let dataDir: string;
let store: Store;
let clock: ManualClock;
let fleet: SlowFleet;
let plane: Plane;
let control: LocalControl;
const inspector = new LazyInspector();

async function open(database: string): Promise<void> {
  store = await openStore(`sqlite:${join(dataDir, database)}`);
  clock = new ManualClock();
  fleet = new SlowFleet(clock, trafficOf(400));
  plane = planeOf(store, fleet, clock);
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const signer = () => openSigner(dataDir, undefined);
  const now = () => clock.now();
  const feedback = new FeedbackBuffer({ store, logger, now, every: everyMillis, spool: null });
  control = new LocalControl({
    ...plane,
    store,
    catalog,
    clock,
    dataDir,
    signer,
    feedback,
    inspector,
  });
  fleet.join();
  await plane.publisher.publish();
  await plane.controller.start();
}
async function close(): Promise<void> {
  await plane.controller.stop();
  await store.close();
}

/** Versions 1 to 3, proved once for all tests: each gets a copy of the database. */
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-local-'));
  await open('proved.db');
  for (const name of ['stable', 'good', 'slow']) await add(name);
  await close();
});
afterAll(async () => {
  await inspector.close();
  rmSync(dataDir, { recursive: true, force: true });
});

let tests = 0;
beforeEach(async () => {
  tests += 1;
  copyFileSync(join(dataDir, 'proved.db'), join(dataDir, `${tests}.db`));
  await open(`${tests}.db`);
});
afterEach(close);

const add = (name: string) => control.addVersion('churn', { path: model(name) }, ANN);
const code = (name: string) => expect.objectContaining({ code: name });
const audited = async (subject: string) =>
  (await store.tables.audit.list({ subject, limit: 1000 })).items.map(({ what, by, body }) => ({
    what,
    by,
    body,
  }));

const begin = (changes: object = {}, strategy: 'canary' | 'immediate' = 'canary'): Promise<RolloutView> =>
  control.startRollout('churn', { candidate: 2, strategy, ...changes }, ANN);
const canary = (): Promise<RolloutView> => begin({ policy: WORLD_POLICY });

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    clock.pass(1000);
    fleet.send();
    await plane.controller.tick();
  }
}

describe('a file', () => {
  it('that is the first of its model has gone live; one that comes later answers nobody by itself', async () => {
    expect(await control.endpoint('churn')).toMatchObject({ generation: 1, stable: 1, previous: null });
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
    expect(await audited('endpoint/churn')).toMatchObject([{ what: 'endpoint.created', by: 'ann' }]);
  });

  it('that comes again is the version that it is', async () => {
    expect(await add('stable')).toMatchObject({ version: 1, state: 'ready', proof: expect.any(String) });
    const { items } = await control.versions('churn', {});
    expect(items.map(({ version }) => version)).toEqual([3, 2, 1]);
    for (const { runtime, rowMicros } of items)
      expect([typeof runtime, typeof rowMicros]).toEqual(['string', 'number']);
    expect((await control.endpoint('churn')).generation).toBe(1);
  });

  it('that breaks callers is refused with the check that says so', async () => {
    const refused = await control.addVersion('churn', { path: join(ROOT, 'examples/iris.joblib') }, ANN);
    expect(refused).toMatchObject({ version: 4, state: 'refused' });
    expect(refused.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['signature']);
    await expect(begin({ candidate: 4 })).rejects.toEqual(code('ROLLOUT_REFUSED'));
    expect(await control.endpoint('churn')).toMatchObject({ generation: 1, stable: 1 });
  });
});

describe('a rollback at rest', () => {
  it('is one flip to the version before, with its reason, and there is none before the first', async () => {
    await expect(control.rollback('churn', null, null, ANN)).rejects.toEqual(code('ROLLBACK_REFUSED'));
    await begin({}, 'immediate');
    const { generation, stable } = await control.endpoint('churn');
    expect(stable).toBe(2);
    const back = await control.rollback('churn', null, generation, ANN);
    expect(back).toMatchObject({ generation: generation + 1, stable: 1, previous: 2 });
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
    expect(await audited('endpoint/churn')).toContainEqual({
      what: 'endpoint.rolled-back',
      by: 'ann',
      body: { from: 2, to: 1, generation: generation + 1, reason: ANN.reason },
    });
  });

  it('goes nowhere that has not been stable: that takes a rollout', async () => {
    await expect(control.rollback('churn', 2, null, ANN)).rejects.toEqual(code('ROLLBACK_REFUSED'));
    await expect(control.rollback('churn', 7, null, ANN)).rejects.toEqual(code('VERSION_UNKNOWN'));
    await canary();
    await pass(2);
    await expect(control.rollback('churn', 2, null, ANN)).rejects.toEqual(code('ROLLBACK_REFUSED'));
    expect((await control.endpoint('churn')).rollout?.state).toBe('running');
  });

  it('goes to no version that cannot be loaded: who is answered stays answered', async () => {
    await begin({}, 'immediate');
    await begin({ candidate: 3 }, 'immediate');
    await plane.publisher.publish();
    fleet.broken.add(1);
    const before = await control.endpoint('churn');
    expect(before).toMatchObject({ stable: 3, previous: 2 });
    await expect(control.rollback('churn', 1, null, ANN)).rejects.toThrow();
    expect(await control.endpoint('churn')).toEqual(before);
    expect(fleet.route.ranges).toMatchObject([{ version: 3 }]);
  });

  it('waits for nothing else that is being loaded', async () => {
    await begin({}, 'immediate');
    fleet.slow.add(3);
    void plane.publisher.publish([{ model: 'churn', version: 3 }]);
    await control.rollback('churn', null, null, ANN);
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
  });
});

describe('a rollback while a rollout runs', () => {
  it('ends it in the same flip, with its reason in the audit log', async () => {
    const { id } = await canary();
    await pass(2);
    const { generation } = await control.endpoint('churn');
    expect(await control.rollback('churn', null, null, ANN)).toMatchObject({
      generation: generation + 1,
      ...{ stable: 1, previous: null, rollout: null },
    });
    expect(await control.rollout(id)).toMatchObject({ state: 'aborted' });
    const entries = await audited(`rollout/${id}`);
    expect(entries[0]).toMatchObject({ what: 'rollout.started', body: { reason: ANN.reason } });
    expect(entries.at(-1)).toMatchObject({ what: 'rollout.aborted', by: 'ann', body: { why: ANN.reason } });
  });

  it('is not lost where the rollout comes to its end just then', async () => {
    const { id } = await canary();
    const racing = {
      override: () => Promise.reject(new Error('the store is there')),
      overrideOf: () => null,
      restOn: async (...given: Parameters<Plane['controller']['restOn']>) => {
        await control.command(id, 'promote', ANN);
        await plane.controller.restOn(...given);
      },
    };
    const endpoints = new LocalEndpoints({ ...plane, store, clock, controller: racing }, control.rollout);
    expect(await endpoints.rollback('churn', null, null, ANN)).toMatchObject({ stable: 1, previous: 2 });
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
  });
});

describe('a change of the route', () => {
  const rules = [{ header: 'x-beta', values: ['yes'], version: 2 }];

  it('is made against the generation that its author has seen', async () => {
    expect(await control.changeRoute('churn', { rules }, 1, ANN)).toMatchObject({ generation: 2 });
    expect(fleet.route).toMatchObject({ generation: 2, rules });
    await expect(control.changeRoute('churn', { rules: [] }, 1, ANN)).rejects.toMatchObject({
      code: 'GENERATION_CONFLICT',
      details: { found: 2, wanted: 1 },
    });
    await expect(control.rollback('churn', null, 1, ANN)).rejects.toEqual(code('GENERATION_CONFLICT'));
  });

  it('leads to no version that is not ready or cannot be loaded', async () => {
    const to = (version: number) =>
      control.changeRoute('churn', { rules: [{ ...rules[0]!, version }] }, 1, ANN);
    await expect(to(9)).rejects.toEqual(code('VERSION_UNKNOWN'));
    fleet.broken.add(2);
    await expect(to(2)).rejects.toThrow();
    await control.changeVersion('churn', 2, { archived: true }, ANN);
    await expect(to(2)).rejects.toEqual(code('VERSION_STATE'));
    expect((await control.endpoint('churn')).generation).toBe(1);
  });
});

describe('where a unit goes', () => {
  it('is said as the split says it, for every range of the route', async () => {
    await canary();
    const weight = 500;
    const seen = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      const { bucket, arm, version, switchesAt } = await control.explainUnit('churn', `user-${i}`);
      expect(arm).toBe(canaryArm(bucket, weight));
      expect(version).toBe(arm === 'candidate' ? 2 : 1);
      expect(canaryArm(bucket, switchesAt!)).toBe('candidate');
      expect(canaryArm(bucket, switchesAt! - 1)).not.toBe('candidate');
      seen.set(arm, (seen.get(arm) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['candidate', 'control', 'stable']);
  });

  it('changes with no weight at rest, since the next candidate draws anew', async () => {
    const { bucket, ...found } = await control.explainUnit('churn', 'user-1');
    expect(found).toMatchObject({ version: 1, arm: 'stable', switchesAt: null });
    expect(bucket).toBeLessThan(BUCKETS);
  });

  it('is told by the name of the arm in an experiment', async () => {
    const policy = { primary: { metric: 'revenue', maturity: '1h' } };
    await control.startRollout('churn', { candidate: 2, strategy: 'ab', policy }, ANN);
    const arms = fleet.route.recording!.arms;
    for (let i = 0; i < 20; i++) {
      const { arm, switchesAt } = await control.explainUnit('churn', `user-${i}`);
      expect(arms).toContain(arm);
      expect(switchesAt).toBeNull();
    }
    const named = async () =>
      (await control.rollouts('churn', {})).items[0]!.arms.map(({ name, version }) => [name, version]);
    const before = await named();
    await control.command((await control.rollouts('churn', {})).items[0]!.id, 'promote', ANN);
    await pass(2);
    expect(fleet.route.recording?.arms ?? []).not.toEqual(arms);
    expect(await named()).toEqual(before);
    expect(before).toEqual([
      ['stable', 1],
      ['candidate', 2],
    ]);
  });
});

describe('the report of a rollout', () => {
  const script = (report: unknown) => {
    const file = join(dataDir, 'report.json');
    writeFileSync(file, JSON.stringify(report));
    return spawnSync(process.execPath, [join(ROOT, 'examples/verify-evidence.mjs'), file], {
      encoding: 'utf8',
    });
  };

  it('is verified by the script of a stranger, to the digit, and one that was altered is not', async () => {
    const { id } = await canary();
    await pass(3);
    await control.command(id, 'abort', ANN);
    const report = (await control.evidence(id)) as { readonly envelope: { readonly payload: string } };
    const { status, stdout } = script(report);
    expect(stdout).toMatch(/signature {2}valid[\s\S]*as claimed/);
    expect(status).toBe(0);
    const account = JSON.parse(Buffer.from(report.envelope.payload, 'base64').toString());
    expect(account.windows.length).toBeGreaterThan(1);
    account.windows[0].arms.stable.failures = 9;
    const payload = Buffer.from(JSON.stringify(account)).toString('base64');
    const altered = script({ ...report, envelope: { ...report.envelope, payload } });
    expect(altered.stdout).toMatch(/INVALID/);
    expect(altered.status).toBe(1);
  });
});
