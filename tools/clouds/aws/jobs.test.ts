import { expect, test } from 'vitest';
import { HandClock } from '../clock.ts';
import { createJob, stopJob } from './jobs.ts';
import { startAws } from './server.ts';

test('a job that is gone before its time has come, or before it has stopped, ends nothing', async () => {
  const clock = new HandClock();
  const { world, close } = await startAws({ takesMillis: 400, clock });
  const model = { ModelName: 'churn' };
  world.models.set('churn', { arn: world.arn('model', 'churn'), created: new Date(0), input: model });
  const made = (name: string) =>
    createJob(world, { ...model, TransformJobName: name } as Parameters<typeof createJob>[1]);
  made('begun');
  world.jobs.clear();
  made('stopped');
  stopJob(world, { TransformJobName: 'stopped' });
  world.jobs.clear();
  await expect(clock.quiet()).resolves.toBeUndefined();
  expect(world.jobs.size).toBe(0);
  await close();
});
