/** What a deployment on Vertex AI is to be: the document that people write and `package vertex` writes for them. Pure. */
import {
  choice,
  either,
  field,
  flag,
  list,
  number,
  orNothing,
  type Rule,
  record,
  table,
  text,
} from '../../schema/grammar.ts';

/** Machines that a version, or a batch job, runs on. */
export interface VertexMachine {
  /** Of Compute Engine: `n1-standard-2`. */
  readonly type: string;
  readonly accelerator: string | null;
  readonly accelerators: number;
}

/** One version behind an endpoint. */
export interface VertexVersion {
  readonly model: string;
  readonly version: number;
  /** sha256 of its bundle, hex. */
  readonly digest: string;
  /** In Artifact Registry, by its digest: what runs is what was pushed. */
  readonly image: string;
  /** Folder in Cloud Storage whose copy the container is told of, or null where the image holds the version. */
  readonly artifacts: string | null;
  /** Percent of the endpoint's requests. */
  readonly traffic: number;
  readonly machine: VertexMachine;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Percent of use (of a core, of an accelerator) and requests per minute and replica that another replica is added at. */
  readonly scaleAt: {
    readonly cpu: number | null;
    readonly accelerator: number | null;
    readonly requests: number | null;
  };
  readonly spot: boolean;
  readonly port: number;
  readonly env: ReadonlyMap<string, string>;
  /** Every path of the container can be asked, not only that of predictions. */
  readonly invoke: boolean;
  /** Seconds until a deployment that has not become healthy has failed. */
  readonly deploymentTimeoutSeconds: number;
  readonly sharedMemoryMb: number | null;
  readonly accessLog: boolean;
}

/** A batch prediction over a version, on machines of its own. */
export interface VertexBatch {
  readonly name: string;
  /** Number of the version that scores. */
  readonly version: number;
  readonly format: 'jsonl' | 'csv';
  readonly input: readonly string[];
  readonly output: string;
  readonly machine: VertexMachine;
  readonly replicas: { readonly start: number; readonly max: number };
}

export interface VertexDocument {
  readonly target: 'vertex';
  /** Name of the deployment; everything that it makes carries it. */
  readonly deployment: string;
  readonly project: string;
  readonly location: string;
  readonly endpoint: {
    readonly id: string;
    /** Reached by a name of its own, apart from others' traffic. */
    readonly dedicated: boolean;
    readonly description: string;
  };
  /** Whom the containers act as, or null for an account that may do nothing in the project. */
  readonly serviceAccount: string | null;
  readonly versions: readonly VertexVersion[];
  readonly batch: readonly VertexBatch[];
}

const whole = (min: number, max: number): Rule<number> => number({ min, max, step: 1 });
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
const machineTable = record<VertexMachine>({
  type: field(MACHINE_TYPE, null, 'machine type of Compute Engine'),
  accelerator: field(orNothing(ACCELERATOR), null, 'kind of accelerator'),
  accelerators: field(whole(0, 16), 0, 'how many of them each machine has'),
});
const shortMachine: Rule<VertexMachine> = {
  schema: MACHINE_TYPE.schema,
  parse: (value, path, problems) => ({
    type: MACHINE_TYPE.parse(value, path, problems),
    accelerator: null,
    accelerators: 0,
  }),
};
const machine = either(shortMachine, machineTable, 'a machine type, or {type, accelerator, accelerators}');

const version = record<VertexVersion>({
  model: field(MODEL, null, 'model that the version is of'),
  version: field(whole(1, 1e9), null, 'its number'),
  digest: field(DIGEST, null, 'sha256 of its bundle'),
  image: field(IMAGE, null, 'image that holds it, by digest'),
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
  env: field(table(VARIABLE, VALUE), {}, 'variables of the container'),
  invoke: field(flag, false, 'every path can be asked; needs a dedicated endpoint'),
  // model.proto, ModelContainerSpec.deployment_timeout: "Limit for deployment timeout is 2 hours".
  deploymentTimeoutSeconds: field(whole(60, 7200), 1800, 'seconds until it must be healthy'),
  sharedMemoryMb: field(orNothing(whole(1, 1e6)), null, 'shared memory of the container'),
  accessLog: field(flag, false, 'whether Vertex logs every request'),
});

const batch = record<VertexBatch>({
  name: field(DEPLOYMENT, null, 'its name in the deployment'),
  version: field(whole(1, 1e9), null, 'version that scores'),
  format: field(choice(['jsonl', 'csv'] as const), 'jsonl', 'how its input is written'),
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

export const vertexDocument = record<VertexDocument>({
  target: field(choice(['vertex'] as const), 'vertex', 'where it goes'),
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
  serviceAccount: field(orNothing(EMAIL), null, 'whom the containers act as'),
  versions: field(list(version, { min: 1, max: 10 }), null, 'versions behind the endpoint'),
  batch: field(list(batch, { min: 0, max: 20 }), [], 'batch predictions'),
});
