/** What there is in the fake cloud: models, endpoints, jobs, operations that take their time. */
import { createHash } from 'node:crypto';
import type { CloudClock } from '../clock.ts';
import type { Container, Launch } from './containers.ts';
import type { Json } from './json.ts';
import { Refusal } from './refusal.ts';

type Fields = Record<string, unknown>;

export interface Operation {
  readonly name: string;
  /** Name of the resource that it is about. */
  readonly of: string;
  readonly metadata: Json;
  done: boolean;
  error: { readonly code: number; readonly message: string } | null;
  response: Json | null;
}

export interface Deployed {
  readonly message: Fields;
  readonly container: Container;
}

export interface Endpoint {
  /** As the API shows it, without its deployed models. */
  message: Fields;
  readonly deployed: Map<string, Deployed>;
}

/** A batch prediction: what state it is in follows from the time. */
export interface Job {
  readonly message: Json;
  /** On the clock of the world. */
  readonly begun: number;
  cancelled: number | null;
}

/** Milliseconds that things take. */
export interface Delays {
  readonly upload: number;
  readonly endpoint: number;
  readonly deploy: number;
  readonly remove: number;
  readonly job: number;
}

export const DELAYS: Delays = { upload: 400, endpoint: 200, deploy: 600, remove: 200, job: 1_000 };

export class World {
  readonly models = new Map<string, Fields>();
  readonly endpoints = new Map<string, Endpoint>();
  readonly jobs = new Map<string, Job>();
  readonly operations = new Map<string, Operation>();
  readonly launch: Launch;
  readonly delays: Delays;
  readonly clock: CloudClock;
  #count = 0;

  constructor(launch: Launch, delays: Delays, clock: CloudClock) {
    this.launch = launch;
    this.delays = delays;
    this.clock = clock;
  }

  /** Numbers as the server gives them. */
  next(): string {
    this.#count += 1;
    return String(1_000_000_000_000 + this.#count);
  }

  /**
   * Begins an operation on a resource; `work` is its effect, after the delay. It is named below its resource, but for kinds
   * that have none below them (aiplatform_v1.yaml, rules of google.longrunning.Operations): below the location then.
   */
  begin(of: string, metadata: string, millis: number, work: () => Promise<Json>): Json {
    const under = /\/(models|endpoints)\/[^/]+$/.test(of) ? of : of.split('/').slice(0, 4).join('/');
    const at = new Date().toISOString();
    const operation: Operation = {
      name: `${under}/operations/${this.next()}`,
      of: under,
      metadata: { '@type': typeUrl(metadata), genericMetadata: { createTime: at, updateTime: at } },
      done: false,
      error: null,
      response: null,
    };
    this.operations.set(operation.name, operation);
    this.clock.after(millis, () => this.#finish(operation.name, work));
    return shown(operation);
  }

  async #finish(name: string, work: () => Promise<Json>): Promise<void> {
    const operation = this.operations.get(name)!;
    try {
      operation.response = await work();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL', String(error));
      operation.error = { code: refusal.code, message: refusal.message };
    }
    operation.done = true;
  }

  /** Operations on a resource that are not done, of a kind of metadata. */
  underWay(of: string, metadata: string): readonly Operation[] {
    return [...this.operations.values()].filter(
      (one) => one.of === of && !one.done && one.metadata['@type'] === typeUrl(metadata),
    );
  }

  /** Settles once nothing is under way any more. */
  quiet(): Promise<void> {
    return this.clock.quiet();
  }

  /** Everything that is there now, to begin from again. What is on its way names what it is about, and keeps nothing of it. */
  keep(): () => void {
    const back = this.clock.keep();
    const copies = {
      models: copyOf(this.models, (model) => ({ ...model })),
      endpoints: copyOf(this.endpoints, ({ message, deployed }) => ({
        message,
        deployed: new Map(deployed),
      })),
      jobs: copyOf(this.jobs, (job) => ({ ...job })),
      operations: copyOf(this.operations, (operation) => ({ ...operation })),
    };
    const count = this.#count;
    return () => {
      back();
      copies.models(this.models);
      copies.endpoints(this.endpoints);
      copies.jobs(this.jobs);
      copies.operations(this.operations);
      this.#count = count;
    };
  }

  async close(): Promise<void> {
    await this.quiet();
    for (const { deployed } of this.endpoints.values())
      for (const { container } of deployed.values()) await container.stop();
  }
}

/** A copy of a map, and what puts it back. */
function copyOf<T>(map: ReadonlyMap<string, T>, copy: (value: T) => T): (into: Map<string, T>) => void {
  const kept = [...map].map(([key, value]) => [key, copy(value)] as const);
  return (into) => {
    into.clear();
    for (const [key, value] of kept) into.set(key, copy(value));
  };
}

export const typeUrl = (name: string): string =>
  name.includes('.')
    ? `type.googleapis.com/${name}`
    : `type.googleapis.com/google.cloud.aiplatform.v1.${name}`;

/** An operation as the API answers it. */
export const shown = ({ name, metadata, done, error, response }: Operation): Json => ({
  name,
  metadata,
  ...(done ? { done } : {}),
  ...(error === null ? {} : { error }),
  ...(response === null ? {} : { response }),
});

export const etagOf = (message: Json): string => {
  const { etag: _, updateTime: __, ...rest } = message;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64').slice(0, 20);
};

export const notFound = (kind: string, name: unknown): Refusal =>
  new Refusal('NOT_FOUND', `The ${kind} "${String(name)}" does not exist.`);

/** Names of which a project is right. Throws INVALID_ARGUMENT. */
export function parentOf(parent: unknown): string {
  if (!/^projects\/[^/]+\/locations\/[^/]+$/.test(String(parent)))
    throw new Refusal('INVALID_ARGUMENT', `Invalid resource name "${String(parent)}".`);
  return String(parent);
}
