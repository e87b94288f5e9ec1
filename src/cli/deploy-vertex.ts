import { setTimeout as sleep } from 'node:timers/promises';
import type { Define } from './commands.ts';
import { type Deploying, withVerbs } from './deploy-verbs.ts';

/** `deploy vertex`: carries out what `package vertex` has written. */
export const deployVertexCommand: Define = (command, terminal) => {
  command
    .description('Deploys to Vertex AI what a document says, as `package vertex` writes it.')
    .addHelpText('after', HELP);
  withVerbs(command, terminal, (verb) => {
    verb
      .argument('<document>', 'vertex.yaml, or its folder')
      .option(
        '--endpoint <url>',
        'another server than that of Google, for tests: http://127.0.0.1:PORT (gRPC)',
      );
    return (path: string) => deploying(path, verb.opts<{ readonly endpoint?: string }>().endpoint);
  });
};

async function deploying(path: string, endpoint: string | undefined): Promise<Deploying> {
  const { addressOf } = await import('../deploy/vertex/address.ts');
  const { readDocument } = await import('../deploy/vertex/folder.ts');
  const { renderVertex } = await import('../deploy/vertex/render.ts');
  const { openSite, vertexCloud } = await import('../deploy/vertex/cloud.ts');
  const { aboutVertex, detailsOf } = await import('../deploy/vertex/about.ts');
  const { document } = readDocument(path);
  const deployment = renderVertex(document);
  const time = { sleep: (millis: number) => sleep(millis), monotonic: () => performance.now() };
  const site = openSite(document, { address: addressOf(endpoint), ...time });
  const { resources } = deployment;
  return {
    deployment,
    cloud: vertexCloud(site, resources),
    about: aboutVertex(document),
    details: detailsOf(document),
  };
}

const HELP = `
Credentials are those of Google's own tools: GOOGLE_APPLICATION_CREDENTIALS, \`gcloud auth application-default login\`, or the
account of the machine.

Examples:
  $ plimsoll deploy vertex plan churn-vertex
  $ plimsoll deploy vertex apply churn-vertex
  $ plimsoll deploy vertex destroy churn-vertex
`;
