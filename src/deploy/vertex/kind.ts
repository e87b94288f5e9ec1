import type { Marks, Observed, Resource, ResourceKey } from '../plan/port.ts';
import type { Message, VertexClient } from './client.ts';
import { DIGEST_LABEL, digestOfLabel, OWNER_LABEL } from './names.ts';
import type { Patience } from './operations.ts';

/** Where a deployment is, and how it is asked. */
export interface Site {
  readonly client: VertexClient;
  readonly patience: Patience;
  /** `projects/PROJECT/locations/LOCATION`. */
  readonly parent: string;
  readonly deployment: string;
}

/** One kind of thing on Vertex. */
export interface Kind {
  observe(site: Site, name: string): Promise<Observed | null>;
  /** Names of those that carry the deployment's mark. */
  owned(site: Site): Promise<readonly string[]>;
  create(site: Site, resource: Resource, marks: Marks): Promise<void>;
  update(site: Site, resource: Resource, marks: Marks): Promise<void>;
  remove(site: Site, name: string): Promise<void>;
}

export const keyOf = (kind: string, name: string): ResourceKey => ({ kind, name });

/** Of what its labels say it is. */
export function marked(message: Message): Pick<Observed, 'owner' | 'digest'> {
  const labels = (message['labels'] ?? {}) as Readonly<Record<string, string>>;
  return { owner: labels[OWNER_LABEL] ?? null, digest: digestOfLabel(labels[DIGEST_LABEL]) };
}

export const filterOf = ({ deployment }: Site): string => `labels.${OWNER_LABEL}="${deployment}"`;

/** Last part of a name: `projects/…/models/ID` → `ID`. */
export const idOfName = (message: Message): string => String(message['name']).split('/').at(-1) ?? '';

/** What is on its way under a name that is ours to give; it has no marks yet. */
export const onItsWay = ({ deployment }: Site): Observed => ({
  state: 'pending',
  reason: null,
  owner: deployment,
  digest: null,
});
