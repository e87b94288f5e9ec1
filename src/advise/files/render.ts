/** From a pattern that was advised to files that start as they stand, each with the command that starts it. */
import type { AdvisedFile, AdvisedFiles, Blueprint } from './blueprint.ts';
import { clusterFiles } from './cluster.ts';
import { deviceFiles } from './device.ts';
import { endpointFiles } from './endpoint.ts';
import { checkFile } from './grammar.ts';
import { type BatchBlueprint, jobFiles } from './job.ts';
import { kubernetesBatch, kubernetesServing } from './kubernetes.ts';
import { readmeFile } from './readme.ts';
import { sageMakerAsync, sageMakerBatch, sageMakerServing } from './sagemaker.ts';

/** Files of a blueprint by group: where they run, and the commands of each. */
export interface AdvisedGroup extends AdvisedFiles {
  readonly title: string;
}

export interface AdvisedFolder {
  readonly groups: readonly AdvisedGroup[];
  /** Every file, the README first. */
  readonly files: readonly AdvisedFile[];
}

/** The same blueprint gives the same bytes. Every file has been read by the grammar of the command that will read it. */
export function adviseFiles(blueprint: Blueprint): AdvisedFolder {
  const groups = groupsOf(blueprint).filter(({ files, fill }) => files.length + fill.length > 0);
  const files = groups.flatMap((group) => group.files);
  for (const file of files) checkFile(file, blueprint.model);
  return { groups, files: [readmeFile(blueprint, groups), ...files] };
}

function groupsOf(blueprint: Blueprint): readonly AdvisedGroup[] {
  const { pattern } = blueprint;
  if (pattern === 'edge') return [{ title: 'On the device', ...deviceFiles(blueprint) }];
  if (pattern === 'real-time')
    return [{ title: 'On this machine', ...endpointFiles(blueprint) }, ...elsewhere(blueprint, serving)];
  const batch: BatchBlueprint = { ...blueprint, pattern };
  return [
    { title: 'On this machine', ...jobFiles(batch) },
    ...(blueprint.batch.machines > 1 ? [{ title: 'On Spark', ...clusterFiles(batch) }] : []),
    ...elsewhere(blueprint, pattern === 'asynchronous' ? waiting : scoring),
  ];
}

/** How a pattern is carried out by each platform. */
type Elsewhere = Readonly<Record<'kubernetes' | 'sagemaker', (blueprint: Blueprint) => AdvisedFiles>>;
const serving: Elsewhere = { kubernetes: kubernetesServing, sagemaker: sageMakerServing };
const scoring: Elsewhere = { kubernetes: kubernetesBatch, sagemaker: sageMakerBatch };
const waiting: Elsewhere = { kubernetes: kubernetesBatch, sagemaker: sageMakerAsync };

const TITLES = { kubernetes: 'On Kubernetes', sagemaker: 'On SageMaker' } as const;

const elsewhere = (blueprint: Blueprint, by: Elsewhere): readonly AdvisedGroup[] => {
  const { platform } = blueprint;
  return platform === 'machine' ? [] : [{ title: TITLES[platform], ...by[platform](blueprint) }];
};
