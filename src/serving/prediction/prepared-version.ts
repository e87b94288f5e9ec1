import type { RawEnds } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { headerLines } from '../http/fast-path/response.ts';
import { type InlineBounds, inlineBounds } from '../http/limits.ts';
import type { ModelSeries, ServingMetrics } from '../metrics/serving-metrics.ts';
import type {
  DecodeRows,
  EncodeResponse,
  ExplainedPlaces,
  Protocol,
  ReadResponseOptions,
} from '../protocol.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { ReferenceCount } from '../reference-count.ts';
import type { ScanRows } from '../rows/compile-scan.ts';
import { rawEndsOf } from './raw-body.ts';

/** A version compiled for one protocol: everything that its requests need. */
export interface PreparedVersion extends InlineBounds {
  readonly protocol: Protocol;
  readonly target: LoadedVersion;
  readonly decode: DecodeRows;
  /** One-pass scan of usual bodies, or null if the version has none. */
  readonly scan: ScanRows | null;
  /** Reads what a body asks of its answer; null if bodies of the protocol ask nothing. */
  readonly responseOptions: ReadResponseOptions | null;
  /** Which rows are explained, by their answers; null where it is all of those for which that is asked. */
  readonly explainedPlaces: ExplainedPlaces | null;
  readonly encode: EncodeResponse;
  readonly readFirstRow: ReadFirstRow;
  readonly series: ModelSeries;
  /** Requests that use the version now. */
  readonly usage: ReferenceCount;
  /** Constant response headers: names and values in turn. */
  readonly headers: readonly string[];
  /** The same headers as HTTP lines. */
  readonly lines: string;
  /** Whether the version's own code reads bodies and writes answers, with protocols that allow it. */
  readonly raw: RawEnds;
  /** Predicted microseconds of a row on the loop, decoding and encoding included. */
  readonly rowMicros: number;
}

/** Microseconds to decode or encode one number, measured (bench/door.ts). */
const CELL_MICROS = 0.1;

/** Compiles a version for a protocol. */
export function prepareVersion(
  protocol: Protocol,
  target: LoadedVersion,
  metrics: ServingMetrics,
  usage: ReferenceCount,
): PreparedVersion {
  const { model, version, manifest } = target;
  const headers = ['content-type', protocol.answers, ...modelHeaders(target)];
  return {
    protocol,
    target,
    decode: protocol.decode(target),
    scan: protocol.scan?.(target) ?? null,
    responseOptions: protocol.responseOptions?.(target) ?? null,
    explainedPlaces: protocol.explainedPlaces?.(target) ?? null,
    encode: protocol.encode(target),
    readFirstRow: firstRowReader(manifest.signature),
    series: metrics.seriesOf(model, version),
    usage,
    headers,
    lines: headerLines(headers),
    raw: rawEndsOf(target),
    rowMicros: loopRowMicros(target),
    ...inlineBounds(manifest.signature, protocol),
  };
}

/** Predicted microseconds of a row of a version where it is scored on the loop, or read there for processes that score it. */
export const loopRowMicros = (target: Pick<LoadedVersion, 'manifest'>): number =>
  loopMicros(target) + CELL_MICROS * cellsOf(target);

const modelHeaders = ({ model, version }: LoadedVersion): string[] => [
  'x-model-name',
  encodeURIComponent(model),
  'x-model-version',
  String(version),
];

const loopMicros = (target: Pick<LoadedVersion, 'manifest'>): number =>
  hasExternalEngine(target) ? 0 : target.manifest.rowMicros;

/** Input and output cells of one row; a free dimension counts as one. */
function cellsOf({ manifest }: Pick<LoadedVersion, 'manifest'>): number {
  const { signature } = manifest;
  const size = (shape: readonly number[]): number =>
    shape.slice(1).reduce((cells, n) => cells * Math.max(1, n), 1);
  const inputs =
    signature.form === 'tensors'
      ? signature.tensors.reduce((sum, { shape }) => sum + size(shape), 0)
      : signature.columns.length;
  return signature.outputs.reduce((sum, { shape, parts = 1 }) => sum + parts * size(shape), inputs);
}
