import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TrafficRouter } from '../../deploy/routers/port.ts';
import { type DefineCommand, ignoreGlobalOptions } from '../command.ts';
import { ignoredBy, type PreparedDeployment, withDeployVerbs } from './verbs.ts';
import { withWeightsCommand } from './weights.ts';

interface DeployOptions {
  readonly endpointUrl?: string;
}

/** `deploy sagemaker`: carries out what `package sagemaker` has written. */
export const deploySageMakerCommand: DefineCommand = (command, terminal) => {
  command
    .description('Deploys to SageMaker what a folder says, as `package sagemaker` writes it.')
    .addHelpText('after', HELP);
  withDeployVerbs(command, terminal, 'churn-sm', (verb, name) => {
    withAddress(
      ignoreGlobalOptions(verb, ignoredBy(name)).argument(
        '<folder>',
        'folder that `package sagemaker` has written',
      ),
    );
    return (path: string) => deploying(path, verb.opts<DeployOptions>());
  });
  withWeightsCommand(command, terminal, 'churn-sm', (verb) => {
    withAddress(verb.argument('<folder>', 'folder that `package sagemaker` has written'));
    return (path: string) => routerOf(path, verb.opts<DeployOptions>());
  });
};

const withAddress = (verb: Command): Command =>
  verb.option('--endpoint-url <url>', 'another server than Amazon, for tests (default: AWS_ENDPOINT_URL)');

async function routerOf(path: string, { endpointUrl }: DeployOptions): Promise<TrafficRouter> {
  const { readSageMakerDocument } = await import('../../deploy/sagemaker/folder.ts');
  const { sageMakerRouter } = await import('../../deploy/sagemaker/weights.ts');
  const { region, deployment } = readSageMakerDocument(path).document;
  const pause = (millis: number): Promise<void> => sleep(millis);
  return sageMakerRouter({ region, endpointUrl, endpoint: deployment, sleep: pause });
}

async function deploying(path: string, { endpointUrl }: DeployOptions): Promise<PreparedDeployment> {
  const { bodiesOf, readSageMakerDocument } = await import('../../deploy/sagemaker/folder.ts');
  const { renderSageMaker } = await import('../../deploy/sagemaker/render.ts');
  const { sageMakerCloud } = await import('../../deploy/sagemaker/cloud.ts');
  const { ownPrefix } = await import('../../deploy/sagemaker/names.ts');
  const { aboutSageMaker, sageMakerDetailsOf } = await import('../../deploy/sagemaker/plan-details.ts');
  const { document, folder } = readSageMakerDocument(path);
  const deployment = renderSageMaker(document, path);
  const { bucket, prefix } = ownPrefix(document);
  const { region } = document;
  const place = `s3://${bucket}/${prefix}`;
  return {
    deployment,
    cloud: sageMakerCloud({ region, endpointUrl, place, bodies: bodiesOf(document, folder) }),
    about: aboutSageMaker(document, deployment),
    details: sageMakerDetailsOf(document, deployment),
  };
}

const HELP = `
Credentials are those of Amazon's own tools: AWS_PROFILE, AWS_ACCESS_KEY_ID, or the role of the machine.

Examples:
  $ plimsoll deploy sagemaker plan churn-sm
  $ plimsoll deploy sagemaker apply churn-sm
  $ plimsoll deploy sagemaker weights churn-sm 3=95 4=5
  $ plimsoll deploy sagemaker destroy churn-sm
`;
