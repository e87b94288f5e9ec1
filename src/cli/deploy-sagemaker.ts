import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { PlimsollError } from '../core/errors.ts';
import type { Define } from './commands.ts';
import { type Deploying, withVerbs } from './deploy-verbs.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

interface DeployOptions {
  readonly endpointUrl?: string;
}

/** `deploy sagemaker`: carries out what `package sagemaker` has written. */
export const deploySageMakerCommand: Define = (command, terminal) => {
  command
    .description('Deploys to SageMaker what a folder says, as `package sagemaker` writes it.')
    .addHelpText('after', HELP);
  withVerbs(command, terminal, (verb) => {
    withAddress(verb.argument('<folder>', 'folder that `package sagemaker` has written'));
    return (path: string) => deploying(path, verb.opts<DeployOptions>());
  });
  weightsVerb(command, terminal);
};

const withAddress = (verb: Command): Command =>
  verb.option('--endpoint-url <url>', 'another server than Amazon, for tests (default: AWS_ENDPOINT_URL)');

async function deploying(path: string, { endpointUrl }: DeployOptions): Promise<Deploying> {
  const { bodiesOf, readDocument } = await import('../deploy/sagemaker/folder.ts');
  const { renderSageMaker } = await import('../deploy/sagemaker/render.ts');
  const { sageMakerCloud } = await import('../deploy/sagemaker/cloud.ts');
  const { ownPrefix } = await import('../deploy/sagemaker/names.ts');
  const { aboutSageMaker, detailsOf } = await import('../deploy/sagemaker/about.ts');
  const { document, folder } = readDocument(path);
  const deployment = renderSageMaker(document, path);
  const { bucket, prefix } = ownPrefix(document);
  const { region } = document;
  const place = `s3://${bucket}/${prefix}`;
  return {
    deployment,
    cloud: sageMakerCloud({ region, endpointUrl, place, bodies: bodiesOf(document, folder) }),
    about: aboutSageMaker(document, deployment),
    details: detailsOf(document, deployment),
  };
}

/** `deploy sagemaker weights FOLDER [3=95 4=5]`: shows how traffic is split, or splits it. */
function weightsVerb(command: Command, terminal: Terminal): void {
  const summary = 'show how traffic is split between versions, or split it';
  const verb = command.command('weights').summary(summary).description(summary);
  withAddress(verb.argument('<folder>', 'folder that `package sagemaker` has written'))
    .argument('[weights...]', 'VERSION=PERCENT of each, 100 in all')
    .action(async (path: string, weights: readonly string[]) => {
      const { readDocument } = await import('../deploy/sagemaker/folder.ts');
      const { sageMakerRouter } = await import('../deploy/sagemaker/weights.ts');
      const { document } = readDocument(path);
      const { region, deployment } = document;
      const { endpointUrl } = verb.opts<DeployOptions>();
      const pause = (millis: number): Promise<void> => sleep(millis);
      const router = sageMakerRouter({ region, endpointUrl, endpoint: deployment, sleep: pause });
      if (weights.length > 0) await router.write(weightsFrom(weights));
      const { weights: shares, writers } = await router.read();
      const rows = [...shares].map(([version, percent]) => ({
        version,
        percent: Math.round(percent * 100) / 100,
      }));
      terminal.answer({ endpoint: deployment, weights: rows, writers }, () =>
        [
          table(rows.map(({ version, percent }) => [`version ${version}`, `${percent} %`])),
          ...writers.map((writer) => `Written by ${writer}.`),
        ].join('\n'),
      );
    });
}

function weightsFrom(texts: readonly string[]): ReadonlyMap<number, number> {
  const pairs = texts.map((text) => {
    const [, version, percent] = /^v?(\d{1,9})=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (version === undefined || percent === undefined)
      throw new PlimsollError('USAGE', {
        command: 'deploy sagemaker weights',
        reason: `"${text}" is no weight, wanted VERSION=PERCENT such as 4=5`,
      });
    return [Number(version), Number(percent)] as const;
  });
  return new Map(pairs);
}

const HELP = `
Credentials are those of Amazon's own tools: AWS_PROFILE, AWS_ACCESS_KEY_ID, or the role of the machine.

Examples:
  $ plimsoll deploy sagemaker plan churn-sm
  $ plimsoll deploy sagemaker apply churn-sm
  $ plimsoll deploy sagemaker weights churn-sm 3=95 4=5
  $ plimsoll deploy sagemaker destroy churn-sm
`;
