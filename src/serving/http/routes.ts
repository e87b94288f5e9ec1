import type { LoadedVersion } from '../../registry/version.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Decode, Encode, Protocol } from '../protocol.ts';
import type { Metrics, ModelSeries } from './metrics.ts';

/** Everything prepared for the requests of one path: a version, seen through a protocol. */
export interface Route {
  readonly protocol: string;
  readonly target: LoadedVersion;
  readonly decode: Decode;
  readonly encode: Encode;
  readonly series: ModelSeries;
  /** Response headers that never change, flat. */
  readonly headers: readonly string[];
  /** Predicted microseconds a row costs, reading and writing included. */
  readonly rowMicros: number;
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
  readonly #patterns: readonly Pattern[];
  readonly #exact = new Map<string, Route>();
  readonly #prepared = new Map<string, Route>();

  constructor(plane: DataPlane, protocols: readonly Protocol[], metrics: Metrics) {
    this.#plane = plane;
    this.#metrics = metrics;
    this.#patterns = protocols.flatMap((protocol) =>
      protocol.routes.map((route) => ({ protocol, regexp: patternOf(route) })),
    );
  }

  /** The route of a path asked for before, by its exact text. */
  exact(url: string): Route | undefined {
    return this.#exact.get(url);
  }

  /** The route of a path, or null where it is no prediction path. Throws where no such model or version is. */
  match(path: string): Route | null {
    for (const { protocol, regexp } of this.#patterns) {
      const groups = regexp.exec(path);
      if (!groups) continue;
      const { model, version } = groups.groups ?? {};
      const target = this.#plane.resolve(model === undefined ? null : decoded(model), version ?? null);
      const route = this.#prepare(protocol, target);
      // Only paths that lead somewhere are kept, and there are few spellings of each.
      if (this.#exact.size < this.#limit()) this.#exact.set(path, route);
      return route;
    }
    return null;
  }

  #limit(): number {
    return 4 * this.#patterns.length * (1 + this.#plane.versions.length);
  }

  #prepare(protocol: Protocol, target: LoadedVersion): Route {
    const key = `${protocol.id} ${target.model} ${target.version}`;
    const known = this.#prepared.get(key);
    if (known) return known;
    const route: Route = {
      protocol: protocol.id,
      target,
      decode: protocol.decode(target),
      encode: protocol.encode(target),
      series: this.#metrics.seriesOf(target.model, target.version),
      headers: ['content-type', 'application/json', ...modelHeaders(target)],
      rowMicros: target.manifest.rowMicros + CELL_MICROS * cellsOf(target),
    };
    this.#prepared.set(key, route);
    return route;
  }
}

const modelHeaders = ({ model, version }: LoadedVersion): string[] => [
  'x-model-name',
  encodeURIComponent(model),
  'x-model-version',
  String(version),
];

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
