import type { ObservedResource, OwnershipTags, Resource } from '../plan/port.ts';

/** One kind of thing: how it is asked for, made, changed and removed. Names are those of its resources. */
export interface ResourceDriver {
  observe(name: string): Promise<ObservedResource | null>;
  /** Names of everything with the deployment's mark. */
  owned(deployment: string): Promise<readonly string[]>;
  /** What is there already under the name throws an error that `isThere` knows. */
  create(resource: Resource, marks: OwnershipTags): Promise<void>;
  update(resource: Resource, marks: OwnershipTags): Promise<void>;
  /** What is not there throws an error that `isMissing` knows. */
  remove(name: string): Promise<void>;
}

export const DEPLOYMENT_TAG = 'plimsoll:deployment';
export const DIGEST_TAG = 'plimsoll:digest';

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

export const tagsOf = ({ deployment, digest }: OwnershipTags, more: Readonly<Record<string, string>> = {}) =>
  Object.entries({ [DEPLOYMENT_TAG]: deployment, [DIGEST_TAG]: digest, ...more }).map(([Key, Value]) => ({
    Key,
    Value,
  }));

export const tagOf = (tags: readonly Tag[] | undefined, key: string): string | null =>
  tags?.find(({ Key }) => Key === key)?.Value ?? null;

/** Something that is there at once and does not change, as its tags say. */
export const readyBy = (tags: readonly Tag[] | undefined): ObservedResource => ({
  state: 'ready',
  reason: null,
  owner: tagOf(tags, DEPLOYMENT_TAG),
  digest: tagOf(tags, DIGEST_TAG),
});

/** A thing whose content names it is never given another. */
export const unchangeable = async ({ kind, name }: Resource): Promise<void> => {
  throw new Error(`${kind} ${name} cannot be changed`);
};
