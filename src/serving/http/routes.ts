import type { LoadedVersion } from '../../registry/version.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type { Assignment } from '../assignment.ts';
import type { Capture } from '../capture/capture.ts';
import type { CaptureStream } from '../capture/stream.ts';
import type { DataPlane, Endpoint, PlaneState } from '../data-plane.ts';
import type { Decode, Encode, Protocol } from '../protocol.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Tape } from '../recorder/tape.ts';
import type { Usage } from '../usage.ts';
import { isScoredElsewhere } from './elsewhere.ts';
import type { Metrics, ModelSeries } from './metrics.ts';

/** Everything prepared for the requests of one version, seen through a protocol. */
export interface Prepared {
  readonly protocol: string;
  readonly target: LoadedVersion;
  readonly decode: Decode;
  readonly encode: Encode;
  readonly readFirstRow: ReadFirstRow;
  readonly series: ModelSeries;
  /** Requests that have been sent to the version and have not ended. */
  readonly usage: Usage;
  /** Response headers that never change, flat. */
  readonly headers: readonly string[];
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
  readonly protocol: Protocol;
  readonly assignment: Assignment;
  /** By index of the choice. */
  readonly choices: readonly Prepared[];
  /** Where the requests of each choice are noted; empty where nothing is captured. */
  readonly streams: readonly CaptureStream[];
  /** Where the id of a unit is found. */
  readonly unit: UnitSource;
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
}

/** Reading and writing one number, measured (bench/door.ts). */
const CELL_MICROS = 0.1;

interface Pattern {
  readonly protocol: Protocol;
  readonly regexp: RegExp;
}

/** Paths of prediction requests: the usual ones by one lookup, others (queries, escapes, mistakes) by pattern. */
export class Routes {
  readonly #plane: DataPlane;
  readonly #metrics: Metrics;
  readonly #recorder: Recorder | null;
  readonly #capture: Capture | null;
  readonly #protocols: readonly Protocol[];
  readonly #patterns: readonly Pattern[];
  readonly #exact = new Map<string, Destination>();
  readonly #endpoints = new Map<string, Destination>();
  /** By version and protocol; gone with the version. */
  readonly #prepared = new WeakMap<LoadedVersion, Map<string, Prepared>>();

  constructor(
    plane: DataPlane,
    protocols: readonly Protocol[],
    metrics: Metrics,
    recorder: Recorder | null = null,
    capture: Capture | null = null,
  ) {
    this.#plane = plane;
    this.#metrics = metrics;
    this.#recorder = recorder;
    this.#capture = capture;
    this.#protocols = protocols;
    this.#patterns = protocols.flatMap((protocol) =>
      protocol.routes.map((route) => ({ protocol, regexp: patternOf(route) })),
    );
  }

  /** Gets ready for every version, so that no request waits for it. */
  prepare({ versions }: PlaneState): void {
    for (const version of versions) for (const protocol of this.#protocols) this.#prepare(protocol, version);
  }

  /** Forgets where paths led: to be called when the plane follows other routes. */
  forget(): void {
    this.#exact.clear();
    this.#endpoints.clear();
  }

  /** The destination of a path asked for before, by its exact text. */
  exact(url: string): Destination | undefined {
    return this.#exact.get(url);
  }

  /** The destination of a path, or null where it is no prediction path. Throws where no such model or version is. */
  match(path: string): Destination | null {
    for (const { protocol, regexp } of this.#patterns) {
      const groups = regexp.exec(path);
      if (!groups) continue;
      const { model, version } = groups.groups ?? {};
      const name = model === undefined ? null : decoded(model);
      const found =
        version === undefined
          ? this.#endpoint(protocol, this.#plane.endpoint(name))
          : this.#pinned(protocol, this.#plane.resolve(name, version));
      // Escapes spell a path in any number of ways: whoever makes them up must not keep the usual ones out for good.
      if (this.#exact.size >= this.#limit()) this.#exact.clear();
      this.#exact.set(path, found);
      return found;
    }
    return null;
  }

  /** Where requests of the same endpoint go now. Throws MODEL_NOT_FOUND where there is none any more. */
  current(destination: Destination): Destination {
    const { state, endpoint } = destination;
    if (endpoint === null || state === this.#plane.state) return destination;
    return this.#endpoint(endpoint.protocol, this.#plane.endpoint(endpoint.name));
  }

  #limit(): number {
    const { versions, endpoints } = this.#plane.state;
    return 4 * this.#patterns.length * (1 + versions.length + endpoints.size);
  }

  /** What clients send to an endpoint can be sent to the versions of the model of that name as well. */
  #pinned(protocol: Protocol, version: LoadedVersion): Destination {
    const { state } = this.#plane;
    const unitField = state.endpoints.get(version.model)?.assignment.field ?? null;
    const pinned = this.#capture?.streamOf(null, version) ?? null;
    return { state, main: this.#prepare(protocol, version), endpoint: null, pinned, unitField };
  }

  #endpoint(protocol: Protocol, { route, assignment, versions, main, mirror }: Endpoint): Destination {
    const key = `${protocol.id} ${route.endpoint}`;
    const known = this.#endpoints.get(key);
    if (known) return known;
    const { shadow, seed, unit } = route;
    const streamOf = (version: LoadedVersion): CaptureStream | null =>
      this.#capture?.streamOf(route.endpoint, version) ?? null;
    const endpoint: PreparedEndpoint = {
      name: route.endpoint,
      protocol,
      assignment,
      choices: versions.map((version) => this.#prepare(protocol, version)),
      unit,
      streams: versions.flatMap((version) => streamOf(version) ?? []),
      tape: this.#recorder?.tapeOf(route.endpoint) ?? null,
      mirror: shadow && mirror && { target: mirror, percent: shadow.percent, seed, stream: streamOf(mirror) },
    };
    const { state } = this.#plane;
    const unitField = assignment.field;
    const made = { state, main: this.#prepare(protocol, main), endpoint, pinned: null, unitField };
    this.#endpoints.set(key, made);
    return made;
  }

  #prepare(protocol: Protocol, target: LoadedVersion): Prepared {
    const ofVersion = this.#prepared.get(target) ?? new Map<string, Prepared>();
    this.#prepared.set(target, ofVersion);
    const known = ofVersion.get(protocol.id);
    if (known) return known;
    const prepared: Prepared = {
      protocol: protocol.id,
      target,
      decode: protocol.decode(target),
      encode: protocol.encode(target),
      readFirstRow: firstRowReader(target.manifest.signature),
      series: this.#metrics.seriesOf(target.model, target.version),
      usage: this.#plane.usageOf(target),
      headers: ['content-type', 'application/json', ...modelHeaders(target)],
      rowMicros: loopMicros(target) + CELL_MICROS * cellsOf(target),
    };
    ofVersion.set(protocol.id, prepared);
    return prepared;
  }
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

/** `/models/{model}/predict` as a pattern with named groups. */
const patternOf = (route: string): RegExp =>
  new RegExp(`^${route.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
