/** The life of a deployment, each part of it interrupted: made, split by weights, rolled back, changed, taken away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { apply, destroy } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import { sageMakerRouter } from '../../src/deploy/sagemaker/weights.ts';
import { account, documentOf, portsFor, REGION, SCALING, version } from './deployment.ts';
import { interruptEverywhere, type Tried } from './interruptions.ts';

export interface Life {
  readonly tried: readonly Tried[];
  /** What is left of it in the end. */
  readonly left: readonly string[];
}

const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];

export async function interruptedLife(
  everyCall: boolean,
  onTried: (tried: Tried) => void = () => undefined,
): Promise<Life> {
  const aws = await account({ takesMillis: 1 });
  // Somebody else's things, which nothing may touch.
  aws.world.models.set('churn-of-others', {
    arn: aws.world.arn('model', 'churn-of-others'),
    created: new Date(0),
    input: { ModelName: 'churn-of-others' },
  });
  const [one, two, next] = [
    documentOf({ versions: [version(3, { variant: 'v3', scaling: SCALING })], update: { rollbackOn } }),
    documentOf({
      versions: [
        version(3, { variant: 'v3', scaling: SCALING, weight: 95 }),
        version(4, { variant: 'v4', weight: 5 }),
      ],
    }),
    documentOf({ versions: [version(4, { variant: 'v4', instances: 2 })] }),
  ];
  const applying = (document: typeof one) => {
    const deployment = renderSageMaker(document);
    return () => apply(deployment, portsFor(aws, document));
  };
  const writing = (weights: readonly (readonly [number, number])[]) => () =>
    sageMakerRouter({
      ...{ region: REGION, endpointUrl: aws.url, attempts: 1, endpoint: 'churn' },
      ...{ sleep: (millis: number) => sleep(millis), pauseMillis: 2 },
    }).write(new Map(weights));
  const works = [
    ['deploy version 3, scaled, with an alarm', applying(one)],
    ['add version 4 with 5 %', applying(two)],
    [
      'canary by weights: 50 %',
      writing([
        [3, 50],
        [4, 50],
      ]),
    ],
    [
      'rollback by weights: 0 %',
      writing([
        [3, 100],
        [4, 0],
      ]),
    ],
    ['version 4 alone, other instances', applying(next)],
    ['destroy', () => destroy(renderSageMaker(next), portsFor(aws, next))],
  ] as const;
  const tried: Tried[] = [];
  for (const [name, work] of works) {
    const done = await interruptEverywhere({ name, aws, work, everyCall });
    onTried(done);
    tried.push(done);
  }
  const left = aws.world.inventory();
  await aws.close();
  return { tried, left };
}
