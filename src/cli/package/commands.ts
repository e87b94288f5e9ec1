import { commandGroup } from '../group.ts';
import { packageAttestationsCommand } from './attestations.ts';
import { packageDockerfileCommand } from './dockerfile.ts';
import { packageKubernetesCommand } from './kubernetes.ts';
import { packageOciCommand } from './oci.ts';
import { packageSageMakerCommand } from './sagemaker.ts';
import { packageSparkCommand } from './spark.ts';
import { packageVertexCommand } from './vertex.ts';

/** `package KIND`: what is needed to run a model somewhere else, as files that a person can read and own. */
export const packageCommand = commandGroup({
  description: 'Writes what is needed to run a model somewhere else.',
  examples: [
    'plimsoll package oci churn@3 --push registry.example.com/team/churn:3',
    'plimsoll package dockerfile churn.joblib --output churn-docker',
    'plimsoll package spark churn.joblib --input data/ --key id --output churn-spark',
  ],
  commands: {
    attestations: {
      summary: 'verify the signature and provenance of an image',
      define: packageAttestationsCommand,
      ignores: ['quiet'],
    },
    dockerfile: {
      summary: 'write a build context for Docker, podman or buildah',
      define: packageDockerfileCommand,
    },
    kubernetes: { summary: 'write Kubernetes objects and a Helm chart', define: packageKubernetesCommand },
    oci: { summary: 'write or push a container image, without Docker', define: packageOciCommand },
    sagemaker: { summary: 'write a deployment for Amazon SageMaker', define: packageSageMakerCommand },
    spark: { summary: 'write a Spark job for any cluster', define: packageSparkCommand },
    vertex: { summary: 'write a deployment for Vertex AI', define: packageVertexCommand },
  },
});
