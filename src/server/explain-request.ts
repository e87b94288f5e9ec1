/** Explains the answer to a logged request again, by the version that answered. */
import { type ExplanationNote, isNote } from '../capture/explanation-note.ts';
import { PlimsollError } from '../core/errors.ts';
import { isOneOf, isRecord } from '../core/record.ts';
import { EXPLANATION_METHODS, type ExplanationMethod } from '../explain/explanation.ts';
import type { Batch } from '../model/batch.ts';
import { findLoggedRequest, type RequestLog } from '../monitor/log/find-request.ts';
import type { LoggedCells } from '../monitor/log/past-requests.ts';
import { type ReplayableShape, requestBodyOf, requireReplayable } from '../monitor/log/rebuild-request.ts';
import type { LoggedRequest } from '../monitor/port.ts';
import { findBackground } from '../registry/background.ts';
import { readManifest } from '../registry/bundle.ts';
import { type ExplainedBundle, openExplainedBundle } from '../registry/explained-bundle.ts';
import type { BundleManifest } from '../registry/version.ts';
import { reasonsIn, rowDigest } from '../serving/explanations/explanation-notes.ts';
import { type AnsweredExplanation, answeredDocument } from '../serving/explanations/forms.ts';
import { decodeInput } from '../serving/rows/decode.ts';

export interface ExplainedAgain {
  readonly requestId: string;
  readonly model: string;
  readonly version: number;
  /** Rows of the request that the log has. */
  readonly rows: readonly number[];
  /** Whether it was explained when it was answered, and the attributions are the same; null where it was not. */
  readonly identical: boolean | null;
  /** As `/predict` answers it. */
  readonly explanation: AnsweredExplanation;
}

/**
 * By the method, and against the rows, by which it was explained then, or as `"explain": true` would where it was not. `bundleOf` says where a
 * version is. Throws REQUEST_UNKNOWN, LOG_REDACTED, LOG_PARTIAL, BUNDLE_GONE, EXPLANATION_UNFIT.
 */
export async function explainLoggedRequest(
  log: RequestLog,
  id: string,
  bundleOf: (model: string, version: number) => Promise<string>,
): Promise<ExplainedAgain> {
  const past = answeredRows(await findLoggedRequest(log, id));
  const { model, version, endpoint } = past;
  const bundle = await bundleOf(model, version);
  const manifest = readManifest(bundle);
  if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: bundle });
  requireReplayable(endpoint, manifest.signature, past);
  const batch = decodeInput(requestBodyOf(manifest.signature, past.cells), manifest.signature);
  const { notes } = past;
  const note = notes.find((one) => one !== null) ?? null;
  const against = backgroundOf(bundle, manifest, note);
  const opened = await openExplainedBundle({ bundle, model, version }, against);
  try {
    return await explained(past, opened, { batch, note, against });
  } finally {
    await opened.close();
  }
}

/** Rows of a request as one version answered them. */
interface AnsweredRows
  extends ReplayableShape,
    Pick<ExplainedAgain, 'requestId' | 'model' | 'version' | 'rows'> {
  readonly endpoint: string;
  readonly cells: readonly LoggedCells[];
  readonly notes: readonly (ExplanationNote | null)[];
}

/** The last answer that went to the client: copies for candidates have the same id, and so have requests whose client repeats it. */
function answeredRows({ requestId, rows: all }: LoggedRequest): AnsweredRows {
  const answered = all.filter(({ role }) => role !== 'shadow');
  const times = (answered.length === 0 ? all : answered).toSorted((a, b) =>
    String(b['time']).localeCompare(String(a['time'])),
  );
  const { time, model, version, endpoint, inputs, redacted } = times[0] ?? {};
  const rows = times.filter((row) => row['time'] === time && row['version'] === version);
  const hidden = isRecord(redacted) ? redacted : {};
  const kindOf = (name: string): 'hash' | 'bucket' | null =>
    Object.hasOwn(hidden, name) ? (hidden[name] === 'hash' ? 'hash' : 'bucket') : null;
  return {
    ...{ requestId, model: String(model), version: Number(version), endpoint: String(endpoint ?? model) },
    rows: rows.map(({ row }) => Number(row)),
    inputs: Object.keys(isRecord(inputs) ? inputs : {}).map((name) => ({ name, redacted: kindOf(name) })),
    cells: rows.map(({ inputs: of }) => (isRecord(of) ? of : {})),
    notes: rows.map(({ explanation }) => (isNote(explanation) ? explanation : null)),
  };
}

/** The rows that it was explained against then, where those are not the ones that the bundle has now anyway. */
function backgroundOf(bundle: string, manifest: BundleManifest, note: ExplanationNote | null): Batch | null {
  if (note?.background == null) return null;
  return findBackground(bundle, manifest, note.background.replace(/^sha256:/, ''));
}

interface RequestOfBefore {
  readonly batch: Batch;
  readonly note: ExplanationNote | null;
  readonly against: Batch | null;
}

async function explained(
  { requestId, model, version, rows, notes }: AnsweredRows,
  opened: ExplainedBundle,
  { batch, note, against }: RequestOfBefore,
): Promise<ExplainedAgain> {
  const { output = null, top = null } = note?.ask ?? {};
  const explainer = await opened.explainer({ output, method: methodOf(note) });
  const attributions = await explainer.explain(batch);
  const manifest = manifestOf(opened.manifest, note, against);
  const source = { explainer, attributions, manifest, batch };
  const isTold = note?.ask.reasons ?? manifest.reasons !== undefined;
  const reasons = isTold ? reasonsIn(source, top) : null;
  const explanation = answeredDocument({ ...source, top, reasons, scores: null, places: null });
  const identical = notes.every((one, row) => one === null || one.digest === rowDigest(source, row));
  return { requestId, model, version, rows, identical: note === null ? null : identical, explanation };
}

/** As it was asked then; without a background, by the method that there was without one. */
function methodOf(note: ExplanationNote | null): ExplanationMethod | null {
  const method = note === null ? null : note.background === null ? note.method : note.ask.method;
  return isOneOf(EXPLANATION_METHODS, method) ? method : null;
}

function manifestOf(
  manifest: BundleManifest,
  note: ExplanationNote | null,
  against: Batch | null,
): BundleManifest {
  if (note?.background == null || against === null) return manifest;
  const digest = note.background.replace(/^sha256:/, '');
  return { ...manifest, background: { of: 'background', digest, rows: against.rows } };
}
