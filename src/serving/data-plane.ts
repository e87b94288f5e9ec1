import { elementAt } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import type { IsWanted } from '../engine/engine.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { RawAnswer, RawRequest } from '../model/raw.ts';
import type { LoadedVersion } from '../registry/version.ts';
import { type Route, singleVersionRoute } from '../rollout/route.ts';
import { ReferenceCount } from './reference-count.ts';
import { RouteAssigner } from './route-assigner.ts';

/** A prediction, free of any protocol. */
export interface InferRequest {
  readonly target: LoadedVersion;
  readonly batch: Batch;
  /** Asked when it has had to wait for its turn. */
  readonly isWanted?: IsWanted | undefined;
}

export interface InferResponse {
  readonly outputs: Outputs;
  readonly rows: number;
}

/** A name that clients call, its route, and what the route leads to. */
export interface ServedEndpoint {
  readonly route: Route;
  readonly assignment: RouteAssigner;
  /** The version of each choice of the assignment. */
  readonly versions: readonly LoadedVersion[];
  /** The version that stands for the endpoint: stable. */
  readonly main: LoadedVersion;
  /** The version that gets copies of requests, or null. */
  readonly mirror: LoadedVersion | null;
}

/** What a plane holds at one moment. It is replaced as a whole, so its identity tells whether anything has changed. */
export interface PlaneState {
  readonly versions: readonly LoadedVersion[];
  readonly endpoints: ReadonlyMap<string, ServedEndpoint>;
}

/** Who has to go along with a plane. Both are called in the turn of the change. */
export interface PlaneObserver {
  /** Gets ready for what comes; the plane stays as it is where this throws. */
  prepare?(next: PlaneState): void;
  followed?(state: PlaneState): void;
}

/** Name of the endpoint that answers where a request names none and there are several. */
const DEFAULT_ENDPOINT = 'default';

const MATH_RANDOM: Random = { next: Math.random };

/** The versions that answer, and the routes that lead to them. */
export class DataPlane {
  readonly #random: Random;
  readonly #observers: PlaneObserver[] = [];
  readonly #usages = new WeakMap<LoadedVersion, ReferenceCount>();
  #models: ReadonlyMap<string, ReadonlyMap<number, LoadedVersion>> = new Map();
  #state: PlaneState = { versions: [], endpoints: new Map() };

  /** Every model is an endpoint at rest on its highest version, until routes are followed. */
  constructor(versions: readonly LoadedVersion[] = [], random: Random = MATH_RANDOM) {
    this.#random = random;
    const newest = new Map<string, number>();
    for (const { model, version } of versions)
      newest.set(model, Math.max(version, newest.get(model) ?? version));
    this.follow(
      [...newest].map(([model, version]) => singleVersionRoute(model, model, version, 0)),
      versions,
    );
  }

  get state(): PlaneState {
    return this.#state;
  }

  get versions(): readonly LoadedVersion[] {
    return this.#state.versions;
  }

  get models(): readonly string[] {
    return [...this.#models.keys()];
  }

  get routes(): readonly Route[] {
    return [...this.#state.endpoints.values()].map(({ route }) => route);
  }

  observe(observer: PlaneObserver): void {
    this.#observers.push(observer);
  }

  /**
   * Replaces versions and routes, all at once and in this turn. Throws MODEL_NOT_FOUND or VERSION_NOT_FOUND where a route
   * leads to what is not loaded, or what an observer throws; the plane stays as it was then.
   */
  follow(routes: readonly Route[], loaded: readonly LoadedVersion[]): void {
    const models = byName(loaded);
    const endpoints = new Map(
      routes.map((route): [string, ServedEndpoint] => [route.endpoint, this.#endpoint(route, models)]),
    );
    const next: PlaneState = { versions: loaded, endpoints };
    for (const observer of this.#observers) observer.prepare?.(next);
    this.#models = models;
    this.#state = next;
    for (const observer of this.#observers) observer.followed?.(next);
  }

  /** The endpoint a request means. Throws MODEL_NOT_FOUND or MODEL_UNNAMED, naming the choices. */
  endpoint(name: string | null): ServedEndpoint {
    const { endpoints } = this.#state;
    const chosen = name ?? this.#onlyEndpoint();
    const found = endpoints.get(chosen);
    if (found) return found;
    throw modelNotFound(chosen, endpoints.keys());
  }

  /**
   * The version a request means: the one it names, or the one that stands for its endpoint. Throws MODEL_NOT_FOUND,
   * MODEL_UNNAMED or VERSION_NOT_FOUND, naming the choices.
   */
  resolve(model: string | null, version: number | string | null): LoadedVersion {
    if (version === null) return this.endpoint(model).main;
    return versionIn(this.#models, model ?? this.#onlyEndpoint(), version);
  }

  /** Who uses a version; it is closed only when nobody does. */
  usageOf(version: LoadedVersion): ReferenceCount {
    const known = this.#usages.get(version) ?? new ReferenceCount();
    this.#usages.set(version, known);
    return known;
  }

  /** Scores a batch; answers at once where the engine does. */
  infer({ target, batch, isWanted }: InferRequest): InferResponse | Promise<InferResponse> {
    const outputs = target.engine.infer(batch, isWanted);
    if (!(outputs instanceof Promise)) return { outputs, rows: batch.rows };
    // Its client may leave before the engine is done.
    const usage = this.usageOf(target);
    usage.begin();
    return outputs.then((settled) => ({ outputs: settled, rows: batch.rows })).finally(() => usage.end());
  }

  /** Has a version's own code answer a request of which it reads the body or writes the answer. */
  async invoke(target: LoadedVersion, request: RawRequest, isWanted?: IsWanted): Promise<RawAnswer> {
    const usage = this.usageOf(target);
    usage.begin();
    try {
      const { invoke } = target.engine;
      if (invoke === undefined) throw withoutCode(target);
      return await invoke.call(target.engine, request, isWanted);
    } finally {
      usage.end();
    }
  }

  #endpoint(route: Route, models: Models): ServedEndpoint {
    const assignment = new RouteAssigner(route, this.#random);
    const versions = assignment.choices.map(({ version }) => versionIn(models, route.model, version));
    const mirror = route.shadow && versionIn(models, route.model, route.shadow.version);
    return { route, assignment, versions, main: elementAt(versions, assignment.main), mirror };
  }

  #onlyEndpoint(): string {
    const { endpoints } = this.#state;
    if (endpoints.has(DEFAULT_ENDPOINT)) return DEFAULT_ENDPOINT;
    const [first, second] = endpoints.keys();
    if (first !== undefined && second === undefined) return first;
    throw new PlimsollError('MODEL_UNNAMED', {
      known: [...endpoints.keys()].join(', ') || 'no model',
      example: first ?? 'NAME',
    });
  }
}

type Models = ReadonlyMap<string, ReadonlyMap<number, LoadedVersion>>;

function byName(versions: readonly LoadedVersion[]): Models {
  const models = new Map<string, Map<number, LoadedVersion>>();
  for (const version of versions) {
    const known = models.get(version.model) ?? new Map<number, LoadedVersion>();
    models.set(version.model, known.set(version.version, version));
  }
  return models;
}

function versionIn(models: Models, model: string, version: number | string): LoadedVersion {
  const versions = models.get(model);
  if (!versions) throw modelNotFound(model, models.keys());
  const found = versions.get(numberOf(version));
  if (found) return found;
  const known = [...versions.keys()].sort((a, b) => a - b).join(', ');
  throw new PlimsollError('VERSION_NOT_FOUND', { model, version, known });
}

const withoutCode = ({ model, version }: LoadedVersion): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: 'the prediction',
    reason: `version ${version} of ${model} has no code that reads bodies or writes answers`,
  });

const modelNotFound = (model: string, names: Iterable<string>): PlimsollError =>
  new PlimsollError('MODEL_NOT_FOUND', { model, known: [...names].join(', ') || 'no model' });

/** A version as it is written, and no other spelling of its number (`0x1`, `1.0`, `01`). */
const numberOf = (version: number | string): number =>
  /^[1-9]\d*$/.test(String(version)) ? Number(version) : Number.NaN;
