/** What a deployment on Vertex AI is to be: the document that people write and `package vertex` writes for them. Pure. */

import type { Static } from 'typebox';
import { mapOf, orNothing, transformed } from '../../schema/transformed.ts';
import { choice, either, field, flag, list, record, text, whole } from '../../schema/value-schema.ts';

/** Endpoint ids that begin with a letter: endpoint_service.proto, CreateEndpointRequest.endpoint_id. */
const ENDPOINT_ID = text(
  '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$',
  'small letters, digits and "-", at most 63, beginning with a letter and not ending with "-"',
);
const DEPLOYMENT = text(
  '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$',
  'small letters, digits and "-", at most 40, beginning with a letter and not ending with "-"',
);
const PROJECT = text(
  '^([a-z][a-z0-9-]{4,28}[a-z0-9]|[1-9][0-9]{5,18})$',
  'the id or the number of a project',
);
const LOCATION = text('^[a-z]+-[a-z]+[0-9]{1,2}$', 'a region such as "europe-west4"');
const IMAGE = text(
  '^([a-z0-9-]+-docker\\.pkg\\.dev|([a-z]+\\.)?gcr\\.io)/[a-z0-9._/-]{1,300}@sha256:[0-9a-f]{64}$',
  'an image in Artifact Registry by its digest: LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…',
);
const MACHINE_TYPE = text('^[a-z][a-z0-9]*-[a-z0-9-]{1,40}$', 'a machine type such as "n1-standard-2"');
const ACCELERATOR = text('^(NVIDIA|TPU)_[A-Z0-9_]{1,40}$', 'an accelerator such as "NVIDIA_TESLA_T4"');
const GCS = text(
  '^gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^\\s]{0,900})?$',
  'a place in Cloud Storage: gs://BUCKET/…',
);
const EMAIL = text('^[a-z0-9-]{1,63}@[a-z0-9.-]{1,200}$', 'the address of a service account');
/** env_var.proto: "must be a valid C identifier". */
const VARIABLE = text('^(?!AIP_)[A-Za-z_][A-Za-z0-9_]{0,127}$', 'the name of a variable, not one of AIP_*');
const VALUE = text('^[^\\u0000]{1,4096}$', 'a text of 1 to 4096 characters');
const MODEL = text('^[A-Za-z0-9][\\w.-]{0,99}$', 'the name of a model');
const DIGEST = text('^[0-9a-f]{64}$', 'a sha256 in hexadecimal digits');

/** `n1-standard-2`, or a table with more about it. */
const machineTable = record({
  type: field(MACHINE_TYPE, null, 'machine type of Compute Engine'),
  accelerator: field(orNothing(ACCELERATOR), null, 'kind of accelerator'),
  accelerators: field(whole(0, 16), 0, 'how many of them each machine has'),
});

/** Machines that a version, or a batch job, runs on. */
export type VertexMachine = Static<typeof machineTable>;
const shortMachine = transformed(
  MACHINE_TYPE,
  (type): VertexMachine => ({ type, accelerator: null, accelerators: 0 }),
);
const machine = either(shortMachine, machineTable, 'a machine type, or {type, accelerator, accelerators}');

const version = record({
  model: field(MODEL, null, 'model that the version is of'),
  version: field(whole(1, 1e9), null, 'its number'),
  digest: field(DIGEST, null, 'sha256 of its bundle'),
  /** In Artifact Registry, by its digest: what runs is what was pushed. */
  image: field(IMAGE, null, 'image that holds it, by digest'),
  /** Folder in Cloud Storage whose copy the container is told of, or null where the image holds the version. */
  artifacts: field(orNothing(GCS), null, 'its folder in Cloud Storage, where the image does not hold it'),
  traffic: field(whole(0, 100), 100, 'percent of the requests'),
  machine: field(machine, 'n1-standard-2', 'what it runs on'),
  replicas: field(
    record({
      min: field(whole(1, 1000), 1, 'machines that are always there'),
      max: field(whole(1, 1000), 1, 'machines at most'),
    }),
    {},
    'how many machines',
  ),
  /** Percent of use (of a core, of an accelerator) and requests per minute and replica that another replica is added at. */
  scaleAt: field(
    record({
      cpu: field(orNothing(whole(1, 100)), null, 'percent of its cores'),
      accelerator: field(orNothing(whole(1, 100)), null, 'percent of its accelerators'),
      requests: field(orNothing(whole(1, 1e6)), null, 'requests a minute'),
    }),
    {},
    'use of each machine at which another is added',
  ),
  spot: field(flag, false, 'machines that Google may take back at any time, for less money'),
  port: field(whole(1, 65535), 8080, 'port of the container'),
  env: field(mapOf(VARIABLE, VALUE), {}, 'variables of the container'),
  invoke: field(flag, false, 'every path can be asked; needs a dedicated endpoint'),
  // model.proto, ModelContainerSpec.deployment_timeout: "Limit for deployment timeout is 2 hours".
  deploymentTimeoutSeconds: field(whole(60, 7200), 1800, 'seconds until it must be healthy'),
  sharedMemoryMb: field(orNothing(whole(1, 1e6)), null, 'shared memory of the container'),
  accessLog: field(flag, false, 'whether Vertex logs every request'),
});

/** One version behind an endpoint. */
export type VertexVersion = Static<typeof version>;

const batch = record({
  name: field(DEPLOYMENT, null, 'its name in the deployment'),
  version: field(whole(1, 1e9), null, 'version that scores'),
  format: field(choice(['jsonl', 'csv']), 'jsonl', 'how its input is written'),
  input: field(list(GCS, { min: 1, max: 100 }), null, 'what is scored'),
  output: field(GCS, null, 'where the answers go'),
  machine: field(machine, 'n1-standard-2', 'what it runs on'),
  replicas: field(
    record({
      start: field(whole(1, 1000), 1, 'machines at first'),
      max: field(whole(1, 1000), 1, 'machines at most'),
    }),
    {},
    'how many machines',
  ),
});

/** A batch prediction over a version, on machines of its own. */
export type VertexBatch = Static<typeof batch>;

export const vertexDocument = record({
  target: field(choice(['vertex']), 'vertex', 'where it goes'),
  /** Name of the deployment; everything that it makes carries it. */
  deployment: field(DEPLOYMENT, null, 'name of the deployment'),
  project: field(PROJECT, null, 'project of Google Cloud'),
  location: field(LOCATION, null, 'region'),
  endpoint: field(
    record({
      id: field(ENDPOINT_ID, null, 'its id, by which clients call it'),
      dedicated: field(flag, false, 'whether it has a name and traffic of its own'),
      description: field(text('^[^\\u0000]{0,1000}$', 'a text of at most 1000 characters'), '', 'for people'),
    }),
    null,
    'the endpoint',
  ),
  /** Whom the containers act as, or null for an account that may do nothing in the project. */
  serviceAccount: field(orNothing(EMAIL), null, 'whom the containers act as'),
  versions: field(list(version, { min: 1, max: 10 }), null, 'versions behind the endpoint'),
  batch: field(list(batch, { min: 0, max: 20 }), [], 'batch predictions'),
});

export type VertexDocument = Static<typeof vertexDocument>;
