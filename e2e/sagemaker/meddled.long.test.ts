import { expect, test } from 'vitest';
import { applyDeployment } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import type { World } from '../../tools/clouds/aws/world.ts';
import { HandClock } from '../../tools/clouds/clock.ts';
import { account, BUCKET, documentOf, portsFor, SCALING, version } from './deployment.ts';

const first = <T>(map: ReadonlyMap<string, T>): string | undefined => map.keys().next().value;

/** What somebody may take away between two calls, past what its service would refuse. */
const THEFTS: Readonly<Record<string, (world: World) => void>> = {
  'an archive': ({ buckets }) => buckets.get(BUCKET)!.delete(first(buckets.get(BUCKET)!) ?? ''),
  'a model': ({ models }) => models.delete(first(models) ?? ''),
  'a configuration': ({ configs }) => configs.delete(first(configs) ?? ''),
  'the endpoint': ({ endpoints, targets, policies }) => {
    endpoints.clear();
    targets.clear();
    policies.clear();
  },
  'its scaling': ({ targets, policies }) => {
    targets.clear();
    policies.clear();
  },
  'an alarm': ({ alarms }) => alarms.delete(first(alarms) ?? ''),
};

/** After each fourth call: any of them may be the last before it. */
const EVERY = 4;

const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];
const scaled = { variant: 'v3', scaling: SCALING };
const before = documentOf({ versions: [version(3, scaled)], update: { rollbackOn } });
const next = documentOf({
  versions: [version(3, { ...scaled, weight: 95 }), version(4, { variant: 'v4', weight: 5 })],
  update: { rollbackOn },
});

test('whatever somebody takes away between calls, it is a coded end or none, and the next apply puts it right', async () => {
  const clock = new HandClock();
  const aws = await account({ takesMillis: 400, clock });
  const { world, faults } = aws;
  const time = { monotonic: () => clock.now(), sleep: clock.sleep };
  const applying = (document: typeof next) =>
    applyDeployment(renderSageMaker(document), portsFor(aws, document, 1, time));
  await applying(before);
  const back = world.keep();
  faults.effects.length = 0;
  await applying(next);
  const calls = faults.effects.length;
  const wanted = world.inventory();
  const codes = new Map<string, number>();
  for (const [i, [what, take]] of Object.entries(THEFTS).entries())
    for (let k = 1 + (i % EVERY); k <= calls; k += EVERY) {
      back();
      let left = k;
      faults.onEffect = () => {
        left -= 1;
        if (left === 0) take(world);
      };
      const code = await applying(next).then(
        () => 'none',
        (error: { code?: string }) => error.code ?? String(error),
      );
      faults.onEffect = () => undefined;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect(code, `${what} after call ${k}`).toMatch(/^(none|CLOUD_(FAILED|REFUSED))$/);
      await applying(next);
      expect(world.inventory(), `${what} after call ${k}`).toEqual(wanted);
    }
  console.log(
    `${calls} calls, ${Object.keys(THEFTS).length} things taken after every ${EVERY}th:`,
    Object.fromEntries(codes),
  );
  await aws.close();
}, 600_000);
