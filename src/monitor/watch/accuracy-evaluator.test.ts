import { expect, onTestFinished, test } from 'vitest';
import { DAY, LabelledLog, LOG_START } from '../accuracy/testing/labelled-log.ts';
import { parseMonitor } from '../policy/policy.ts';
import { AccuracyEvaluator, type WatchedAccuracy } from './accuracy-evaluator.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const WATCHED: WatchedAccuracy = {
  endpoint: { name: 'churn', model: 'churn', stable: 3, versions: [], rollout: null },
  policy: parseMonitor('churn', { accuracy: { metric: 'accuracy' } }),
};

const said = (k: number) => ({
  ...{ predict: k > 1 ? 'yes' : 'no', predict_proba_no: 1 - k / 4, predict_proba_yes: k / 4 },
});

test('labels that come just after a look are looked at ten seconds after it, not a minute', async () => {
  const log = await LabelledLog.open();
  onTestFinished(() => log.close());
  const clock = { at: LOG_START + 2 * DAY, now: () => clock.at, monotonic: () => clock.at };
  const looks = new AccuracyEvaluator({
    ...{ store: log.store, folder: log.logFolder, surroundings: log, clock, logger: SILENT },
  });
  onTestFinished(() => looks.close());
  const fence = (await log.store.claim('evaluate', 'r', Date.now(), 3_600_000))!;
  /** Labels of the only cohort, as they stood at the last look. */
  const labelled = async (): Promise<number | undefined> => {
    await looks.begin([WATCHED], fence);
    const [cohort] = await log.store.cohorts({ endpoint: 'churn', from: 0, to: clock.at });
    return (cohort?.body as { labelled: number } | undefined)?.labelled;
  };
  const ids = Array.from({ length: 40 }, (_, i) => `r${i}`);
  await log.log(
    ids.map((requestId, i) => ({ at: LOG_START + i, requestId, inputs: { age: i }, outputs: said(i % 4) })),
  );
  log.label({ requestId: 'r0' }, 'no', clock.at);
  expect(await labelled()).toBe(1);
  clock.at += 5000;
  for (const requestId of ids.slice(1)) log.label({ requestId }, 'yes', clock.at);
  // They are taken in here, when it is too early to look again.
  expect(await labelled()).toBe(1);
  clock.at += 5000;
  expect(await labelled()).toBe(40);
});
