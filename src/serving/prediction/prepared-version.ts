import type { RawEnds } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { headerLines } from '../http/fast-path/response.ts';
import { type InlineBounds, inlineBounds } from '../http/limits.ts';
import type { ModelSeries, ServingMetrics } from '../metrics/serving-metrics.ts';
import type { DecodeRows, EncodeResponse, Protocol, ReadResponseOptions } from '../protocol.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { ReferenceCount } from '../reference-count.ts';
import type { ScanRows } from '../rows/compile-scan.ts';
import { rawEndsOf } from './raw-body.ts';

/** Everything prepared for the requests of one version, seen through a protocol. */
export interface PreparedVersion extends InlineBounds {
  readonly protocol: Protocol;
  readonly target: LoadedVersion;
  readonly decode: DecodeRows;
  /** Reads usual bodies at once, or null. */
  readonly scan: ScanRows | null;
  /** What a body asks of its answer; null where bodies of the protocol ask nothing. */
  readonly responseOptions: ReadResponseOptions | null;
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

/** Reading and writing one number, measured (bench/door.ts). */
const CELL_MICROS = 0.1;

/** Gets everything ready that requests of a version need, so that none of them has to. */
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
    encode: protocol.encode(target),
    readFirstRow: firstRowReader(manifest.signature),
    series: metrics.seriesOf(model, version),
    usage,
    headers,
    lines: headerLines(headers),
    raw: rawEndsOf(target),
    rowMicros: loopMicros(target) + CELL_MICROS * cellsOf(target),
    ...inlineBounds(manifest.signature, protocol),
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
