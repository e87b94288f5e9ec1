/** The life of a deployment, each part of it interrupted: made, split by weights, rolled back, changed, taken away. */

import { expect } from 'vitest';
import type { ApplyPorts } from '../../src/deploy/plan/apply.ts';
import { applyDeployment, destroy } from '../../src/deploy/plan/apply.ts';
import type { SageMakerDocument } from '../../src/deploy/sagemaker/document.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import { sageMakerRouter } from '../../src/deploy/sagemaker/weights.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { HandClock } from '../../tools/clouds/clock.ts';
import type { Stage, Trial, Tried } from '../../tools/clouds/interruptions.ts';
import { account, documentOf, portsFor, REGION, SCALING, version } from './deployment.ts';

export interface Life {
  readonly tried: readonly Tried[];
  /** What is left of it in the end. */
  readonly left: readonly string[];
}

/** What others have, and a job that has run, whose name nobody can take back. */
export const LEFT = [
  'Model churn-of-others',
  expect.stringMatching(/^TransformJob churn-nightly-\w+ Completed$/),
];

const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];
const batch = [{ name: 'nightly', version: 4, input: 's3://models/in/', output: 's3://models/out/' }];
const FIRST = documentOf({
  versions: [version(3, { variant: 'v3', scaling: SCALING })],
  update: { rollbackOn },
});
const CANARY = documentOf({
  versions: [
    version(3, { variant: 'v3', scaling: SCALING, weight: 95 }),
    version(4, { variant: 'v4', weight: 5 }),
  ],
});
const NEXT = documentOf({ versions: [version(4, { variant: 'v4', instances: 2 })], batch });

/** An account as something that is taken back again and again. */
function stageOf({ world, faults }: Aws, clock: HandClock): Stage {
  const names = (calls: readonly { readonly operation: string }[]) => calls.map(({ operation }) => operation);
  return {
    clock,
    keep: () => world.keep(),
    state: () => {
      const tags = [...world.tags].map(([arn, own]) => [arn, [...own].sort()]).sort();
      return JSON.stringify([world.inventory(), tags]);
    },
    get calls() {
      return names(faults.calls);
    },
    watch: (told) => {
      faults.onEffect = ({ operation }) => told(operation);
    },
    get effects() {
      return names(faults.effects);
    },
    forget: () => {
      faults.calls.length = 0;
      faults.effects.length = 0;
    },
    cut: (call, when) => faults.arm({ kind: 'cut', call, when, times: Number.POSITIVE_INFINITY }),
    lose: (call) => faults.arm({ kind: 'cut', call, when: 'after' }),
    release: () => faults.arm(),
    isChange: (operation) => !/^(Describe|List|Head|Get)/.test(operation),
    isSaying: (operation) => operation === 'AddTags' || operation === 'TagResource',
  };
}

/** Each part of its life by its name; a request is sent `attempts` times at most. */
function worksOn(
  aws: Aws,
  clock: HandClock,
  attempts: number,
): readonly (readonly [string, () => Promise<unknown>])[] {
  const time = { monotonic: () => clock.now(), sleep: clock.sleep };
  // Who begins again knows nothing: all but the files is new each time.
  const ports = (document: SageMakerDocument): ApplyPorts => portsFor(aws, document, attempts, time);
  const applying = (document: SageMakerDocument) => {
    const deployment = renderSageMaker(document);
    return () => applyDeployment(deployment, ports(document));
  };
  const writing = (weights: Readonly<Record<number, number>>) => () =>
    sageMakerRouter({
      ...{ region: REGION, endpointUrl: aws.url, attempts, endpoint: 'churn', sleep: clock.sleep },
    }).write(new Map(Object.entries(weights).map(([version, weight]) => [Number(version), weight])));
  return [
    ['deploy version 3, scaled, with an alarm', applying(FIRST)],
    ['add version 4 with 5 %', applying(CANARY)],
    ['canary by weights: 50 %', writing({ 3: 50, 4: 50 })],
    ['rollback by weights: 0 %', writing({ 3: 100, 4: 0 })],
    ['version 4 alone, a batch transform', applying(NEXT)],
    ['destroy', () => destroy(renderSageMaker(NEXT), ports(NEXT))],
  ];
}

export async function interruptedLife(
  interrupt: (trial: Trial) => Promise<Tried>,
  attempts = 1,
): Promise<Life> {
  const clock = new HandClock();
  const aws = await account({ takesMillis: 400, clock });
  // Somebody else's things, which nothing may touch.
  aws.world.models.set('churn-of-others', {
    arn: aws.world.arn('model', 'churn-of-others'),
    created: new Date(0),
    input: { ModelName: 'churn-of-others' },
  });
  const tried: Tried[] = [];
  const stage = stageOf(aws, clock);
  for (const [name, work] of worksOn(aws, clock, attempts))
    tried.push(await interrupt({ name, stage, work }));
  const left = aws.world.inventory();
  await aws.close();
  return { tried, left };
}
