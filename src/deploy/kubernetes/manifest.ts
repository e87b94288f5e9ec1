/** What manifests are made of: plain objects, with the labels that everything of a deployment carries. Pure. */

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
/** Number of the model's version that pods serve. */
export const VERSION_LABEL = 'plimsoll.dev/version';
/** What an object was made from, as `specDigest` gives it. */
export const DIGEST_ANNOTATION = 'plimsoll.dev/digest';
/** Services whose pods are to be scraped: of two that select the same pods, one. */
export const SCRAPE_LABEL = 'plimsoll.dev/scrape';

export type Component = 'serving' | 'batch';

/** Labels of one object (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/). */
export const labelsOf = (
  deployment: string,
  component: Component | null,
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

/** What chooses the pods of a component, or of one version of it. Selectors cannot be changed, so they say no more. */
export const selectorOf = (
  deployment: string,
  component: Component,
  version: number | null = null,
): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/instance': deployment,
  'app.kubernetes.io/component': component,
  ...(version === null ? {} : { [VERSION_LABEL]: String(version) }),
});

/** `churn-v3`: name of what belongs to one version. */
export const versionName = (deployment: string, version: number): string => `${deployment}-v${version}`;

/** Number of the version that a name of `versionName` is of, or null. */
export function versionOfName(deployment: string, name: string): number | null {
  const digits = name.startsWith(`${deployment}-v`) ? name.slice(deployment.length + 2) : '';
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : null;
}

/** A model's name as a name of objects (RFC 1123 label of at most 40 characters), or null where nothing is left of it. */
export function objectName(model: string): string | null {
  const name = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? null : name;
}
