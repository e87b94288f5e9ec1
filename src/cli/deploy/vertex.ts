import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TrafficRouter } from '../../deploy/routers/port.ts';
import { type DefineCommand, ignoreGlobalOptions } from '../command.ts';
import { ignoredBy, type PreparedDeployment, withDeployVerbs } from './verbs.ts';
import { withWeightsCommand } from './weights.ts';

/** `deploy vertex`: carries out what `package vertex` has written. */
export const deployVertexCommand: DefineCommand = (command, terminal) => {
  command
    .description('Deploys to Vertex AI what a document says, as `package vertex` writes it.')
    .addHelpText('after', HELP);
  withDeployVerbs(command, terminal, 'churn-vertex', (verb, name) => {
    withDocument(ignoreGlobalOptions(verb, ignoredBy(name)));
    return (path: string) => deploying(path, verb.opts<DeployOptions>());
  });
  withWeightsCommand(command, terminal, 'churn-vertex', (verb) => {
    withDocument(verb);
    return (path: string) => routerOf(path, verb.opts<DeployOptions>());
  });
};

interface DeployOptions {
  readonly endpoint?: string;
}

const withDocument = (verb: Command): Command =>
  verb
    .argument('<document>', 'vertex.yaml, or its folder')
    .option('--endpoint <url>', 'another server than that of Google, for tests: http://127.0.0.1:PORT');

const TIME = { sleep: (millis: number) => sleep(millis), monotonic: () => performance.now() };

async function routerOf(path: string, { endpoint }: DeployOptions): Promise<TrafficRouter> {
  const { addressOf } = await import('../../deploy/vertex/address.ts');
  const { readVertexDocument } = await import('../../deploy/vertex/folder.ts');
  const { openSite } = await import('../../deploy/vertex/cloud.ts');
  const { vertexRouter } = await import('../../deploy/vertex/weights.ts');
  const { document } = readVertexDocument(path);
  const site = openSite(document, { address: addressOf(endpoint), ...TIME });
  return vertexRouter(site, document.endpoint.id);
}

async function deploying(path: string, { endpoint }: DeployOptions): Promise<PreparedDeployment> {
  const { addressOf } = await import('../../deploy/vertex/address.ts');
  const { readVertexDocument } = await import('../../deploy/vertex/folder.ts');
  const { renderVertex } = await import('../../deploy/vertex/render.ts');
  const { openSite, vertexCloud } = await import('../../deploy/vertex/cloud.ts');
  const { aboutVertex, vertexDetailsOf } = await import('../../deploy/vertex/plan-details.ts');
  const { document } = readVertexDocument(path);
  const deployment = renderVertex(document);
  const site = openSite(document, { address: addressOf(endpoint), ...TIME });
  const { resources } = deployment;
  return {
    deployment,
    cloud: vertexCloud(site, resources),
    about: aboutVertex(document),
    details: vertexDetailsOf(document),
  };
}

const HELP = `
Credentials are those of Google's own tools: GOOGLE_APPLICATION_CREDENTIALS, \`gcloud auth application-default login\`, or the
account of the machine.

Examples:
  $ plimsoll deploy vertex plan churn-vertex
  $ plimsoll deploy vertex apply churn-vertex
  $ plimsoll deploy vertex weights churn-vertex 3=95 4=5
  $ plimsoll deploy vertex destroy churn-vertex
`;
