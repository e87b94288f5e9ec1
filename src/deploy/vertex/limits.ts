/** What has to hold between the settings of a document, as the API would say only once half of it is there. Pure. */
import type { VertexBatch, VertexDocument, VertexMachine, VertexVersion } from './document.ts';

/** A line for every mistake. */
export function vertexLimitProblems(document: VertexDocument): readonly string[] {
  const { versions, batch } = document;
  const total = versions.reduce((sum, { traffic }) => sum + traffic, 0);
  const named = versions.map(({ model, version }) => `${model}@${version}`);
  const again = named.find((name, i) => named.indexOf(name) < i);
  const names = batch.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return [
    ...(total === 100 ? [] : [`the traffic of all versions adds up to ${total}, wanted 100`]),
    ...(again === undefined ? ambiguous(versions) : [`${again} is there twice among the versions`]),
    ...(twice === undefined ? [] : [`batch "${twice}" is there twice`]),
    ...versions.flatMap((version, i) => ofVersion(version, `versions[${i}]`, document)),
    ...batch.flatMap((job, i) => ofBatch(job, `batch[${i}]`, document)),
  ];
}

/** Shares and batch predictions know versions by their numbers. */
function ambiguous(versions: readonly VertexVersion[]): string[] {
  const again = versions.find(
    ({ version }, i) => versions.findIndex((other) => other.version === version) < i,
  )?.version;
  if (again === undefined) return [];
  const models = versions.filter(({ version }) => version === again).map(({ model }) => model);
  return [
    `number ${again} is that of versions of ${models.join(' and ')}: put each into a deployment of its own`,
  ];
}

/**
 * Of a repository in one region; those of several regions and of gcr.io say no more. custom-container-requirements,
 * publishing: the region of the repository has to match that of the endpoint that is asked.
 */
function ofImage(image: string, path: string, location: string): string[] {
  const [, region] = /^([a-z]+-[a-z]+[0-9]{1,2})-docker\.pkg\.dev\//.exec(image) ?? [];
  return region === undefined || region === location
    ? []
    : [`${path} lies in ${region}, wanted ${location}: Vertex takes images of its own region`];
}

function ofVersion(version: VertexVersion, path: string, { endpoint, location }: VertexDocument): string[] {
  const { replicas, scaleAt, machine, invoke, image } = version;
  const scales = Object.values(scaleAt).some((at) => at !== null);
  return [
    ...(replicas.max >= replicas.min
      ? []
      : [`${path}.replicas.max is ${replicas.max}, wanted ${replicas.min} or more, as min is`]),
    ...(scales && replicas.max === replicas.min
      ? [`${path}.scaleAt does nothing while replicas.min and replicas.max are both ${replicas.min}`]
      : []),
    ...(scaleAt.accelerator !== null && machine.accelerators === 0
      ? [`${path}.scaleAt.accelerator is given, but the machine has none`]
      : []),
    // model.proto, ModelContainerSpec.invoke_route_prefix: "can only be deployed to dedicated endpoint".
    ...(invoke && !endpoint.dedicated ? [`${path}.invoke needs endpoint.dedicated: true`] : []),
    ...ofMachine(machine, `${path}.machine`),
    ...ofImage(image, `${path}.image`, location),
  ];
}

function ofBatch(
  { version, machine, replicas }: VertexBatch,
  path: string,
  { versions }: VertexDocument,
): string[] {
  return [
    ...(versions.some((one) => one.version === version)
      ? []
      : [`${path}.version is ${version}, which is not among the versions`]),
    ...(replicas.max >= replicas.start
      ? []
      : [`${path}.replicas.max is ${replicas.max}, wanted ${replicas.start} or more, as start is`]),
    ...ofMachine(machine, `${path}.machine`),
  ];
}

const ofMachine = ({ accelerator, accelerators }: VertexMachine, path: string): string[] =>
  (accelerator === null) === (accelerators === 0)
    ? []
    : [`${path} names accelerator ${accelerator ?? 'none'} and ${accelerators} of them`];
