import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { ModelFacts } from '../../deploy/kubernetes/model-facts.ts';
import type { PackagedModel } from '../../deploy/packaged.ts';

/** What is wanted of Kubernetes, as flags say it. */
export interface KubernetesFlags {
  readonly config?: string;
  readonly name?: string;
  readonly deployment?: string;
  readonly namespace?: string;
  readonly kubernetesVersion?: string;
  readonly image?: string;
  readonly modelImage?: string;
  readonly candidate?: readonly string[];
  readonly shadow?: string;
  readonly replicas?: string;
  readonly scaler?: 'hpa' | 'keda' | 'none';
  readonly scaleOn?: string;
  readonly target?: string;
  readonly min?: string;
  readonly max?: string;
  readonly prometheus?: string;
  readonly wakeQuery?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly gateway?: string;
  readonly hostname?: readonly string[];
  readonly networkPolicy?: boolean;
  readonly keysSecret?: string;
  readonly insecure?: boolean;
  readonly serviceMonitor?: boolean;
  readonly kserve?: 'namespace' | 'cluster' | 'existing';
  readonly storageUri?: string;
}

/** Declares them. */
export const withKubernetesFlags = (command: Command): Command =>
  command
    .option('--image <ref>', 'image that serves the version, best by its digest: REGISTRY/NAME@sha256:…')
    .option('--config <file>', 'YAML whose part `kubernetes` says more; flags win')
    .option('--name <name>', 'name of the model in the image (default: its own)')
    .option('--deployment <name>', 'name of everything that is made (default: that of the model)')
    .option('--namespace <name>', 'namespace of everything that is made')
    .option(
      '--kubernetes-version <release>',
      'oldest release of the cluster that has to take it (default: 1.34)',
    )
    .option('--cpu <quantity>', 'processor time of a pod (default: 1)')
    .option('--memory <quantity>', 'memory of a pod (default: by the runtime)')
    .option('--replicas <count>', 'pods, where nothing scales them')
    .addOption(
      new Option('--scaler <kind>', 'what scales pods (default: hpa, unless --replicas)').choices([
        'hpa',
        'keda',
        'none',
      ]),
    )
    .addOption(
      new Option('--scale-on <signal>', 'what it follows (default: in-flight)').choices([
        'in-flight',
        'queue',
      ]),
    )
    .option('--target <count>', 'requests a pod, on average')
    .option('--min <count>', 'pods at least (default: 2)')
    .option('--max <count>', 'pods at most (default: 10)')
    .option('--prometheus <url>', 'Prometheus that KEDA asks')
    .option('--wake-query <promql>', 'above 0 when requests come for no pod: what --min 0 needs')
    .option('--gateway <[namespace/]name>', 'gateway that requests come from: makes an HTTPRoute')
    .option('--hostname <name...>', 'host names that the route answers')
    .option('--candidate <version=image=percent...>', 'another version, with its share of the requests')
    .option('--shadow <version=image[=percent]>', 'a version that gets copies of requests')
    .option('--model-image <ref>', 'image of the model alone, mounted as a volume (from Kubernetes 1.35 on)')
    .option('--keys-secret <name>', 'secret with keys.json (`plimsoll keys export`): callers need keys')
    .option('--insecure', 'callers need no keys, although no network policy says who they are')
    .option('--no-network-policy', 'leave it out')
    .option('--no-service-monitor', 'leave it out: the cluster has no Prometheus operator')
    .addOption(
      new Option(
        '--kserve <runtime>',
        'objects of KServe instead: a runtime for the namespace, for the cluster, or the one that is there',
      ).choices(['namespace', 'cluster', 'existing']),
    )
    .option(
      '--storage-uri <uri>',
      'where KServe finds the model: oci+native://…, s3://…; makes an InferenceService',
    );

/** The document that flags and file together say; flags win. Throws FILE_NOT_FOUND, KUBERNETES_INVALID. */
export async function kubernetesDocument(flags: KubernetesFlags): Promise<Readonly<Record<string, unknown>>> {
  const file = flags.config === undefined ? {} : await partOf(flags.config);
  const { deployment, namespace, kubernetesVersion, image, modelImage, cpu, memory } = flags;
  const given: Record<string, unknown> = {
    name: deployment,
    namespace,
    kubernetesVersion,
    image,
    modelImage,
    cpu,
    memory,
  };
  if (flags.replicas !== undefined) given['replicas'] = counted(flags.replicas);
  if (flags.candidate !== undefined) given['candidates'] = flags.candidate.map(candidateOf);
  if (flags.shadow !== undefined) given['shadow'] = shadowOf(flags.shadow);
  if (flags.gateway !== undefined || flags.hostname !== undefined)
    given['gateway'] = gatewayOf(flags, recordIn(file, 'gateway'));
  if (flags.keysSecret !== undefined) given['keysSecret'] = flags.keysSecret;
  if (flags.insecure === true) given['insecure'] = true;
  if (flags.networkPolicy === false) given['networkPolicy'] = false;
  if (flags.serviceMonitor === false) given['serviceMonitor'] = false;
  if (flags.kserve !== undefined || flags.storageUri !== undefined)
    given['kserve'] = defined({
      ...recordIn(file, 'kserve'),
      runtime: flags.kserve,
      storageUri: flags.storageUri,
    });
  return { ...file, ...defined(given), ...scalersOf(flags, file) };
}

async function partOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { parseYaml } = await import('../../deploy/kubernetes/yaml.ts');
  const text = textOf(path);
  let documents: readonly unknown[];
  try {
    documents = parseYaml(text, '1.2');
  } catch (cause) {
    const problems = `${path} is no YAML: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`;
    throw new PlimsollError('KUBERNETES_INVALID', { problems, list: [problems] }, { cause });
  }
  const [first] = documents;
  const part = isRecord(first) ? first['kubernetes'] : undefined;
  if (documents.length === 1 && isRecord(part)) return part;
  const problems = `${path} has no part "kubernetes"`;
  throw new PlimsollError('KUBERNETES_INVALID', { problems, list: [problems] });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PlimsollError('FILE_NOT_FOUND', { path }, { cause });
  }
}

function scalersOf(flags: KubernetesFlags, file: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { scaler, scaleOn, target, min, max, prometheus, wakeQuery } = flags;
  const values = defined({
    on: scaleOn,
    target: target === undefined ? undefined : counted(target),
    min: min === undefined ? undefined : counted(min),
    max: max === undefined ? undefined : counted(max),
  });
  const ofKeda = defined({ prometheus, wakeQuery });
  const isAsked = Object.keys(values).length > 0 || Object.keys(ofKeda).length > 0;
  if (scaler === 'none' && !isAsked) {
    const isFixed = flags.replicas !== undefined || (file['replicas'] ?? null) !== null;
    return { hpa: false, keda: false, ...(isFixed ? {} : { replicas: 2 }) };
  }
  if (scaler === 'none') throw needless(Object.keys({ ...values, ...ofKeda }));
  const kind = scaler ?? (Object.keys(ofKeda).length > 0 || 'keda' in file ? 'keda' : 'hpa');
  if (scaler === undefined && !isAsked) return {};
  return { [kind]: { ...recordIn(file, kind), ...values, ...ofKeda } };
}

const needless = (names: readonly string[]): PlimsollError => {
  const problems = `${names.join(', ')} would change nothing with --scaler none: give --replicas`;
  return new PlimsollError('KUBERNETES_INVALID', { problems, list: [problems] });
};

const recordIn = (
  file: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> => {
  const value = file[key];
  return isRecord(value) ? value : {};
};

/** A number, or the text as it is, which the grammar then refuses by name. */
const counted = (text: string): number | string => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);

function candidateOf(text: string): object {
  const [version = '', image = '', weight = ''] = text.split('=');
  return { version: counted(version), image, weight: counted(weight) };
}

function shadowOf(text: string): object {
  const [version = '', image = '', percent] = text.split('=');
  return {
    version: counted(version),
    image,
    ...(percent === undefined ? {} : { percent: counted(percent) }),
  };
}

/** A gateway that flags name takes the place of the one in the file; its listener and host names stay. */
function gatewayOf({ gateway, hostname }: KubernetesFlags, file: object): object {
  const hostnames = hostname === undefined ? {} : { hostnames: hostname };
  if (gateway === undefined) return { ...file, ...hostnames };
  const at = gateway.indexOf('/');
  const namespace = at < 0 ? null : gateway.slice(0, at);
  return { ...file, namespace, name: gateway.slice(at + 1), ...hostnames };
}

const defined = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** What manifests say of a packaged version. */
export const kubernetesModelFacts = ({ name, version, digest, manifest }: PackagedModel): ModelFacts => ({
  name,
  version,
  digest,
  runtime: manifest.runtime,
  isOnnx: manifest.format === 'onnx',
});
