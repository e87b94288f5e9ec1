import { describe, expect, it } from 'vitest';
import { forget, RETENTION } from './retention.ts';
import { event, rollout, version } from './testing/rows.ts';
import { storesOf } from './testing/stores.ts';

describe('retention', () => {
  const stores = storesOf({ name: 'sqlite', fresh: async () => 'sqlite::memory:' });

  it('forgets what is past its time by a millisecond, keeps what is not, and what was decided for ever', async () => {
    const store = await stores.one();
    const { tables } = store;
    const now = 1_800_000_000_000;
    const both = [
      ['old', -1],
      ['young', 0],
    ] as const;
    for (const [id, age] of both) {
      const at = now - RETENTION.feedback + age;
      const answer = { rollout: id, requestId: id, unit: null, arm: 0, window: 0, at, answer: '1' };
      await tables.feedback.insertAnswers([answer]);
      await tables.feedback.insert([
        { endpoint: 'churn', requestId: null, unit: id, metric: 'revenue', value: '1', at, receivedAt: at },
      ]);
      await tables.idempotency.put(id, 'f', 200, {}, now - RETENTION.idempotency + age);
      await tables.rollouts.insert(rollout({ id, endedAt: now - RETENTION.units + age }));
      await tables.rollouts.append(event(0, { rollout: id }));
    }
    await tables.versions.insert(version({ createdAt: 0 }));
    await tables.audit.append({ at: 0, by: 'ann', what: 'version.ready', subject: 'churn@1', body: {} });

    await forget(store, now);
    await forget(store, now);

    expect(await tables.feedback.labelled('old', 0, 1)).toEqual([]);
    expect(await tables.feedback.labelled('young', 0, 1)).toHaveLength(1);
    const values = await tables.feedback.values('churn', 'revenue', 0, now);
    expect(values.map(({ unit }) => unit)).toEqual(['young']);
    expect(await tables.idempotency.get('old')).toBeNull();
    expect(await tables.idempotency.get('young')).not.toBeNull();
    expect((await tables.rollouts.events('old', 0, 9))[0]).toMatchObject({
      units: null,
      body: event(0).body,
    });
    expect((await tables.rollouts.events('young', 0, 9))[0]?.units).not.toBeNull();
    expect((await tables.versions.list('churn')).items).toHaveLength(1);
    expect((await tables.audit.list()).items).toHaveLength(1);
  });
});
