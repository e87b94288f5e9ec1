import { commandGroup } from '../group.ts';
import { deployKubernetesCommand } from './kubernetes.ts';
import { deploySageMakerCommand } from './sagemaker.ts';
import { deployVertexCommand } from './vertex.ts';

/** `deploy KIND`: a deployment to a platform: planned, applied, observed, destroyed. */
export const deployCommand = commandGroup({
  description:
    'Deploys a version to a cluster or a cloud: plan, apply as often as needed, show its state, destroy. The platform holds the only state.',
  examples: [
    'plimsoll deploy kubernetes apply churn-kubernetes',
    'plimsoll deploy sagemaker plan churn-sm',
    'plimsoll deploy vertex weights churn-vertex 3=95 4=5',
  ],
  commands: {
    sagemaker: { summary: 'deploy to Amazon SageMaker', define: deploySageMakerCommand },
    vertex: { summary: 'deploy to Vertex AI of Google Cloud', define: deployVertexCommand },
    kubernetes: { summary: 'deploy to a cluster by server-side apply', define: deployKubernetesCommand },
  },
});
