import { type Contract, PLAIN } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { RawEnds } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type { CaptureStream } from '../capture/capture-stream.ts';
import type { DataCapture } from '../capture/data-capture.ts';
import type { DataPlane, PlaneState, ServedEndpoint } from '../data-plane.ts';
import { decodePathSegment, routePattern } from '../http/path-pattern.ts';
import type { RecentRequests } from '../metrics/recent-requests.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';
import type { ErrorFormatter, Protocol, ProtocolRoutes } from '../protocol.ts';
import { hasContent } from '../protocols/content.ts';
import type { RolloutRecorder } from '../recorder/rollout-recorder.ts';
import type { WindowRecorder } from '../recorder/window-recorder.ts';
import type { RouteAssigner, RouteChoice } from '../route-assigner.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { type PreparedVersion, prepareVersion } from './prepared-version.ts';
import { hasRawEnd, withDefaultAccept } from './raw-body.ts';

/** A version that gets copies of requests. */
export interface MirrorTarget {
  readonly target: LoadedVersion;
  readonly percent: number;
  readonly seed: number;
  /** Where its answers are noted, or null where nothing is captured. */
  readonly stream: CaptureStream | null;
}

/** What a request gets that a route gives this choice. */
export interface PreparedChoice {
  readonly choice: RouteChoice;
  readonly version: PreparedVersion;
  /** Where its rows are captured, or null. */
  readonly stream: CaptureStream | null;
}

/** What an endpoint's route needs for requests. */
export interface PreparedEndpoint {
  readonly name: string;
  readonly binding: ProtocolBinding;
  readonly assignment: RouteAssigner;
  /** By index of the choice. */
  readonly choices: readonly PreparedChoice[];
  /** Where the id of a unit is found. */
  readonly unit: UnitSource;
  readonly callers: ReturnType<ServingMetrics['callersOf']>;
  readonly windowRecorder: WindowRecorder | null;
  readonly mirror: MirrorTarget | null;
}

/** Where the requests of one path go, as long as the plane is in this state. */
export interface RouteDestination {
  readonly state: PlaneState;
  /** The version that the path names, or the one that stands for its endpoint until a choice is made. */
  readonly main: PreparedVersion;
  /** null where the path names the version: such requests are never measured. */
  readonly endpoint: PreparedEndpoint | null;
  /** Where requests are noted that name the version themselves, or null. */
  readonly pinned: CaptureStream | null;
  /** Takes note of its requests. */
  readonly recent: RecentRequests;
  /** Key under which bodies may hold the id of the unit, beside their rows. */
  readonly unitField: string | null;
  /** How errors are told here. */
  readonly formatError: ErrorFormatter;
  /** Response headers that are made of the request's; null where there are none. */
  readonly answerHeaders: NonNullable<ProtocolRoutes['answerHeaders']> | null;
  /** Asked for the protocol again, once it is known who answers: where versions may read and write themselves. Else null. */
  readonly negotiate: NonNullable<ProtocolRoutes['negotiate']> | null;
  /** Whether some version here does. */
  readonly isRaw: boolean;
}

/** One protocol, spoken at the paths of one family. */
interface ProtocolBinding {
  readonly routes: ProtocolRoutes;
  readonly protocol: Protocol;
  readonly formatError: ErrorFormatter;
}

/** What a path means, whatever the headers say. */
interface ParsedPath {
  readonly compiled: CompiledRoutes;
  readonly model: string | null;
  readonly version: string | null;
}

/** A family of paths under the contract of this process. */
interface CompiledRoutes {
  readonly routes: ProtocolRoutes;
  readonly patterns: readonly RegExp[];
  /** Of requests whose headers say nothing. */
  readonly usual: ProtocolBinding;
  readonly bindings: ReadonlyMap<Protocol, ProtocolBinding>;
  readonly formatError: ErrorFormatter;
}

export interface PredictionRouterOptions {
  readonly plane: DataPlane;
  readonly protocolRoutes: readonly ProtocolRoutes[];
  readonly metrics: ServingMetrics;
  /** @default {PLAIN} */
  readonly contract?: Contract | undefined;
  readonly recorder?: RolloutRecorder | undefined;
  readonly capture?: DataCapture | undefined;
}

/** Paths of prediction requests: the usual ones by one lookup, others (queries, escapes, mistakes) by pattern. */
export class PredictionRouter {
  readonly #plane: DataPlane;
  readonly #metrics: ServingMetrics;
  readonly #contract: Contract;
  readonly #recorder: RolloutRecorder | undefined;
  readonly #capture: DataCapture | undefined;
  readonly #compiled: readonly CompiledRoutes[];
  readonly #patterns: number;
  /** Where the headers have nothing to say, by path. */
  readonly #exact = new Map<string, RouteDestination>();
  readonly #parsedPaths = new Map<string, ParsedPath>();
  readonly #endpoints = new Map<ProtocolBinding, Map<string, RouteDestination>>();
  /** By version and protocol; gone with the version. */
  readonly #prepared = new WeakMap<LoadedVersion, Map<string, PreparedVersion>>();

  constructor({
    plane,
    protocolRoutes,
    metrics,
    contract = PLAIN,
    recorder,
    capture,
  }: PredictionRouterOptions) {
    this.#plane = plane;
    this.#metrics = metrics;
    this.#contract = contract;
    this.#recorder = recorder;
    this.#capture = capture;
    this.#compiled = protocolRoutes.map((routes) => compileRoutes(routes, contract));
    this.#patterns = this.#compiled.reduce((sum, { patterns }) => sum + patterns.length, 0);
  }

  /** Gets ready for every version at the first routes, so that no request waits for it there. */
  prepare({ versions }: PlaneState): void {
    const usual = this.#compiled[0]?.usual.protocol;
    if (usual !== undefined) for (const version of versions) this.prepared(usual, version);
  }

  /** Forgets where paths led: to be called when the plane follows other routes. */
  forget(): void {
    this.#exact.clear();
    this.#parsedPaths.clear();
    this.#endpoints.clear();
  }

  /** The destination of a path asked for before, by its exact text; of requests of text, and for it. */
  exact(url: string, headers: RequestHeaders): RouteDestination | undefined {
    return hasContent(headers) ? undefined : this.#exact.get(url);
  }

  /**
   * The destination of a request, or null where its path is no prediction path. Throws where no such model or version is,
   * and where its headers ask for what the protocol does not know.
   */
  match(path: string, headers: RequestHeaders): RouteDestination | null {
    const parsed = this.#parse(path);
    if (parsed === null) return null;
    const { compiled, model } = parsed;
    const { routes, usual, bindings } = compiled;
    const version = routes.version?.(headers) ?? parsed.version;
    const target = version === null ? this.#plane.endpoint(model) : this.#plane.resolve(model, version);
    const isPinned = 'manifest' in target;
    const isRaw = routes.takesRaw === true && (isPinned ? [target] : target.versions).some(hasRawEnd);
    const content = routes.content?.(headers) ?? null;
    const asked =
      content ?? routes.negotiate?.(this.withDefaultAccept(headers), isRaw ? ANY_FORM : undefined);
    const binding = (asked && bindings.get(asked)) ?? usual;
    const found = isPinned ? this.#pinned(binding, target) : this.#endpoint(binding, target);
    if (asked === undefined && routes.version === undefined) this.#keep(this.#exact, path, found);
    return found;
  }

  /** The headers of a request with what the platform wishes where the client does not. */
  withDefaultAccept(headers: RequestHeaders): RequestHeaders {
    return withDefaultAccept(headers, this.#contract);
  }

  /** The version seen through the protocol that a request's headers ask of it. Throws MEDIA_TYPE_UNKNOWN, NOT_ACCEPTABLE. */
  negotiated(
    { negotiate }: RouteDestination,
    version: PreparedVersion,
    headers: RequestHeaders,
  ): PreparedVersion {
    if (negotiate === null) return version;
    const protocol = negotiate(this.withDefaultAccept(headers), version.raw);
    return protocol === version.protocol ? version : this.prepared(protocol, version.target);
  }

  /** How errors are told of a path; undefined where no protocol has a say. */
  errorFormatterOf(path: string): ErrorFormatter | undefined {
    const { compiled } = this.#parse(path) ?? {};
    if (compiled) return compiled.formatError;
    return this.#compiled.find(({ routes }) => routes.errorPaths?.test(path))?.formatError;
  }

  /** Where requests of the same endpoint go now. Throws MODEL_NOT_FOUND where there is none any more. */
  current(destination: RouteDestination): RouteDestination {
    const { state, endpoint } = destination;
    if (endpoint === null || state === this.#plane.state) return destination;
    return this.#endpoint(endpoint.binding, this.#plane.endpoint(endpoint.name));
  }

  #parse(path: string): ParsedPath | null {
    const known = this.#parsedPaths.get(path);
    if (known) return known;
    for (const compiled of this.#compiled) {
      for (const pattern of compiled.patterns) {
        const groups = pattern.exec(path);
        if (!groups) continue;
        const { model, version = null } = groups.groups ?? {};
        const parsed = { compiled, model: model === undefined ? null : decodePathSegment(model), version };
        this.#keep(this.#parsedPaths, path, parsed);
        return parsed;
      }
    }
    return null;
  }

  /** Escapes spell a path in any number of ways: whoever makes them up must not keep the usual ones out for good. */
  #keep<T>(map: Map<string, T>, path: string, value: T): void {
    const { versions, endpoints } = this.#plane.state;
    if (map.size >= 4 * this.#patterns * (1 + versions.length + endpoints.size)) map.clear();
    map.set(path, value);
  }

  /** What clients send to an endpoint can be sent to the versions of the model of that name as well. */
  #pinned({ routes, protocol, formatError }: ProtocolBinding, version: LoadedVersion): RouteDestination {
    const { state } = this.#plane;
    const unitField = state.endpoints.get(version.model)?.assignment.field ?? null;
    const pinned = this.#capture?.streamOf(null, version) ?? null;
    const main = this.prepared(protocol, version);
    return {
      state,
      main,
      endpoint: null,
      pinned,
      recent: this.#metrics.recentOf(version.model),
      unitField,
      formatError,
      ...routeOptions(routes, [version]),
    };
  }

  #endpoint(
    binding: ProtocolBinding,
    { route, assignment, versions, main, mirror }: ServedEndpoint,
  ): RouteDestination {
    const ofWay = this.#endpoints.get(binding) ?? new Map<string, RouteDestination>();
    this.#endpoints.set(binding, ofWay);
    const known = ofWay.get(route.endpoint);
    if (known) return known;
    const { routes, protocol, formatError } = binding;
    const { shadow, seed, unit } = route;
    const streamOf = (version: LoadedVersion): CaptureStream | null =>
      this.#capture?.streamOf(route.endpoint, version) ?? null;
    const endpoint: PreparedEndpoint = {
      name: route.endpoint,
      binding,
      assignment,
      choices: versions.flatMap((version, k) => {
        const choice = assignment.choices[k];
        const prepared = { version: this.prepared(protocol, version), stream: streamOf(version) };
        return choice === undefined ? [] : [{ choice, ...prepared }];
      }),
      unit,
      callers: this.#metrics.callersOf(route.model),
      windowRecorder: this.#recorder?.windowRecorderOf(route.endpoint) ?? null,
      mirror: shadow && mirror && { target: mirror, percent: shadow.percent, seed, stream: streamOf(mirror) },
    };
    const { state } = this.#plane;
    const unitField = assignment.field;
    const prepared = this.prepared(protocol, main);
    const shared = routeOptions(routes, versions);
    const recent = this.#metrics.recentOf(route.endpoint);
    const made = { state, main: prepared, endpoint, pinned: null, recent, unitField, formatError, ...shared };
    ofWay.set(route.endpoint, made);
    return made;
  }

  /** A version seen through a protocol. */
  prepared(protocol: Protocol, target: LoadedVersion): PreparedVersion {
    const ofVersion = this.#prepared.get(target) ?? new Map<string, PreparedVersion>();
    this.#prepared.set(target, ofVersion);
    const known = ofVersion.get(protocol.id);
    if (known) return known;
    const prepared = prepareVersion(protocol, target, this.#metrics, this.#plane.usageOf(target));
    ofVersion.set(protocol.id, prepared);
    return prepared;
  }
}

type RouteOptions = Pick<RouteDestination, 'answerHeaders' | 'negotiate' | 'isRaw'>;

const routeOptions = (
  { answerHeaders, negotiate: choose, takesRaw = false }: ProtocolRoutes,
  versions: readonly LoadedVersion[],
): RouteOptions => ({
  answerHeaders: answerHeaders ?? null,
  negotiate: (takesRaw ? choose : null) ?? null,
  isRaw: takesRaw && versions.some(hasRawEnd),
});

/** What is asked for is looked at once it is known who answers. */
const ANY_FORM: RawEnds = { input: true, output: true };

function compileRoutes(routes: ProtocolRoutes, contract: Contract): CompiledRoutes {
  const formatError = routes.errorFormatter(contract);
  const bindings = routes.protocols.map((protocol): ProtocolBinding => ({ routes, protocol, formatError }));
  const [usual] = bindings;
  if (usual === undefined)
    throw new PlimsollError('INTERNAL', {
      action: `compiling the routes of ${routes.id}`,
      reason: 'no protocol is spoken there',
    });
  return {
    routes,
    patterns: routes.routes(contract).map(routePattern),
    usual,
    bindings: new Map(bindings.map((binding) => [binding.protocol, binding])),
    formatError,
  };
}
