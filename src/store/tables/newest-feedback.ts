import type { Db } from '../session.ts';

/** Names of metrics that are looked at: people have a handful. */
const METRICS_MOST = 100;

/**
 * When the newest label or value of an endpoint was received, by when they happened; null where none is kept. Metric after
 * metric by the index of `feedback` over endpoint, metric and time: two rows are read of each, however many there are.
 */
export async function selectNewestFeedback(db: Db, endpoint: string): Promise<number | null> {
  let metric = '';
  let newest: number | null = null;
  for (let k = 0; k < METRICS_MOST; k++) {
    const next = await db
      .selectFrom('feedback')
      .select('metric')
      .where('endpoint', '=', endpoint)
      .where('metric', '>', metric)
      .orderBy('metric')
      .limit(1)
      .executeTakeFirst();
    if (next === undefined) break;
    ({ metric } = next);
    const last = await db
      .selectFrom('feedback')
      .select('receivedAt')
      .where('endpoint', '=', endpoint)
      .where('metric', '=', metric)
      .orderBy('at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    newest = Math.max(newest ?? 0, last.receivedAt);
  }
  return newest;
}
