/** Explains a sample of rows where they are monitored: what moves the answers of a version now. */
import type { CapturedBlock } from '../../capture/block.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { renewEntry } from '../../core/recent-entries.ts';
import type { Explainer } from '../../explain/explanation.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { bundleState, readManifest } from '../../registry/bundle.ts';
import type { ExplainedBundle } from '../../registry/explained-bundle.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { drawnColumns } from '../drift/drawn-attributions.ts';
import type { LoggedCells } from '../log/past-requests.ts';
import { requestBodyOf } from '../log/rebuild-request.ts';
import { columnBinner } from '../reference/column-binner.ts';
import type { FeatureProfile } from '../reference/reference-profile.ts';

/** Rows that are explained at once, and of a block at most. */
const BLOCK = 64;
/** Milliseconds that a block may take, and a reference. */
const BLOCK_MILLIS = 25;
export const REFERENCE_MILLIS = 10_000;
/** Versions that are kept open. */
const MOST_OPEN = 4;

/** Attributions are watched where somebody has said that explanations matter: who gave a background, or declared reasons. */
export const watchesAttributions = ({ signature, background, reasons, python }: BundleManifest): boolean =>
  signature.form !== 'tensors' &&
  signature.open !== true &&
  python === undefined &&
  (background?.of === 'background' || reasons !== undefined);

/** Columns of rows, by name. */
export interface RowCells {
  readonly rows: number;
  /** A cell as JSON has it. */
  cell(name: string, row: number): unknown;
  has(name: string): boolean;
}

interface OpenVersion {
  readonly bundle: ExplainedBundle;
  readonly explainer: Explainer<Batch>;
}

export class AttributionSampler {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #open = new Map<string, Promise<OpenVersion | null>>();
  /** Bundles of which it was said that they cannot be explained. */
  readonly #told = new Set<string>();

  constructor(clock: Pick<Clock, 'monotonic'>, logger: Pick<Logger, 'warn'>) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Counts of what a sample of the rows of a block draws, in the bins of the profile; zeros where nothing can be said. Never throws. */
  async counts(block: CapturedBlock, bundle: string | null, feature: FeatureProfile): Promise<Float64Array> {
    const counts = new Float64Array(feature.counts.length);
    const { rows, meta } = block;
    if (bundle === null || rows === 0) return counts;
    const taken = Math.min(BLOCK, rows);
    const places = Array.from({ length: taken }, (_, k) => Math.floor((k * rows) / taken));
    const ids = places.map((row) => `${meta.requestId[row]} ${meta.row[row]}`);
    const drawn = await this.draw(bundle, cellsOfBlock(block, places), ids, BLOCK_MILLIS);
    const bins = new Uint8Array(drawn.length);
    columnBinner(feature)({ kind: 'category', values: drawn }, 0, drawn.length, bins);
    for (const bin of bins) counts[bin]! += 1;
    return counts;
  }

  /** What rows draw, in their order, as far as the time goes: few of a version that is slow to explain. Never throws. */
  async draw(
    bundle: string,
    cells: RowCells,
    ids: readonly string[],
    limitMillis: number,
  ): Promise<readonly (string | null)[]> {
    const drawn: (string | null)[] = [];
    try {
      const version = await this.#version(bundle);
      if (version === null) return drawn;
      const { signature } = version.bundle.manifest;
      let [spent, last] = [0, 0];
      // Each step is of twice the rows, and the one before tells what it will take.
      for (let step = 1; drawn.length < ids.length && spent + 2 * last <= limitMillis; step *= 2) {
        const from = drawn.length;
        const to = Math.min(ids.length, from + Math.min(step, BLOCK));
        const began = this.#clock.monotonic();
        const batch = batchOf(signature, cells, from, to);
        if (batch === null) return drawn;
        const attributions = await version.explainer.explain(batch);
        drawn.push(...drawnColumns(version.explainer, attributions, ids.slice(from, to)));
        last = this.#clock.monotonic() - began;
        spent += last;
      }
      return drawn;
    } catch (error) {
      this.#warn(bundle, error);
      return drawn;
    }
  }

  #version(bundle: string): Promise<OpenVersion | null> {
    const key = `${bundle} ${bundleState(bundle)}`;
    const known = this.#open.get(key) ?? openVersion(bundle).catch((error) => this.#warn(bundle, error));
    for (const old of renewEntry(this.#open, key, known, MOST_OPEN))
      void old.then((one) => one?.bundle.close()).catch(() => undefined);
    return known;
  }

  /** Once of each bundle: blocks come every second. */
  #warn(bundle: string, error: unknown): null {
    if (this.#told.has(bundle)) return null;
    this.#told.add(bundle);
    this.#logger.warn(
      { bundle, error: messageOf(error) },
      'rows cannot be explained: their attributions are not watched',
    );
    return null;
  }

  async close(): Promise<void> {
    for (const version of this.#open.values()) await (await version)?.bundle.close();
    this.#open.clear();
  }
}

async function openVersion(bundle: string): Promise<OpenVersion | null> {
  const manifest = readManifest(bundle);
  if (manifest === null || !watchesAttributions(manifest)) return null;
  const { openExplainedBundle } = await import('../../registry/explained-bundle.ts');
  const opened = await openExplainedBundle({ bundle, model: manifest.file, version: 1 });
  try {
    const explainer = await opened.explainer({ output: null, method: null });
    // What is made with the first row is no cost of the others.
    await explainer.explain(decodeInput({ instances: [manifest.example] }, manifest.signature));
    return { bundle: opened, explainer };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Null where a column that the model reads is not there. */
function batchOf(signature: Signature, cells: RowCells, from: number, to: number): Batch | null {
  if (signature.form === 'tensors') return null;
  const read = signature.columns.filter(({ ignored }) => !ignored).map(({ name }) => name);
  if (!read.every((name) => cells.has(name))) return null;
  const rows = Array.from(
    { length: to - from },
    (_, k): LoggedCells => Object.fromEntries(read.map((name) => [name, cells.cell(name, from + k)])),
  );
  return decodeInput(requestBodyOf(signature, rows), signature);
}

/** A number as JSON has it, or a text. */
export const jsonCellOf = (value: number | string | null | undefined): unknown => {
  if (typeof value !== 'number') return value ?? null;
  return Number.isNaN(value) ? null : Number.isFinite(value) ? value : String(value);
};

function cellsOfBlock({ inputs }: CapturedBlock, places: readonly number[]): RowCells {
  const columns = new Map(inputs.map(({ name, values }) => [name, values]));
  return {
    rows: places.length,
    has: (name) => columns.has(name),
    cell: (name, row) => jsonCellOf(columns.get(name)?.[places[row]!]),
  };
}
