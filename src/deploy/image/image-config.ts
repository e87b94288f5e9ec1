import packageJson from '../../../package.json' with { type: 'json' };
import { BUNDLES_VARIABLE, IMAGE_MODELS, type PackagedModel } from '../packaged.ts';
import { APP } from './app.ts';
import { USER } from './base.ts';
import { type Descriptor, type ImageLayer, MEDIA, type Platform } from './layout.ts';
import { MALLOC_ENVIRONMENT } from './malloc.ts';

/** The documents of an image (image-spec: config.md, manifest.md, image-index.md). Their bytes follow from the layers alone. */

const PORT = 8080;
/** No image is older than another: what is in it says when it is from. */
const CREATED = '1970-01-01T00:00:00Z';

/** What a layer is for, as `history` tells it. */
const PARTS: Readonly<Record<ImageLayer['part'], string>> = {
  base: 'Node and the libraries it needs',
  onnxruntime: 'onnxruntime',
  batch: 'DuckDB',
  app: `plimsoll ${packageJson.version}`,
  model: 'the version that is served',
};

/** What registries, scanners and platforms read. */
export function imageLabelsOf(model: PackagedModel): Readonly<Record<string, string>> {
  return {
    // SageMaker gives a port, and loads and unloads models, only where an image says that it can.
    'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
    'com.amazonaws.sagemaker.capabilities.multi-models': 'true',
    ...annotationsOf(model),
    ...modelLabels(model),
    'plimsoll.version': packageJson.version,
  };
}

const modelLabels = ({
  name,
  version,
  digest,
  manifest,
}: PackagedModel): Readonly<Record<string, string>> => ({
  'plimsoll.model.name': name,
  'plimsoll.model.version': String(version),
  'plimsoll.model.digest': `sha256:${digest}`,
  'plimsoll.model.runtime': manifest.runtime,
});

/** The names of image-spec, annotations.md. No licences: nobody has said that of the model; of all else the list of contents does. */
const annotationsOf = ({ name, version, manifest }: PackagedModel): Readonly<Record<string, string>> => ({
  'org.opencontainers.image.title': name,
  'org.opencontainers.image.version': String(version),
  'org.opencontainers.image.description': `${name}@${version}, ${manifest.framework.name}, served by plimsoll ${packageJson.version}`,
});

export function imageConfig(model: PackagedModel, platform: Platform, layers: readonly ImageLayer[]): object {
  return {
    created: CREATED,
    architecture: platform.architecture,
    os: platform.os,
    config: {
      User: `${USER}:${USER}`,
      ExposedPorts: { [`${PORT}/tcp`]: {} },
      Env: ['PATH=/usr/local/bin', 'HOME=/tmp', `${BUNDLES_VARIABLE}=${IMAGE_MODELS}`, ...MALLOC_ENVIRONMENT],
      Entrypoint: ['/usr/local/bin/node', `/${APP}/main.js`],
      Cmd: ['serve'],
      WorkingDir: '/tmp',
      Labels: imageLabelsOf(model),
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ part }) => ({
      created: CREATED,
      created_by: 'plimsoll package oci',
      comment: PARTS[part],
    })),
  };
}

/** Of an image that holds a version and nothing that could be run. */
export const modelConfig = (
  model: PackagedModel,
  { os, architecture }: Platform,
  layers: readonly ImageLayer[],
): object => ({
  created: CREATED,
  architecture,
  os,
  config: { Labels: { ...annotationsOf(model), ...modelLabels(model) } },
  rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
});

export const imageManifest = (
  model: PackagedModel,
  config: Descriptor,
  layers: readonly ImageLayer[],
): object => ({
  schemaVersion: 2,
  // Some registries refuse a manifest that does not say what it is.
  mediaType: MEDIA.manifest,
  config,
  layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  annotations: annotationsOf(model),
});

export const imageIndex = (manifest: Descriptor, reference: string): object => ({
  schemaVersion: 2,
  mediaType: MEDIA.index,
  manifests: [
    {
      ...manifest,
      annotations: {
        'io.containerd.image.name': `docker.io/library/${reference}`,
        'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
      },
    },
  ],
});

/** What Docker reads of an archive, in versions that do not know the layout of OCI. */
export const dockerManifest = (
  config: Descriptor,
  layers: readonly ImageLayer[],
  reference: string,
): object => {
  const path = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
  return [
    {
      Config: path(config.digest),
      RepoTags: [reference],
      Layers: layers.map(({ digest }) => path(digest)),
    },
  ];
};

/**
 * What the image is called: `NAME:VERSION`, the name as references want it (distribution-spec, "Pulling manifests"): lower
 * case, single separators.
 */
export function referenceOf({ name, version }: PackagedModel): string {
  const spelled = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${spelled === '' ? 'model' : spelled}:${version}`;
}
