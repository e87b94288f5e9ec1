import type { ApplyPorts } from '../apply.ts';
import { idOf } from '../key.ts';
import type { CloudProvider, ObservedResource, OwnershipTags, Resource, ResourceKey } from '../port.ts';

/** A cloud in memory whose things take looks to become ready, and whose calls can be the last before a crash. */
export class TestCloud implements CloudProvider {
  readonly things = new Map<string, ObservedResource & { readonly key: ResourceKey; looks: number }>();
  /** Every call that changed something. */
  readonly changes: string[] = [];
  /** The call at which the process ends, counted from 1, and whether the call has its effect before. */
  crash: { readonly at: number; readonly after: boolean } | null = null;
  calls = 0;
  readonly #looks: number;
  /** Kinds that fail when they are made, with the number of times. */
  readonly failing = new Map<string, number>();

  constructor(looks = 2) {
    this.#looks = looks;
  }

  async observe(key: ResourceKey): Promise<ObservedResource | null> {
    return this.#call(() => {
      const thing = this.things.get(idOf(key));
      if (thing === undefined) return null;
      const { state, reason, owner, digest } = thing;
      if (state === 'pending' || state === 'deleting') this.#grow(thing);
      return { state, reason, owner, digest };
    });
  }

  async owned(deployment: string): Promise<readonly ResourceKey[]> {
    return this.#call(() =>
      [...this.things.values()].filter(({ owner }) => owner === deployment).map(({ key }) => key),
    );
  }

  async create(resource: Resource, marks: OwnershipTags): Promise<void> {
    return this.#call(() => {
      const id = idOf(resource);
      if (this.things.has(id)) throw new Error(`${id} is there already`);
      this.#put(resource, marks, `create ${id}`);
    });
  }

  async update(resource: Resource, marks: OwnershipTags): Promise<void> {
    return this.#call(() => {
      const id = idOf(resource);
      if (this.things.get(id)?.state !== 'ready') throw new Error(`${id} cannot be updated now`);
      this.#put(resource, marks, `update ${id}`);
    });
  }

  async remove(key: ResourceKey): Promise<void> {
    return this.#call(() => {
      const thing = this.things.get(idOf(key));
      if (thing === undefined) return;
      this.changes.push(`remove ${idOf(key)}`);
      this.things.set(idOf(key), { ...thing, state: 'deleting', looks: this.#looks });
    });
  }

  #put({ kind, name }: Resource, { deployment, digest }: OwnershipTags, change: string): void {
    this.changes.push(change);
    const key = { kind, name };
    const state = 'pending';
    this.things.set(idOf(key), { key, state, reason: null, owner: deployment, digest, looks: this.#looks });
  }

  #grow(thing: ObservedResource & { readonly key: ResourceKey; looks: number }): void {
    const { key, looks, state } = thing;
    const id = idOf(key);
    if (looks > 1) thing.looks--;
    else if (state === 'deleting') this.things.delete(id);
    else {
      const failures = this.failing.get(key.kind) ?? 0;
      this.failing.set(key.kind, failures - 1);
      const grown =
        failures > 0 ? ({ state: 'failed', reason: 'no capacity' } as const) : ({ state: 'ready' } as const);
      this.things.set(id, { ...thing, ...grown });
    }
  }

  #call<T>(work: () => T): T {
    this.calls++;
    const isLast = this.crash?.at === this.calls;
    if (isLast && !this.crash!.after) throw new CrashError();
    const result = work();
    if (isLast) throw new CrashError();
    return result;
  }
}

/** The process is gone. */
export class CrashError extends Error {}

/** Time that passes only in waits. */
export function testPorts(cloud: CloudProvider): ApplyPorts {
  let now = 0;
  return {
    cloud,
    monotonic: () => now,
    sleep: async (millis) => {
      now += millis;
    },
  };
}
