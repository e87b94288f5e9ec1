import type { Define } from '../commands.ts';
import { packageAttestationsCommand } from './attestations.ts';
import { packageDockerfileCommand } from './dockerfile.ts';
import { packageKubernetesCommand } from './kubernetes.ts';
import { packageOciCommand } from './oci.ts';
import { packageSageMakerCommand } from './sagemaker.ts';
import { packageSparkCommand } from './spark.ts';
import { packageVertexCommand } from './vertex.ts';

/** `package KIND`: what is needed to run a model somewhere else, as files that a person can read and own. */
export const packageKinds: Define = (command, terminal) => {
  command
    .description('Writes what is needed to run a model somewhere else.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll package oci churn@3 --push registry.example.com/team/churn:3',
        '  $ plimsoll package dockerfile churn.joblib --output churn-docker',
        '  $ plimsoll package spark churn.joblib --input data/ --key id --output churn-spark',
      ].join('\n'),
    );
  const add = (kind: string, summary: string, define: Define): void =>
    define(command.command(kind).summary(summary), terminal);
  add('attestations', 'who signed an image, and what it was made from', packageAttestationsCommand);
  add('dockerfile', 'a build context, for Docker, podman and buildah', packageDockerfileCommand);
  add('kubernetes', 'objects of Kubernetes, and a chart of Helm', packageKubernetesCommand);
  add('oci', 'an image for containers, made without Docker', packageOciCommand);
  add('sagemaker', 'a deployment on SageMaker of Amazon', packageSageMakerCommand);
  add('spark', 'a job of Spark, for any cluster', packageSparkCommand);
  add('vertex', 'a deployment on Vertex AI', packageVertexCommand);
};
