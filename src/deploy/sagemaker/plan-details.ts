/** What a person should know before a deployment is made. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { Deployment } from '../plan/apply.ts';
import { sageMakerCostLines, sageMakerCostsOf, sageMakerPricesFrom } from './cost.ts';
import type { SageMakerDocument } from './document.ts';
import { targetModel } from './names.ts';
import { deployerPolicy, executionPolicy } from './permissions.ts';

export const sageMakerDetailsOf = (document: SageMakerDocument, { resources }: Deployment) => ({
  policy: deployerPolicy(document, resources),
  executionPolicy: executionPolicy(document),
  costs: { ...sageMakerPricesFrom(), currency: 'USD', of: sageMakerCostsOf(document) },
});

/** Lines for people. */
export function aboutSageMaker(document: SageMakerDocument, { resources }: Deployment): readonly string[] {
  const { Statement } = deployerPolicy(document, resources);
  return [
    '',
    'Permissions that are needed, and no more (policy.json has them as a policy of IAM):',
    ...Statement.map(({ Action, Resource }) => `  ${Action.join(', ')}\n    on ${Resource.join(', ')}`),
    '',
    ...sageMakerCostLines(document),
    ...asking(document),
  ];
}

/** How it is asked once it is there. */
function asking({ kind, deployment, region, versions }: SageMakerDocument): readonly string[] {
  if (kind === 'none' || kind === 'async') return [];
  const target = kind === 'multi-model' ? ` --target-model ${targetModel(elementAt(versions, 0))}` : '';
  return [
    '',
    'Ask it:',
    `  aws sagemaker-runtime invoke-endpoint --region ${region} --endpoint-name ${deployment}${target} --content-type application/json --body fileb://rows.json answer.json`,
  ];
}
