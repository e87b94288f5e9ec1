/** What manifests are made of: plain objects, with the labels that everything of a deployment carries. Pure. */
import { sha256 } from '../../bytes/sha256.ts';

/** An object of Kubernetes, as its API takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Says which deployment made an object: only those are ever changed or removed. */
export const DEPLOYMENT_LABEL = 'plimsoll.dev/deployment';
/** Of an object of the whole cluster, the namespace whose deployment made it. */
export const NAMESPACE_LABEL = 'plimsoll.dev/namespace';
/** Number of the model's version that pods serve. */
export const VERSION_LABEL = 'plimsoll.dev/version';
/** What an object was made from, as `specDigest` gives it. */
export const DIGEST_ANNOTATION = 'plimsoll.dev/digest';
/** Services whose pods are to be scraped: of two that select the same pods, one. */
export const SCRAPE_LABEL = 'plimsoll.dev/scrape';

export type WorkloadComponent = 'serving' | 'batch';

/** Labels of one object (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/). */
export const objectLabelsOf = (
  deployment: string,
  component: WorkloadComponent | null,
  version: number | null = null,
): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': 'plimsoll',
  'app.kubernetes.io/instance': deployment,
  ...(component === null ? {} : { 'app.kubernetes.io/component': component }),
  ...(version === null ? {} : { 'app.kubernetes.io/version': String(version) }),
  'app.kubernetes.io/managed-by': 'plimsoll',
  [DEPLOYMENT_LABEL]: deployment,
  ...(version === null ? {} : { [VERSION_LABEL]: String(version) }),
});

/**
 * What chooses the pods of a component, or of one version of it. Selectors cannot be changed, so they say no more; common
 * labels say less, since a chart of somebody else may have pods of the same.
 */
export const selectorOf = (
  deployment: string,
  component: WorkloadComponent,
  version: number | null = null,
): Readonly<Record<string, string>> => ({
  [DEPLOYMENT_LABEL]: deployment,
  'app.kubernetes.io/component': component,
  ...(version === null ? {} : { [VERSION_LABEL]: String(version) }),
});

/** `churn-v3`: name of what belongs to one version. */
export const versionedName = (deployment: string, version: number): string => `${deployment}-v${version}`;

/** Number of the version that a name of `versionName` is of, or null. */
export function versionOfName(deployment: string, name: string): number | null {
  const digits = name.startsWith(`${deployment}-v`) ? name.slice(deployment.length + 2) : '';
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : null;
}

const NAME_MAX = 40;

/**
 * A model's name as a name of objects (RFC 1123 label of at most 40 characters), or null where nothing is left of it. One that
 * is cut ends with a digest of the whole: two models that begin alike are two deployments.
 */
export function objectName(model: string): string | null {
  const name = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-+$/, '');
  if (name === '') return null;
  if (name.length <= NAME_MAX) return name;
  const mark = `-${sha256(new TextEncoder().encode(model)).slice(0, 6)}`;
  return `${name.slice(0, NAME_MAX - mark.length)}${mark}`;
}
