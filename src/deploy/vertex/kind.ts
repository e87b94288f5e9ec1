import type { ObservedResource, OwnershipTags, Resource, ResourceKey } from '../plan/port.ts';
import { messageIn, type VertexClient, type VertexMessage } from './client.ts';
import { DIGEST_LABEL, digestOfLabel, OWNER_LABEL } from './names.ts';
import type { Patience } from './operations.ts';

/** Where a deployment is, and how it is asked. */
export interface VertexSite {
  readonly client: VertexClient;
  readonly patience: Patience;
  /** `projects/PROJECT/locations/LOCATION`. */
  readonly parent: string;
  readonly deployment: string;
}

/** One kind of thing on Vertex. */
export interface VertexKind {
  observe(site: VertexSite, name: string): Promise<ObservedResource | null>;
  /** Names of those that carry the deployment's mark. */
  owned(site: VertexSite): Promise<readonly string[]>;
  create(site: VertexSite, resource: Resource, marks: OwnershipTags): Promise<void>;
  update(site: VertexSite, resource: Resource, marks: OwnershipTags): Promise<void>;
  remove(site: VertexSite, name: string): Promise<void>;
}

export const resourceKeyOf = (kind: string, name: string): ResourceKey => ({ kind, name });

/** The labels of a resource; none where it has none. */
export const labelsIn = (message: VertexMessage | null): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(messageIn(message, 'labels')).map(([label, value]) => [label, String(value)]),
  );

/** Percent by id of a deployed model. */
export type TrafficSplit = Readonly<Record<string, number>>;

/** How an endpoint shares its traffic out, those without traffic included. */
export const trafficSplitIn = (message: VertexMessage | null): TrafficSplit =>
  Object.fromEntries(
    Object.entries(messageIn(message, 'trafficSplit')).map(([id, share]) => [id, Number(share)]),
  );

/** Of what its labels say it is. */
export function marked(message: VertexMessage): Pick<ObservedResource, 'owner' | 'digest'> {
  const labels = labelsIn(message);
  return { owner: labels[OWNER_LABEL] ?? null, digest: digestOfLabel(labels[DIGEST_LABEL]) };
}

export const filterOf = ({ deployment }: VertexSite): string => `labels.${OWNER_LABEL}="${deployment}"`;

/** Last part of a name: `projects/…/models/ID` → `ID`. */
export const idOfName = (message: VertexMessage): string => String(message['name']).split('/').at(-1) ?? '';

/** What is on its way under a name that is ours to give; it has no marks yet. */
export const onItsWay = ({ deployment }: VertexSite): ObservedResource => ({
  state: 'pending',
  reason: null,
  owner: deployment,
  digest: null,
});
