import { type Contract, PLAIN } from '../../config/contract.ts';
import type { RawEnds } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type { CaptureStream } from '../capture/capture-stream.ts';
import type { DataCapture } from '../capture/data-capture.ts';
import type { DataPlane, PlaneState, ServedEndpoint } from '../data-plane.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { headerLines } from '../http/fast-path/response.ts';
import { type InlineBounds, inlineBounds } from '../http/limits.ts';
import { decodePathSegment, routePattern } from '../http/path-pattern.ts';
import type { ModelSeries, ServingMetrics } from '../metrics/serving-metrics.ts';
import type {
  DecodeRows,
  EncodeResponse,
  ErrorFormatter,
  Protocol,
  ProtocolRoutes,
  ReadResponseOptions,
} from '../protocol.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { RolloutRecorder } from '../recorder/rollout-recorder.ts';
import type { WindowRecorder } from '../recorder/window-recorder.ts';
import type { ReferenceCount } from '../reference-count.ts';
import type { RouteAssigner } from '../route-assigner.ts';
import type { ScanRows } from '../rows/compile-scan.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { hasRawEnd, rawEndsOf, withDefaultAccept } from './raw-body.ts';

/** Everything prepared for the requests of one version, seen through a protocol. */
export interface PreparedVersion extends InlineBounds {
  readonly protocol: Protocol;
  readonly target: LoadedVersion;
  readonly decode: DecodeRows;
  /** Reads usual bodies at once, or null. */
  readonly scan: ScanRows | null;
  /** What a body asks of its answer; null where bodies of the protocol ask nothing. */
  readonly wish: ReadResponseOptions | null;
  readonly encode: EncodeResponse;
  readonly readFirstRow: ReadFirstRow;
  readonly series: ModelSeries;
  /** Requests that have been sent to the version and have not ended. */
  readonly usage: ReferenceCount;
  /** Response headers that never change, flat. */
  readonly headers: readonly string[];
  /** The same as lines. */
  readonly lines: string;
  /** What the version's own code reads and writes itself, at doors that let it. */
  readonly raw: RawEnds;
  /** Predicted microseconds of this process that a row costs, reading and writing included. */
  readonly rowMicros: number;
}

/** A version that gets copies of requests. */
export interface MirrorTarget {
  readonly target: LoadedVersion;
  readonly percent: number;
  readonly seed: number;
  /** Where its answers are noted, or null where nothing is captured. */
  readonly stream: CaptureStream | null;
}

/** What an endpoint's route needs for requests. */
export interface PreparedEndpoint {
  readonly name: string;
  readonly way: Way;
  readonly assignment: RouteAssigner;
  /** By index of the choice. */
  readonly choices: readonly PreparedVersion[];
  /** Where the requests of each choice are noted; empty where nothing is captured. */
  readonly streams: readonly CaptureStream[];
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
  /** Key under which bodies may hold the id of the unit, beside their rows. */
  readonly unitField: string | null;
  /** How errors are told here. */
  readonly refuse: ErrorFormatter;
  /** Response headers that are made of the request's; null where there are none. */
  readonly answerHeaders: NonNullable<ProtocolRoutes['answerHeaders']> | null;
  /** Asked for the protocol again, once it is known who answers: where versions may read and write themselves. Else null. */
  readonly negotiate: NonNullable<ProtocolRoutes['negotiate']> | null;
  /** Whether some version here does. */
  readonly isRaw: boolean;
}

/** One protocol, spoken at the paths of one doorway. */
interface Way {
  readonly doorway: ProtocolRoutes;
  readonly protocol: Protocol;
  readonly refuse: ErrorFormatter;
}

/** What a path means, whatever the headers say. */
interface Place {
  readonly entrance: Entrance;
  readonly model: string | null;
  readonly version: string | null;
}

/** Reading and writing one number, measured (bench/door.ts). */
const CELL_MICROS = 0.1;

/** A doorway under the contract of this process. */
interface Entrance {
  readonly doorway: ProtocolRoutes;
  readonly patterns: readonly RegExp[];
  /** By protocol, the first that of requests whose headers say nothing. */
  readonly ways: ReadonlyMap<Protocol, Way>;
  readonly refuse: ErrorFormatter;
}

export interface PredictionRouterOptions {
  readonly plane: DataPlane;
  readonly doorways: readonly ProtocolRoutes[];
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
  readonly #entrances: readonly Entrance[];
  readonly #patterns: number;
  /** Where the headers have nothing to say, by path. */
  readonly #exact = new Map<string, RouteDestination>();
  readonly #places = new Map<string, Place>();
  readonly #endpoints = new Map<Way, Map<string, RouteDestination>>();
  /** By version and protocol; gone with the version. */
  readonly #prepared = new WeakMap<LoadedVersion, Map<string, PreparedVersion>>();

  constructor({ plane, doorways, metrics, contract = PLAIN, recorder, capture }: PredictionRouterOptions) {
    this.#plane = plane;
    this.#metrics = metrics;
    this.#contract = contract;
    this.#recorder = recorder;
    this.#capture = capture;
    this.#entrances = doorways.map((doorway) => entranceOf(doorway, contract));
    this.#patterns = this.#entrances.reduce((sum, { patterns }) => sum + patterns.length, 0);
  }

  /** Gets ready for every version at the first doorway, so that no request waits for it there. */
  prepare({ versions }: PlaneState): void {
    const usual = this.#entrances[0]!.doorway.protocols;
    for (const version of versions) for (const protocol of usual) this.prepared(protocol, version);
  }

  /** Forgets where paths led: to be called when the plane follows other routes. */
  forget(): void {
    this.#exact.clear();
    this.#places.clear();
    this.#endpoints.clear();
  }

  /** The destination of a path asked for before, by its exact text. */
  exact(url: string): RouteDestination | undefined {
    return this.#exact.get(url);
  }

  /**
   * The destination of a request, or null where its path is no prediction path. Throws where no such model or version is,
   * and where its headers ask for what the protocol does not know.
   */
  match(path: string, headers: RequestHeaders): RouteDestination | null {
    const place = this.#place(path);
    if (place === null) return null;
    const { entrance, model } = place;
    const { doorway, ways } = entrance;
    const version = doorway.version?.(headers) ?? place.version;
    const target = version === null ? this.#plane.endpoint(model) : this.#plane.resolve(model, version);
    const isPinned = 'manifest' in target;
    const isRaw = doorway.takesRaw === true && (isPinned ? [target] : target.versions).some(hasRawEnd);
    const asked = doorway.negotiate?.(this.wished(headers), isRaw ? ANY_FORM : undefined);
    const way = ways.get(asked ?? doorway.protocols[0]!)!;
    const found = isPinned ? this.#pinned(way, target) : this.#endpoint(way, target);
    if (doorway.negotiate === undefined && doorway.version === undefined)
      this.#keep(this.#exact, path, found);
    return found;
  }

  /** The headers of a request with what the platform wishes where the client does not. */
  wished(headers: RequestHeaders): RequestHeaders {
    return withDefaultAccept(headers, this.#contract);
  }

  /** How errors are told of a path; undefined where no doorway has a say. */
  refuseOf(path: string): ErrorFormatter | undefined {
    const { entrance } = this.#place(path) ?? {};
    if (entrance) return entrance.refuse;
    return this.#entrances.find(({ doorway }) => doorway.errorPaths?.test(path))?.refuse;
  }

  /** Where requests of the same endpoint go now. Throws MODEL_NOT_FOUND where there is none any more. */
  current(destination: RouteDestination): RouteDestination {
    const { state, endpoint } = destination;
    if (endpoint === null || state === this.#plane.state) return destination;
    return this.#endpoint(endpoint.way, this.#plane.endpoint(endpoint.name));
  }

  #place(path: string): Place | null {
    const known = this.#places.get(path);
    if (known) return known;
    for (const entrance of this.#entrances) {
      for (const pattern of entrance.patterns) {
        const groups = pattern.exec(path);
        if (!groups) continue;
        const { model, version = null } = groups.groups ?? {};
        const place = { entrance, model: model === undefined ? null : decodePathSegment(model), version };
        this.#keep(this.#places, path, place);
        return place;
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
  #pinned({ doorway, protocol, refuse }: Way, version: LoadedVersion): RouteDestination {
    const { state } = this.#plane;
    const unitField = state.endpoints.get(version.model)?.assignment.field ?? null;
    const pinned = this.#capture?.streamOf(null, version) ?? null;
    const main = this.prepared(protocol, version);
    return { state, main, endpoint: null, pinned, unitField, refuse, ...ofDoorway(doorway, [version]) };
  }

  #endpoint(way: Way, { route, assignment, versions, main, mirror }: ServedEndpoint): RouteDestination {
    const ofWay = this.#endpoints.get(way) ?? new Map<string, RouteDestination>();
    this.#endpoints.set(way, ofWay);
    const known = ofWay.get(route.endpoint);
    if (known) return known;
    const { doorway, protocol, refuse } = way;
    const { shadow, seed, unit } = route;
    const streamOf = (version: LoadedVersion): CaptureStream | null =>
      this.#capture?.streamOf(route.endpoint, version) ?? null;
    const endpoint: PreparedEndpoint = {
      name: route.endpoint,
      way,
      assignment,
      choices: versions.map((version) => this.prepared(protocol, version)),
      unit,
      callers: this.#metrics.callersOf(route.model),
      streams: versions.flatMap((version) => streamOf(version) ?? []),
      windowRecorder: this.#recorder?.windowRecorderOf(route.endpoint) ?? null,
      mirror: shadow && mirror && { target: mirror, percent: shadow.percent, seed, stream: streamOf(mirror) },
    };
    const { state } = this.#plane;
    const unitField = assignment.field;
    const prepared = this.prepared(protocol, main);
    const shared = ofDoorway(doorway, versions);
    const made = { state, main: prepared, endpoint, pinned: null, unitField, refuse, ...shared };
    ofWay.set(route.endpoint, made);
    return made;
  }

  /** A version seen through a protocol. */
  prepared(protocol: Protocol, target: LoadedVersion): PreparedVersion {
    const ofVersion = this.#prepared.get(target) ?? new Map<string, PreparedVersion>();
    this.#prepared.set(target, ofVersion);
    const known = ofVersion.get(protocol.id);
    if (known) return known;
    const headers = ['content-type', protocol.answers, ...modelHeaders(target)];
    const prepared: PreparedVersion = {
      protocol,
      target,
      decode: protocol.decode(target),
      scan: protocol.scan?.(target) ?? null,
      wish: protocol.responseOptions?.(target) ?? null,
      encode: protocol.encode(target),
      readFirstRow: firstRowReader(target.manifest.signature),
      series: this.#metrics.seriesOf(target.model, target.version),
      usage: this.#plane.usageOf(target),
      headers,
      lines: headerLines(headers),
      raw: rawEndsOf(target),
      rowMicros: loopMicros(target) + CELL_MICROS * cellsOf(target),
      ...inlineBounds(target.manifest.signature, protocol),
    };
    ofVersion.set(protocol.id, prepared);
    return prepared;
  }
}

type OfDoorway = Pick<RouteDestination, 'answerHeaders' | 'negotiate' | 'isRaw'>;

const ofDoorway = (
  { answerHeaders, negotiate: choose, takesRaw = false }: ProtocolRoutes,
  versions: readonly LoadedVersion[],
): OfDoorway => ({
  answerHeaders: answerHeaders ?? null,
  negotiate: (takesRaw ? choose : null) ?? null,
  isRaw: takesRaw && versions.some(hasRawEnd),
});

/** What is asked for is looked at once it is known who answers. */
const ANY_FORM: RawEnds = { input: true, output: true };

function entranceOf(doorway: ProtocolRoutes, contract: Contract): Entrance {
  const refuse = doorway.errorFormatter(contract);
  return {
    doorway,
    patterns: doorway.routes(contract).map(routePattern),
    ways: new Map(doorway.protocols.map((protocol) => [protocol, { doorway, protocol, refuse }])),
    refuse,
  };
}

const modelHeaders = ({ model, version }: LoadedVersion): string[] => [
  'x-model-name',
  encodeURIComponent(model),
  'x-model-version',
  String(version),
];

const loopMicros = (target: LoadedVersion): number =>
  hasExternalEngine(target) ? 0 : target.manifest.rowMicros;

/** Cells of one row, in and out; a free dimension counts once. */
function cellsOf({ manifest }: LoadedVersion): number {
  const { signature } = manifest;
  const size = (shape: readonly number[]): number =>
    shape.slice(1).reduce((cells, n) => cells * Math.max(1, n), 1);
  const inputs =
    signature.form === 'tensors'
      ? signature.tensors.reduce((sum, { shape }) => sum + size(shape), 0)
      : signature.columns.length;
  return signature.outputs.reduce((sum, { shape, parts = 1 }) => sum + parts * size(shape), inputs);
}
