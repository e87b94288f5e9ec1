import { existsSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ClusterApi } from '../../deploy/kubernetes/cluster/api.ts';
import type { ClusterDeployment } from '../../deploy/kubernetes/cluster/deployment.ts';
import type { DryRunRefusal } from '../../deploy/kubernetes/cluster/dry-run.ts';
import type { PackagedModel } from '../../deploy/packaged.ts';
import type { TrafficRouter } from '../../deploy/routers/port.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { printable } from '../output/printable.ts';
import type { Terminal } from '../output/terminal.ts';
import {
  type KubernetesFlags,
  kubernetesDocument,
  kubernetesModelFacts,
  withKubernetesFlags,
} from './kubernetes-options.ts';
import { type DeployVerb, type PreparedDeployment, withDeployVerbs } from './verbs.ts';
import { withWeightsCommand } from './weights.ts';

interface DeployKubernetesOptions extends ControlOptions, KubernetesFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly forceConflicts?: boolean;
}

/** `deploy kubernetes VERB DIR|MODEL`: by server-side apply, with the rollout waited for. */
export const deployKubernetesCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Brings a version to a cluster: what `package kubernetes` has written, or would write. Only what carries the label of the deployment is ever changed or removed.',
    )
    .addHelpText('after', HELP);
  withDeployVerbs(command, terminal, 'churn-kubernetes', (verb, name) => {
    withCluster(withKubernetesFlags(withControlOptions(verb))).argument(
      '<source>',
      'folder of `package kubernetes`, or model file, M, M@VERSION',
    );
    if (name === 'apply')
      verb.option('--force-conflicts', 'take over fields that others own, instead of listing them');
    return (source: string) => {
      if (isFolder(source)) refuseFlags(source, verb, `deploy kubernetes ${name}`);
      return prepare(source, name, verb.optsWithGlobals<DeployKubernetesOptions>(), terminal);
    };
  });
  withWeightsCommand(command, terminal, 'churn-kubernetes', (verb) => {
    withCluster(verb.argument('<folder>', 'folder of `package kubernetes`')).option(
      '--namespace <name>',
      'namespace of the route',
    );
    return (folder: string) => routerOf(folder, verb.optsWithGlobals<DeployKubernetesOptions>());
  });
};

const withCluster = (verb: Command): Command =>
  verb
    .option('--kubeconfig <file>', 'kubeconfig of the cluster (default: KUBECONFIG, ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig');

/** A folder says itself what is wanted: a flag beside it would be dropped. Throws USAGE. */
function refuseFlags(folder: string, verb: Command, command: string): void {
  const given = withKubernetesFlags(new Command()).options.find((option) => {
    const key = option.attributeName();
    return key !== 'namespace' && verb.getOptionValueSource(key) === 'cli';
  });
  if (given === undefined) return;
  const reason = `${given.long} is for a model, and ${folder} is a folder that says what is wanted: write it anew with \`package kubernetes\`, or change its files`;
  throw new PlimsollError('USAGE', { reason, command });
}

/** As the field manager of rollouts, whose weights they are from then on. */
async function routerOf(folder: string, options: DeployKubernetesOptions): Promise<TrafficRouter> {
  const { connect } = await import('../../deploy/kubernetes/cluster/api.ts');
  const { HttpRouteRouter } = await import('../../deploy/kubernetes/cluster/http-route.ts');
  const { objectsIn } = await import('../../deploy/kubernetes/read-folder.ts');
  const { deploymentOf } = await import('../../deploy/kubernetes/cluster/deployment.ts');
  const { deployment, namespace } = deploymentOf(objectsIn(folder), folder);
  const api = await connect({ ...options, namespace: oneNamespace(folder, namespace, options) });
  return new HttpRouteRouter({ api, name: deployment.name });
}

async function prepare(
  source: string,
  verb: DeployVerb,
  options: DeployKubernetesOptions,
  terminal: Terminal,
): Promise<PreparedDeployment> {
  const { connect } = await import('../../deploy/kubernetes/cluster/api.ts');
  const { ClusterCloud } = await import('../../deploy/kubernetes/cluster/cloud.ts');
  const { refusals } = await import('../../deploy/kubernetes/cluster/dry-run.ts');
  const { rolesFor } = await import('../../deploy/kubernetes/kinds.ts');
  const { deployment, namespace } = await wanted(source, options, terminal);
  const api = await connect({ ...options, namespace: oneNamespace(source, namespace, options) });
  const cloud = new ClusterCloud({
    api,
    // What is shown or removed is as it is, whatever is wanted.
    resources: verb === 'plan' || verb === 'apply' ? deployment.resources : [],
    force: options.forceConflicts === true,
  });
  const roles = rolesFor(deployment.resources);
  const refused = verb === 'plan' ? await refusals(api, deployment, false) : [];
  return {
    deployment,
    cloud,
    about: [...saidAgainst(refused), ...about(api, roles)],
    details: { server: api.server, namespace: api.namespace, roles, ...(verb === 'plan' ? { refused } : {}) },
  };
}

/** Throws USAGE where a flag says another one than the objects. */
function oneNamespace(
  source: string,
  ofObjects: string | null,
  { namespace }: DeployKubernetesOptions,
): string | undefined {
  if (ofObjects === null || namespace === undefined || ofObjects === namespace) return ofObjects ?? namespace;
  const reason = `--namespace is "${namespace}", but the objects of ${source} are for "${ofObjects}"`;
  throw new PlimsollError('USAGE', { reason, command: 'deploy kubernetes' });
}

async function wanted(
  source: string,
  options: DeployKubernetesOptions,
  terminal: Terminal,
): Promise<ClusterDeployment> {
  const { deploymentOf } = await import('../../deploy/kubernetes/cluster/deployment.ts');
  if (isFolder(source)) {
    const { objectsIn } = await import('../../deploy/kubernetes/read-folder.ts');
    return deploymentOf(objectsIn(source), source);
  }
  const { kubernetesSpecOf } = await import('../../deploy/kubernetes/spec.ts');
  const { render } = await import('../../deploy/kubernetes/render.ts');
  const spec = kubernetesSpecOf(
    await kubernetesDocument(options),
    kubernetesModelFacts(await modelOf(source, options, terminal)),
  );
  return deploymentOf(
    render(spec).map(({ object }) => object),
    source,
  );
}

const isFolder = (path: string): boolean => existsSync(`${path}/kustomization.yaml`);

/** Throws KUBERNETES_FOLDER_INVALID for a folder that holds no model either. */
async function modelOf(
  source: string,
  options: DeployKubernetesOptions,
  terminal: Terminal,
): Promise<PackagedModel> {
  const { packagedModel } = await import('../package/model.ts');
  try {
    return await packagedModel(source, options, terminal);
  } catch (error) {
    const isOther = isPlimsollError(error) && error.code === 'FILE_UNREADABLE';
    if (!isOther || !statSync(source, { throwIfNoEntry: false })?.isDirectory()) throw error;
    const problem = 'it has no kustomization.yaml, and no model either';
    throw new PlimsollError('KUBERNETES_FOLDER_INVALID', { path: source, problem }, { cause: error });
  }
}

const saidAgainst = (refused: readonly DryRunRefusal[]): readonly string[] =>
  refused.length === 0
    ? []
    : [
        'The cluster has tried it, and refuses:',
        ...refused.map(({ code, message }) => `  ${code}: ${printable(message)}`),
      ];

const about = ({ server, namespace }: ClusterApi, roles: readonly string[]): readonly string[] => [
  `In namespace ${namespace} of ${server}.`,
  'Permissions that it takes:',
  ...roles.map((role) => `  ${role}`),
];

const HELP = `
Examples:
  $ plimsoll deploy kubernetes plan churn-kubernetes
  $ plimsoll deploy kubernetes apply churn-kubernetes --context production
  $ plimsoll deploy kubernetes weights churn-kubernetes 3=95 4=5
  $ plimsoll deploy kubernetes destroy churn-kubernetes
`;
