import { type Contract, PLAIN } from '../../config/contract.ts';
import type { RawEnds } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type { Assignment } from '../assignment.ts';
import type { Capture } from '../capture/capture.ts';
import type { CaptureStream } from '../capture/stream.ts';
import type { DataPlane, Endpoint, PlaneState } from '../data-plane.ts';
import type { Decode, Doorway, Encode, Protocol, ReadWish, Refuse } from '../protocol.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Tape } from '../recorder/tape.ts';
import type { Scan } from '../rows/scan.ts';
import type { Headers } from '../unit.ts';
import type { Usage } from '../usage.ts';
import { isScoredElsewhere } from './elsewhere.ts';
import { type InlineBounds, inlineBounds } from './limits.ts';
import type { Metrics, ModelSeries } from './metrics.ts';
import { decoded, patternOf } from './path-pattern.ts';
import { hasRawEnd, rawEndsOf, wished } from './raw.ts';
import { headerLines } from './whole-response.ts';

/** Everything prepared for the requests of one version, seen through a protocol. */
export interface Prepared extends InlineBounds {
  readonly protocol: Protocol;
  readonly target: LoadedVersion;
  readonly decode: Decode;
  /** Reads usual bodies at once, or null. */
  readonly scan: Scan | null;
  /** What a body asks of its answer; null where bodies of the protocol ask nothing. */
  readonly wish: ReadWish | null;
  readonly encode: Encode;
  readonly readFirstRow: ReadFirstRow;
  readonly series: ModelSeries;
  /** Requests that have been sent to the version and have not ended. */
  readonly usage: Usage;
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
export interface Mirror {
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
  readonly assignment: Assignment;
  /** By index of the choice. */
  readonly choices: readonly Prepared[];
  /** Where the requests of each choice are noted; empty where nothing is captured. */
  readonly streams: readonly CaptureStream[];
  /** Where the id of a unit is found. */
  readonly unit: UnitSource;
  readonly callers: ReturnType<Metrics['callersOf']>;
  readonly tape: Tape | null;
  readonly mirror: Mirror | null;
}

/** Where the requests of one path go, as long as the plane is in this state. */
export interface Destination {
  readonly state: PlaneState;
  /** The version that the path names, or the one that stands for its endpoint until a choice is made. */
  readonly main: Prepared;
  /** null where the path names the version: such requests are never measured. */
  readonly endpoint: PreparedEndpoint | null;
  /** Where requests are noted that name the version themselves, or null. */
  readonly pinned: CaptureStream | null;
  /** Key under which bodies may hold the id of the unit, beside their rows. */
  readonly unitField: string | null;
  /** How errors are told here. */
  readonly refuse: Refuse;
  /** Response headers that are made of the request's; null where there are none. */
  readonly answerHeaders: NonNullable<Doorway['answerHeaders']> | null;
  /** Asked for the protocol again, once it is known who answers: where versions may read and write themselves. Else null. */
  readonly negotiate: NonNullable<Doorway['choose']> | null;
  /** Whether some version here does. */
  readonly isRaw: boolean;
}

/** One protocol, spoken at the paths of one doorway. */
interface Way {
  readonly doorway: Doorway;
  readonly protocol: Protocol;
  readonly refuse: Refuse;
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
  readonly doorway: Doorway;
  readonly patterns: readonly RegExp[];
  /** By protocol, the first that of requests whose headers say nothing. */
  readonly ways: ReadonlyMap<Protocol, Way>;
  readonly refuse: Refuse;
}

export interface RoutesOptions {
  readonly plane: DataPlane;
  readonly doorways: readonly Doorway[];
  readonly metrics: Metrics;
  /** @default {PLAIN} */
  readonly contract?: Contract | undefined;
  readonly recorder?: Recorder | undefined;
  readonly capture?: Capture | undefined;
}

/** Paths of prediction requests: the usual ones by one lookup, others (queries, escapes, mistakes) by pattern. */
export class Routes {
  readonly #plane: DataPlane;
  readonly #metrics: Metrics;
  readonly #contract: Contract;
  readonly #recorder: Recorder | undefined;
  readonly #capture: Capture | undefined;
  readonly #entrances: readonly Entrance[];
  readonly #patterns: number;
  /** Where the headers have nothing to say, by path. */
  readonly #exact = new Map<string, Destination>();
  readonly #places = new Map<string, Place>();
  readonly #endpoints = new Map<Way, Map<string, Destination>>();
  /** By version and protocol; gone with the version. */
  readonly #prepared = new WeakMap<LoadedVersion, Map<string, Prepared>>();

  constructor({ plane, doorways, metrics, contract = PLAIN, recorder, capture }: RoutesOptions) {
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
  exact(url: string): Destination | undefined {
    return this.#exact.get(url);
  }

  /**
   * The destination of a request, or null where its path is no prediction path. Throws where no such model or version is,
   * and where its headers ask for what the protocol does not know.
   */
  match(path: string, headers: Headers): Destination | null {
    const place = this.#place(path);
    if (place === null) return null;
    const { entrance, model } = place;
    const { doorway, ways } = entrance;
    const version = doorway.version?.(headers) ?? place.version;
    const target = version === null ? this.#plane.endpoint(model) : this.#plane.resolve(model, version);
    const isPinned = 'manifest' in target;
    const isRaw = doorway.takesRaw === true && (isPinned ? [target] : target.versions).some(hasRawEnd);
    const asked = doorway.choose?.(this.wished(headers), isRaw ? ANY_FORM : undefined);
    const way = ways.get(asked ?? doorway.protocols[0]!)!;
    const found = isPinned ? this.#pinned(way, target) : this.#endpoint(way, target);
    if (doorway.choose === undefined && doorway.version === undefined) this.#keep(this.#exact, path, found);
    return found;
  }

  /** The headers of a request with what the platform wishes where the client does not. */
  wished(headers: Headers): Headers {
    return wished(headers, this.#contract);
  }

  /** How errors are told of a path; undefined where no doorway has a say. */
  refuseOf(path: string): Refuse | undefined {
    const { entrance } = this.#place(path) ?? {};
    if (entrance) return entrance.refuse;
    return this.#entrances.find(({ doorway }) => doorway.around?.test(path))?.refuse;
  }

  /** Where requests of the same endpoint go now. Throws MODEL_NOT_FOUND where there is none any more. */
  current(destination: Destination): Destination {
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
        const place = { entrance, model: model === undefined ? null : decoded(model), version };
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
  #pinned({ doorway, protocol, refuse }: Way, version: LoadedVersion): Destination {
    const { state } = this.#plane;
    const unitField = state.endpoints.get(version.model)?.assignment.field ?? null;
    const pinned = this.#capture?.streamOf(null, version) ?? null;
    const main = this.prepared(protocol, version);
    return { state, main, endpoint: null, pinned, unitField, refuse, ...ofDoorway(doorway, [version]) };
  }

  #endpoint(way: Way, { route, assignment, versions, main, mirror }: Endpoint): Destination {
    const ofWay = this.#endpoints.get(way) ?? new Map<string, Destination>();
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
      tape: this.#recorder?.tapeOf(route.endpoint) ?? null,
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
  prepared(protocol: Protocol, target: LoadedVersion): Prepared {
    const ofVersion = this.#prepared.get(target) ?? new Map<string, Prepared>();
    this.#prepared.set(target, ofVersion);
    const known = ofVersion.get(protocol.id);
    if (known) return known;
    const headers = ['content-type', protocol.answers, ...modelHeaders(target)];
    const prepared: Prepared = {
      protocol,
      target,
      decode: protocol.decode(target),
      scan: protocol.scan?.(target) ?? null,
      wish: protocol.wish?.(target) ?? null,
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

type OfDoorway = Pick<Destination, 'answerHeaders' | 'negotiate' | 'isRaw'>;

const ofDoorway = (
  { answerHeaders, choose, takesRaw = false }: Doorway,
  versions: readonly LoadedVersion[],
): OfDoorway => ({
  answerHeaders: answerHeaders ?? null,
  negotiate: (takesRaw ? choose : null) ?? null,
  isRaw: takesRaw && versions.some(hasRawEnd),
});

/** What is asked for is looked at once it is known who answers. */
const ANY_FORM: RawEnds = { input: true, output: true };

function entranceOf(doorway: Doorway, contract: Contract): Entrance {
  const refuse = doorway.refuse(contract);
  return {
    doorway,
    patterns: doorway.routes(contract).map(patternOf),
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
  isScoredElsewhere(target) ? 0 : target.manifest.rowMicros;

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
