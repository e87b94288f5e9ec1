import { PlimsollError } from '../core/errors.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { LoadedVersion } from '../registry/version.ts';

/** A prediction, free of any protocol. */
export interface InferRequest {
  readonly target: LoadedVersion;
  readonly batch: Batch;
}

export interface InferResponse {
  readonly outputs: Outputs;
  readonly rows: number;
}

/** Name of the model that answers where a request names none and there are several. */
const DEFAULT_MODEL = 'default';

/** The versions that answer, by name; a name alone means its highest version. */
export class DataPlane {
  readonly versions: readonly LoadedVersion[];
  readonly #models = new Map<string, Map<number, LoadedVersion>>();

  constructor(versions: readonly LoadedVersion[]) {
    this.versions = versions;
    for (const version of versions) {
      const known = this.#models.get(version.model) ?? new Map<number, LoadedVersion>();
      this.#models.set(version.model, known.set(version.version, version));
    }
  }

  get models(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The version a request means. Throws MODEL_NOT_FOUND, MODEL_UNNAMED or VERSION_NOT_FOUND, naming the choices. */
  resolve(model: string | null, version: number | string | null): LoadedVersion {
    const name = model ?? this.#onlyModel();
    const versions = this.#models.get(name);
    if (!versions) throw new PlimsollError('MODEL_NOT_FOUND', { model: name, known: this.#known() });
    const numbers = [...versions.keys()].sort((a, b) => a - b);
    const found = versions.get(version === null ? numbers.at(-1)! : numberOf(version));
    if (found) return found;
    throw new PlimsollError('VERSION_NOT_FOUND', { model: name, version, known: numbers.join(', ') });
  }

  /** Scores a batch; answers at once where the engine does. */
  infer({ target, batch }: InferRequest): InferResponse | Promise<InferResponse> {
    const outputs = target.engine.infer(batch);
    if (!(outputs instanceof Promise)) return { outputs, rows: batch.rows };
    return outputs.then((settled) => ({ outputs: settled, rows: batch.rows }));
  }

  #onlyModel(): string {
    if (this.#models.has(DEFAULT_MODEL)) return DEFAULT_MODEL;
    const [first, second] = this.#models.keys();
    if (first !== undefined && second === undefined) return first;
    throw new PlimsollError('MODEL_UNNAMED', { known: this.#known(), example: first ?? 'NAME' });
  }

  #known(): string {
    return this.models.join(', ') || 'no model';
  }
}

/** A version as it is written, and no other spelling of its number (`0x1`, `1.0`, `01`). */
const numberOf = (version: number | string): number =>
  /^[1-9]\d*$/.test(String(version)) ? Number(version) : Number.NaN;
