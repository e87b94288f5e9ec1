import { PlimsollError } from '../core/errors.ts';
import { isOneOf } from '../core/record.ts';
import type { AliasSet } from '../metrics/alias-sets.ts';
import type { AccessSettings, TlsFiles } from './access.ts';
import { accessIn, tlsIn } from './access-settings.ts';
import { type ConnectionSettings, connectionsIn } from './connection-settings.ts';
import { type Contract, PLAIN } from './contract.ts';
import { kserveArguments } from './kserve-arguments.ts';
import { type ReadSetting, SETTINGS, type SettingName, type SettingValue } from './settings.ts';

/** Everything that static serving needs to know, checked. */
export interface ContainerConfig {
  readonly contract: Contract;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Largest request body in bytes. */
  readonly maxBody: number;
  readonly connections: ConnectionSettings;
  /** Milliseconds that a prediction may take in threads, or null for the usual. */
  readonly maxScoreMillis: number | null;
  readonly metricsAliases: readonly AliasSet[];
  /** Whom it lets in, and how. */
  readonly access: AccessSettings;
  readonly tls: TlsFiles | null;
  readonly places: ModelPlaces;
  /** Name of a model that comes without one, as the platform says it; null where it says none. */
  readonly model: string | null;
  /** What is said of a raw model that is mounted, as `--member`, `--missing` and `--iterations` say it elsewhere. */
  readonly choices: MountChoices;
  /** Milliseconds between SIGTERM and the platform's SIGKILL. */
  readonly graceMillis: number;
  /** Bytes that models may take together, or null for what the machine has (multi-model alone). */
  readonly memoryBytes: number | null;
  /** Folder below which a platform unpacks models that come and go. */
  readonly modelsRoot: string;
  /** Settings of the platform that nothing here follows, for the log. */
  readonly unused: readonly string[];
}

/** Choices of a raw model; absent where nothing is said. */
export interface MountChoices {
  readonly member?: string;
  readonly missing?: number;
  readonly iterations?: number;
}

/** Where models may be, in the order in which they are looked for; the first place that holds something is served. */
export interface ModelPlaces {
  /** Folder that the platform fills, or null. */
  readonly mount: string | null;
  /** `gs://…` whose objects are to be fetched, or null. */
  readonly storage: string | null;
  /** Tree of bundles that came with the image, `NAME/VERSION/`, or null. */
  readonly bundles: string | null;
}

/** What a process finds when it starts. */
export interface ContainerEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the program: `serve`, and those of KServe's runtimes. */
  readonly args: readonly string[];
  /** Whether a folder is there and holds something. */
  readonly isFilled: (path: string) => boolean;
}

type Kind = Contract['kind'];

/** Says which contract holds, where the surroundings say two or none: the ServingRuntime of KServe sets it. */
const CONTRACT_VARIABLE = 'PLIMSOLL_CONTRACT';
const KINDS: readonly Kind[] = ['plain', 'sagemaker', 'vertex', 'kserve'];

/** Where SageMaker unpacks `ModelDataUrl` (docs/sagemaker/latest/dg/your-algorithms-inference-code.html). */
const SAGEMAKER_MODEL = '/opt/ml/model';
/** Where SageMaker unpacks the models of a multi-model endpoint. */
const SAGEMAKER_MODELS = '/opt/ml/models';
/** Where KServe's storage initializer, or an image volume, puts the model. */
const KSERVE_MODEL = '/mnt/models';

const DEFAULT_PORT = 8080;
/** A container has a network of its own: whoever asks comes from outside. */
const EVERYBODY = '0.0.0.0';
const GRACE_SECONDS = 30;
const MEBI = 2 ** 20;

/**
 * Reads once what a platform says to the process it starts. Throws CONTRACT_AMBIGUOUS where it looks like two platforms,
 * CONFIG_INVALID that names every setting that is none, at once.
 */
export function containerConfig(surroundings: ContainerEnvironment): ContainerConfig {
  const { env } = surroundings;
  const problems: string[] = [];
  const kserve = kserveArguments(surroundings.args, problems);
  const kind = kindOf(surroundings, kserve.given, problems);
  const read = readerOf(env, problems);
  const value = settingsOf({ PLIMSOLL_HOST: EVERYBODY, ...env }, problems);
  const own = env['PLIMSOLL_PORT'] ? value('port') : null;
  const theirs = portOf(kind, env, kserve.port, read);
  if (own !== null && theirs !== null && own !== theirs)
    problems.push(`PLIMSOLL_PORT is ${own}, but the platform wants ${theirs}`);
  checkPortRange(env['SAGEMAKER_SAFE_PORT_RANGE'], problems);
  const timeout = kind === 'sagemaker' ? read('SAGEMAKER_MODEL_SERVER_TIMEOUT', SECONDS, positive) : null;
  const contract = contractOf(kind, env, problems);
  const grace = read('PLIMSOLL_GRACE', SECONDS, positive);
  const config: ContainerConfig = {
    contract,
    host: value('host'),
    port: theirs ?? own ?? DEFAULT_PORT,
    maxBody: maxBodyOf(value('maxBody'), read),
    connections: connectionsIn(value),
    maxScoreMillis: timeout === null ? null : timeout * 1000,
    metricsAliases: value('metricsAliases'),
    access: accessIn(value, contract, problems),
    tls: tlsIn(value, problems),
    places: placesOf(kind, env, kserve.folder, problems),
    model: kserve.name ?? (env['PLIMSOLL_MODEL'] || null),
    choices: choicesOf(env, read),
    graceMillis: (grace ?? GRACE_SECONDS) * 1000,
    memoryBytes: read('PLIMSOLL_MODELS_MEMORY', SETTINGS.maxBody.wanted, SETTINGS.maxBody.parse),
    modelsRoot: env['PLIMSOLL_MODELS_ROOT'] || SAGEMAKER_MODELS,
    unused: UNUSED.filter((name) => kind === 'sagemaker' && (env[name] ?? '') !== ''),
  };
  if (problems.length === 0) return config;
  throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
}

/** SageMaker's settings for stacks of processes in Python; there is one process here, which scales by threads. */
const UNUSED = ['SAGEMAKER_MODEL_SERVER_WORKERS', 'SAGEMAKER_PROGRAM', 'SAGEMAKER_SUBMIT_DIRECTORY'];

/** Throws CONTRACT_AMBIGUOUS. */
function kindOf(
  { env, isFilled }: ContainerEnvironment,
  hasKserveArguments: boolean,
  problems: string[],
): Kind {
  const said = env[CONTRACT_VARIABLE];
  if (said !== undefined && said !== '') {
    if (isOneOf(KINDS, said)) return said;
    problems.push(`${CONTRACT_VARIABLE} is "${said}", wanted one of ${KINDS.join(', ')}`);
    return 'plain';
  }
  const variable = (prefix: string): string | undefined =>
    Object.keys(env).find((name) => name.startsWith(prefix) && (env[name] ?? '') !== '');
  const signs: readonly (readonly [Kind, string | false | undefined])[] = [
    ['sagemaker', variable('SAGEMAKER_') ?? (isFilled(SAGEMAKER_MODEL) && SAGEMAKER_MODEL)],
    ['vertex', variable('AIP_')],
    ['kserve', hasKserveArguments ? '--model_name' : isFilled(KSERVE_MODEL) && KSERVE_MODEL],
  ];
  const seen = signs.filter(([, sign]) => sign !== undefined && sign !== false);
  if (seen.length < 2) return seen[0]?.[0] ?? 'plain';
  const found = seen.map(([kind, sign]) => `${kind} (${sign})`).join(' and ');
  throw new PlimsollError('CONTRACT_AMBIGUOUS', { found, variable: CONTRACT_VARIABLE });
}

function contractOf(kind: Kind, env: ContainerEnvironment['env'], problems: string[]): Contract {
  if (kind === 'plain') return PLAIN;
  const bare = { ...PLAIN, kind, predictionsOnly: true };
  if (kind === 'sagemaker') {
    const multiModel = env['SAGEMAKER_MULTI_MODEL'] === 'true';
    return { ...bare, multiModel, defaultAccept: defaultAcceptIn(env, problems) };
  }
  if (kind === 'kserve') return bare;
  const route = (name: string): string | null => {
    const path = env[name];
    if (path === undefined || path === '') return null;
    if (!ROUTE.test(path))
      problems.push(`${name} is ${JSON.stringify(path)}, wanted a path such as /predict`);
    return path;
  };
  return { ...bare, predictRoute: route('AIP_PREDICT_ROUTE'), healthRoute: route('AIP_HEALTH_ROUTE') };
}

/** What SageMaker's toolkits read, too (sagemaker_inference/environment.py). */
function defaultAcceptIn(env: ContainerEnvironment['env'], problems: string[]): string | null {
  const type = env['SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT'];
  if (type === undefined || type === '') return null;
  if (!MEDIA_TYPE.test(type))
    problems.push(
      `SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT is ${JSON.stringify(type)}, wanted a media type such as text/csv`,
    );
  return type;
}

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.-]+)*$/;
const ROUTE = /^\/[\w.~!$&'()*+,;=:@%/-]*$/;

type Read = <T>(name: string, wanted: string, parse: (text: string) => T | undefined) => T | null;

/** Reads one variable; null where it is not set, and after noting the problem where it is no good. */
function readerOf(env: ContainerEnvironment['env'], problems: string[]): Read {
  return (name, wanted, parse) => {
    const text = env[name];
    if (text === undefined || text === '') return null;
    const value = parse(text);
    if (value === undefined) problems.push(`${name} is ${JSON.stringify(text)}, wanted ${wanted}`);
    return value ?? null;
  };
}

/** Reads the settings that `serve` has, too. */
const settingsOf =
  (env: ContainerEnvironment['env'], problems: string[]): ReadSetting =>
  <N extends SettingName>(name: N) => {
    const { env: variable, wanted, fallback } = SETTINGS[name];
    const parse = SETTINGS[name].parse as (text: string) => SettingValue<N> | undefined;
    return readerOf(env, problems)(variable, wanted, parse) ?? parse(fallback)!;
  };

function choicesOf(env: ContainerEnvironment['env'], read: Read): MountChoices {
  const member = env['PLIMSOLL_MEMBER'] || null;
  const missing = read('PLIMSOLL_MISSING', 'a finite number such as -999', (text) =>
    text.trim() !== '' && Number.isFinite(Math.fround(Number(text))) ? Number(text) : undefined,
  );
  const iterations = read('PLIMSOLL_ITERATIONS', 'a whole number from 1 on', (text) =>
    /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined,
  );
  return {
    ...(member === null ? {} : { member }),
    ...(missing === null ? {} : { missing }),
    ...(iterations === null ? {} : { iterations }),
  };
}

const SECONDS = 'seconds from 1 to 3600';
const positive = (text: string): number | undefined =>
  /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3600 ? Number(text) : undefined;
const listening = (text: string): number | undefined =>
  text === '0' ? undefined : SETTINGS.port.parse(text);

/** The port that the platform asks at, where it says one. */
function portOf(
  kind: Kind,
  env: ContainerEnvironment['env'],
  kserve: number | null,
  read: Read,
): number | null {
  const wanted = 'a port from 1 to 65535';
  if (kind === 'sagemaker') return read('SAGEMAKER_BIND_TO_PORT', wanted, listening);
  if (kind === 'vertex') return read('AIP_HTTP_PORT', wanted, listening);
  if (kind === 'kserve' && env['PORT'] !== undefined && kserve === null)
    return read('PORT', wanted, listening);
  return kserve;
}

/** Ports that are free for a container's other listeners; there are none, but a range that is none is a mistake. */
function checkPortRange(text: string | undefined, problems: string[]): void {
  if (text === undefined || text === '') return;
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (from !== undefined && Number(from) <= Number(to) && Number(to) <= 65_535) return;
  problems.push(`SAGEMAKER_SAFE_PORT_RANGE is ${JSON.stringify(text)}, wanted a range such as 8081-8099`);
}

/** What a batch transform will send at once, or what is set; the larger, since less would refuse what is announced. */
function maxBodyOf(own: number, read: Read): number {
  const mega = read('SAGEMAKER_MAX_PAYLOAD_IN_MB', 'megabytes from 0 to 1024', (text) =>
    /^\d{1,4}$/.test(text) && Number(text) <= 1024 ? Number(text) : undefined,
  );
  return Math.max(own, (mega ?? 0) * MEBI);
}

function placesOf(
  kind: Kind,
  env: ContainerEnvironment['env'],
  folder: string | null,
  problems: string[],
): ModelPlaces {
  const bundles = env['PLIMSOLL_BUNDLES'] || null;
  if (kind === 'sagemaker') return { mount: SAGEMAKER_MODEL, storage: null, bundles };
  if (kind === 'kserve') return { mount: folder ?? KSERVE_MODEL, storage: null, bundles };
  const storage = kind === 'vertex' ? env['AIP_STORAGE_URI'] || null : null;
  if (storage !== null && !storage.startsWith('gs://'))
    problems.push(`AIP_STORAGE_URI is ${JSON.stringify(storage)}, wanted gs://BUCKET/FOLDER`);
  return { mount: null, storage, bundles };
}
