/**
 * What plans are made of. The cloud is the state: each resource carries the name of its deployment and the digest of what it
 * was made from, so that a deployment needs no file of its own and can be gone on with from anywhere (docs/adr/0013).
 */

/** Kind and name, unique in one account, project and region. */
export interface ResourceKey {
  /** As its cloud calls it: `Model`, `EndpointConfig`, `Endpoint`. */
  readonly kind: string;
  readonly name: string;
}

/** One thing as it is wanted. */
export interface Resource extends ResourceKey {
  /** The request that makes it, without tags, as its API takes it: plain JSON, never a secret. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Those that have to be ready before it is made, and go after it. */
  readonly needs: readonly ResourceKey[];
  /**
   * Whether another spec can be written over it. One that cannot be changed has a name that its content gives it, so that
   * another spec is another resource.
   */
  readonly isMutable: boolean;
}

/** One thing as it is. */
export interface ObservedResource {
  readonly state: 'pending' | 'ready' | 'failed' | 'deleting';
  /** Why it failed, in the cloud's words. */
  readonly reason: string | null;
  /** Name of the deployment that made it, or null where it is somebody else's. */
  readonly owner: string | null;
  /** Digest of the spec it was last given, or null where it does not say. */
  readonly digest: string | null;
  /** Set where it stays in its cloud's lists, under its name, once it has ended: there is nothing to remove of it then. */
  readonly remains?: true;
}

/** What marks a resource as ours; clouds keep it as tags or labels. */
export interface OwnershipTags {
  readonly deployment: string;
  /** `specDigest` of the resource. */
  readonly digest: string;
}

/**
 * One cloud. Every call may be the last before a crash; each may find that what it wants has been done already, which is no
 * error. Throws CLOUD_DENIED (credentials, permissions), CLOUD_QUOTA, CLOUD_REFUSED (a request that can never work),
 * CLOUD_UNREACHABLE; what is worth another try it tries again itself.
 */
export interface CloudProvider {
  /** null where there is none. */
  observe(key: ResourceKey): Promise<ObservedResource | null>;
  /** Everything that carries the deployment's mark, whatever its state. */
  owned(deployment: string): Promise<readonly ResourceKey[]>;
  create(resource: Resource, marks: OwnershipTags): Promise<void>;
  /** Gives a mutable resource another spec. */
  update(resource: Resource, marks: OwnershipTags): Promise<void>;
  /** Starts to remove it. */
  remove(key: ResourceKey): Promise<void>;
}

/** A resource that is to go, or to come. */
export type PlanStep =
  | {
      readonly action: 'create' | 'update' | 'replace';
      readonly resource: Resource;
      readonly because: string;
    }
  | { readonly action: 'wait'; readonly resource: Resource; readonly because: string }
  | { readonly action: 'remove'; readonly key: ResourceKey; readonly because: string };

export interface DeploymentPlan {
  readonly deployment: string;
  /** In the order in which they are done. */
  readonly steps: readonly PlanStep[];
  /** Those that are as they should be. */
  readonly unchanged: readonly ResourceKey[];
}
