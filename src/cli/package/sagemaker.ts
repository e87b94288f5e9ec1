import type { SageMakerFlags } from '../../deploy/sagemaker/from-flags.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';

interface PackageSageMakerOptions extends ControlOptions, ReadingChoices, SageMakerFlags {
  readonly output: string;
  readonly name?: string;
  readonly beside?: string;
  readonly config?: string;
  readonly compression: string;
  readonly imageHoldsModel?: boolean;
}

/** `package sagemaker`: a deployment on SageMaker as a folder that a person can read, change and own. */
export const packageSageMakerCommand: DefineCommand = (command, terminal) => {
  withReadingOptions(withControlOptions(command))
    .description(
      'Writes a deployment on SageMaker: the archive of the version, the document that `deploy sagemaker` carries out, the requests that it comes to, and the policies that it needs.',
    )
    .argument('<model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--output <folder>', 'folder to write to')
    .option('--config <file>', 'YAML that says more of `sagemaker.yaml`, or all of it; flags win')
    .option('--image <ref>', 'image in ECR, by its digest')
    .option('--role <arn>', 'role that the containers act as')
    .option('--region <region>', 'region, such as eu-central-1')
    .option('--artifacts <uri>', 'where archives are put: s3://BUCKET/PREFIX')
    .option('--name <name>', 'name of the model (default: its own)')
    .option('--deployment <name>', 'name of the deployment and its endpoint (default: that of the model)')
    .option('--kind <kind>', 'realtime, serverless, async, multi-model or none (default: realtime)')
    .option('--instance <type>', 'instance type (default: ml.m5.large)')
    .option('--instances <count>', 'instances at first, and at least (default: 1)')
    .option('--max-instances <count>', 'instances at most; with --invocations-target')
    .option('--invocations-target <count>', 'requests a minute and instance that are held by scaling')
    .option('--memory <mb>', 'of a serverless endpoint (default: 2048)')
    .option('--max-concurrency <count>', 'requests at once of a serverless endpoint (default: 5)')
    .option('--async-output <uri>', 'where an asynchronous endpoint puts its answers')
    .option('--weight <number>', 'share of this version over the sum of all (default: 1)')
    .option('--shadow', 'gives this version copies of requests only')
    .option('--strategy <how>', 'how the endpoint is changed: all-at-once, canary, linear or rolling')
    .option('--alarm <name...>', 'alarms of CloudWatch that roll a change back')
    .option('--compression <form>', 'gzip, or none for a large version (default: gzip)', 'gzip')
    .option('--image-holds-model', 'nothing is put into S3: the version is in the image')
    .option('--beside <folder>', 'package whose versions stay beside this one')
    .addHelpText('after', HELP)
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageSageMakerOptions>();
      const { packageSageMaker } = await import('../../deploy/sagemaker/package.ts');
      const { aboutSageMaker, sageMakerDetailsOf } = await import('../../deploy/sagemaker/plan-details.ts');
      const { packagedModel } = await import('./model.ts');
      const model = await packagedModel(reference, options, terminal);
      const { document, deployment, files } = await packageSageMaker(model, options);
      const answer = { folder: options.output, files, ...sageMakerDetailsOf(document, deployment) };
      terminal.answer(answer, () =>
        [
          `Wrote ${options.output}. Look at it, then`,
          `  plimsoll deploy sagemaker plan ${options.output}`,
          `  plimsoll deploy sagemaker apply ${options.output}`,
          ...aboutSageMaker(document, deployment),
        ].join('\n'),
      );
    });
};

const HELP = `
Examples:
  $ plimsoll package sagemaker churn@3 --region eu-central-1 --role arn:aws:iam::123456789012:role/serving \\
      --image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/plimsoll@sha256:… --artifacts s3://models/ --output churn-sm
  $ plimsoll package sagemaker churn@3 --config sagemaker.yaml --output churn-sm
  $ plimsoll package sagemaker churn@4 --beside churn-sm --weight 0.05 --output churn-sm
`;
