import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import type { ClusterApi } from '../deploy/kubernetes/cluster/api.ts';
import type { ClusterDeployment } from '../deploy/kubernetes/cluster/deployment.ts';
import type { Define } from './commands.ts';
import { type ControlOptions, withControlOptions } from './control.ts';
import { type Deploying, type Verb, withVerbs } from './deploy-verbs.ts';
import { documentOf, factsOf, type KubernetesFlags, withKubernetesFlags } from './kubernetes-options.ts';
import type { Terminal } from './terminal.ts';

interface DeployKubernetesOptions extends ControlOptions, KubernetesFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly forceConflicts?: boolean;
}

/** `deploy kubernetes VERB DIR|MODEL`: by server-side apply, with the rollout waited for. */
export const deployKubernetesCommand: Define = (command, terminal) => {
  command.description(
    'Brings a version to a cluster: what `package kubernetes` has written, or would write. Only what carries the label of the deployment is ever changed or removed.',
  );
  withVerbs(command, terminal, (verb, name) => {
    withKubernetesFlags(withControlOptions(verb))
      .argument('<source>', 'folder of `package kubernetes`, or model file, M, M@VERSION')
      .option(
        '--kubeconfig <file>',
        'where the cluster is and who we are (default: KUBECONFIG, ~/.kube/config)',
      )
      .option('--context <name>', 'context of it');
    if (name === 'apply')
      verb.option('--force-conflicts', 'take fields over that others own; without it they are shown');
    return (source: string) =>
      prepare(source, name, verb.optsWithGlobals<DeployKubernetesOptions>(), terminal);
  });
  weightsVerb(command, terminal);
};

/** `deploy kubernetes weights SOURCE [3=95 4=5]`: as the field manager of rollouts, whose weights they are from then on. */
function weightsVerb(command: Command, terminal: Terminal): void {
  const summary = 'show how requests are split between versions, or split them';
  const verb = command.command('weights').summary(summary).description(summary);
  verb
    .argument('<folder>', 'folder of `package kubernetes`')
    .argument('[weights...]', 'VERSION=PERCENT of each, 100 in all')
    .option(
      '--kubeconfig <file>',
      'where the cluster is and who we are (default: KUBECONFIG, ~/.kube/config)',
    )
    .option('--context <name>', 'context of it')
    .option('--namespace <name>', 'namespace of the route')
    .action(async (folder: string, weights: readonly string[]) => {
      const options = verb.optsWithGlobals<DeployKubernetesOptions>();
      const { connect } = await import('../deploy/kubernetes/cluster/api.ts');
      const { HttpRouteRouter } = await import('../deploy/kubernetes/cluster/http-route.ts');
      const { objectsIn } = await import('../deploy/kubernetes/read-folder.ts');
      const { deploymentOf } = await import('../deploy/kubernetes/cluster/deployment.ts');
      const { answerWeights } = await import('./router-weights.ts');
      const { deployment, namespace } = deploymentOf(objectsIn(folder), folder);
      const api = await connect({ ...options, namespace: namespace ?? options.namespace });
      const router = new HttpRouteRouter({ api, name: deployment.name });
      await answerWeights(router, weights, 'deploy kubernetes weights', terminal);
    });
}

async function prepare(
  source: string,
  verb: Verb,
  options: DeployKubernetesOptions,
  terminal: Terminal,
): Promise<Deploying> {
  const { connect } = await import('../deploy/kubernetes/cluster/api.ts');
  const { Cluster } = await import('../deploy/kubernetes/cluster/cloud.ts');
  const { rolesFor } = await import('../deploy/kubernetes/kinds.ts');
  const { deployment, namespace } = await wanted(source, options, terminal);
  const api = await connect({ ...options, namespace: namespace ?? options.namespace });
  const cloud = new Cluster({
    api,
    // What is shown or removed is as it is, whatever is wanted.
    resources: verb === 'plan' || verb === 'apply' ? deployment.resources : [],
    force: options.forceConflicts === true,
  });
  const roles = rolesFor(deployment.resources);
  return {
    deployment,
    cloud,
    about: about(api, roles),
    details: { server: api.server, namespace: api.namespace, roles },
  };
}

async function wanted(
  source: string,
  options: DeployKubernetesOptions,
  terminal: Terminal,
): Promise<ClusterDeployment> {
  const { deploymentOf } = await import('../deploy/kubernetes/cluster/deployment.ts');
  if (isFolder(source)) {
    const { objectsIn } = await import('../deploy/kubernetes/read-folder.ts');
    return deploymentOf(objectsIn(source), source);
  }
  const { packagedModel } = await import('./package-model.ts');
  const { specOf } = await import('../deploy/kubernetes/spec.ts');
  const { render } = await import('../deploy/kubernetes/render.ts');
  const spec = specOf(await documentOf(options), factsOf(await packagedModel(source, options, terminal)));
  return deploymentOf(
    render(spec).map(({ object }) => object),
    source,
  );
}

const isFolder = (path: string): boolean =>
  existsSync(path) && statSync(path).isDirectory() && existsSync(`${path}/kustomization.yaml`);

const about = ({ server, namespace }: ClusterApi, roles: readonly string[]): readonly string[] => [
  `In namespace ${namespace} of ${server}.`,
  'Permissions that it takes:',
  ...roles.map((role) => `  ${role}`),
];
