import type { Define } from '../commands.ts';
import { deployKubernetesCommand } from './kubernetes.ts';
import { deploySageMakerCommand } from './sagemaker.ts';
import { deployVertexCommand } from './vertex.ts';

/** `deploy KIND`: brings a version to where it is to answer, and says how it stands there. */
export const deployKinds: Define = (command, terminal) => {
  command
    .description(
      'Brings a version to a cluster or a cloud. A deployment is planned, applied as often as it takes, looked at, and taken away again; the cloud itself is its only state.',
    )
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll deploy kubernetes apply churn-kubernetes',
        '  $ plimsoll deploy sagemaker plan churn-sm',
        '  $ plimsoll deploy vertex weights churn-vertex 3=95 4=5',
      ].join('\n'),
    );
  const add = (kind: string, summary: string, define: Define): void =>
    define(command.command(kind).summary(summary), terminal);
  add('sagemaker', 'SageMaker of Amazon', deploySageMakerCommand);
  add('vertex', 'Vertex AI of Google Cloud', deployVertexCommand);
  add('kubernetes', 'a cluster, by server-side apply', deployKubernetesCommand);
};
