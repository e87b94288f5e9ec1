import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import { missingPart } from '../../core/parts.ts';
import type { EngineReports } from '../../examine/engines.ts';
import type { SkewFinding } from '../../examine/skew/finding.ts';
import { skewOf } from '../../examine/skew/skew.ts';
import { partFilesIn } from '../../files/part-files.ts';
import type { ReadOptions } from '../../files/read-model.ts';
import type { CompileBlocker } from '../../model/blocker.ts';
import { columnNames } from '../../model/column-names.ts';
import type {
  ModelContent,
  ModelDescription,
  NamedGlobal,
  OutlineNode,
  ReadNote,
  SourceFramework,
} from '../../model/description.ts';
import { choicesOf, type ReadingChoices } from '../../model/reading-choices.ts';
import type { Signature } from '../../model/signature.ts';
import { outlineModel } from '../../outline/model-outline.ts';
import type { ModelOutline } from '../../outline/outline-schemas.ts';
import type { PythonDemands } from '../../python/demands.ts';
import { digestFileSync } from '../../registry/bundle.ts';
import { folderOfParts, partsBeside } from '../../registry/folder-layout.ts';
import { folderBytes } from '../../registry/python/folder.ts';
import { choicesIn, type ModelSource } from '../../registry/python/model-source.ts';
import { readSource } from '../../registry/python/source.ts';
import { readFolderLayout } from '../../registry/read-layout.ts';
import { truncate } from '../../text/truncate.ts';
import { readModel } from './open-model.ts';
import { besideText } from './parts-beside.ts';
import { type PythonReport, pythonReport } from './python/report.ts';

/** All that `inspect` knows; `--json` prints it whole. */
export interface InspectReport {
  readonly file: string;
  /** What it is: a file, or a folder of `plimsoll.save`, of MLflow, or with a script. */
  readonly kind: ModelSource['kind'];
  /** Of all files of a folder together. */
  readonly size: number;
  /** sha256 of a file; of a folder, what names it where Python runs it. */
  readonly digest: string;
  readonly format: string;
  readonly compression: string | null;
  readonly framework: SourceFramework;
  readonly outline: OutlineNode | null;
  /** What is in it, as the control API tells it of a version; null where it is too large to be taken apart. */
  readonly contents: ModelOutline | null;
  readonly signature: Signature | null;
  readonly engines: EngineReports | null;
  /** Rows with their answers that the file brings, which are replayed before it is served. */
  readonly goldenRows: number;
  readonly blockers: readonly CompileBlocker[];
  readonly globals: readonly NamedGlobal[];
  readonly notes: readonly ReadNote[];
  /** What the libraries that wrote it would warn of, or break on, where another release loads it. */
  readonly skew: readonly SkewFinding[];
  /** Files beside it that fit, and the command that serves all together; null where there are none. */
  readonly beside: string | null;
  readonly python: PythonReport;
  /** What was chosen of the file by options. */
  readonly choices: ReadingChoices;
}

/** Beside the file, what is said about Python counts: modules and packages that are given. */
export interface InspectOptions extends ReadOptions {
  readonly demands: PythonDemands;
}

/** Reads a file or folder as data and tries what could run it; nothing of it is executed. */
export async function inspectModel(
  path: string,
  { demands, ...reading }: InspectOptions,
): Promise<InspectReport> {
  const source = await readSource(path);
  const model = await describedModel(source, reading);
  const { content, format, compression, framework, outline, blockers, globals, notes } = model;
  return {
    file: basename(resolve(path)),
    kind: source.kind,
    ...(await measured(source, demands)),
    format,
    compression,
    framework,
    outline,
    contents: contentsOf(model),
    signature: content?.signature ?? source.signature,
    engines: content && (await enginesFor(content)),
    goldenRows: content?.kind === 'steps' ? (content.goldenRows?.rows.length ?? 0) : 0,
    blockers,
    globals,
    notes: [...sourceNotes(source, content?.signature ?? null), ...notes, ...graphNotes(content)],
    skew: skewOf(model),
    beside: besideOf(source),
    python: pythonReport(source, model, demands),
    choices: choicesOf(reading),
  };
}

/** Bytes of a graph that is taken apart. */
const GRAPH_MOST = 2 ** 28;

function contentsOf(model: ModelDescription): ModelOutline | null {
  const { content } = model;
  if (content?.kind !== 'graph' || typeof content.onnx !== 'string') return outlineModel(model).outline;
  if (statSync(content.onnx).size > GRAPH_MOST) return null;
  return outlineModel({ ...model, content: { ...content, onnx: readFileSync(content.onnx) } }).outline;
}

/** Files beside a single file that make one model with it. */
function besideOf({ kind, path }: ModelSource): string | null {
  const folder = kind === 'file' ? folderOfParts(resolve(path)) : null;
  if (folder === null) return null;
  try {
    const beside = partsBeside(path, readFolderLayout(folder));
    return beside === null ? null : besideText(beside, dirname(path));
  } catch (error) {
    // What is wrong with other files is no matter of this one.
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

/** By which digest others know the graph that is served. */
const graphNotes = (content: ModelContent | null): readonly ReadNote[] =>
  content?.kind === 'graph' && typeof content.onnx === 'string'
    ? [{ level: 'info', text: `sha256 of the graph that is served: ${digestFileSync(content.onnx)}` }]
    : [];

/** What a folder says of the model in it, and where the two differ. */
function sourceNotes(
  { origin, notes, signature: stated }: ModelSource,
  own: Signature | null,
): readonly ReadNote[] {
  const wrote: readonly ReadNote[] = origin === null ? [] : [{ level: 'info', text: origin }];
  if (stated === null || own === null || stated.form === 'tensors' || own.form === 'tensors')
    return [...wrote, ...notes];
  const [said, taken] = [columnNames(stated), columnNames(own)];
  if (said === null || taken?.join('\n') === said.join('\n')) return [...wrote, ...notes];
  const model = taken === null ? `${own.columns.length} columns without names` : taken.join(', ');
  const text = `The folder says that the columns are ${said.join(', ')}; the model itself takes ${model}, and that is what counts`;
  return [...wrote, ...notes, { level: 'warning', text: truncate(text, 400) }];
}

/** The model as data; of a folder that nothing but Python reads, what the folder says. */
async function describedModel(source: ModelSource, reading: ReadOptions): Promise<ModelDescription> {
  if (source.kind === 'file' || source.kind === 'parts') return readModel(source.path, reading);
  try {
    if (source.data !== null) return await readModel(source.data, { ...reading, ...choicesIn(source) });
    return onlyPython(source, 'Nothing but Python can load it');
  } catch (error) {
    if (!isPlimsollError(error) || error.exit !== 4) throw error;
    return onlyPython(source, error.message);
  }
}

const onlyPython = ({ format, kind }: ModelSource, text: string): ModelDescription => ({
  format: format ?? kind,
  framework: { name: format ?? 'python', version: null },
  ...{ compression: null, outline: null, globals: [], blockers: [], content: null },
  notes: [{ level: 'warning', text }],
});

async function measured(
  { kind, path }: ModelSource,
  demands: PythonDemands,
): Promise<{ readonly size: number; readonly digest: string }> {
  if (kind === 'file') return { size: statSync(path).size, digest: digestFileSync(path) };
  if (kind === 'parts') return measuredParts(path);
  const { identify } = await import('../../registry/identify.ts');
  // Trust is asked for by what runs something; this only reads.
  const { digests } = await identify(path, { runtime: 'python', python: { ...demands, trust: true } });
  return { size: folderBytes(path), digest: digests[0] };
}

async function measuredParts(path: string): Promise<{ readonly size: number; readonly digest: string }> {
  const { identify } = await import('../../registry/identify.ts');
  const { digests } = await identify(path, { runtime: null, python: null });
  return { size: partFilesIn(path).reduce((sum, { size }) => sum + size, 0), digest: digests[0] };
}

/** Of this machine: onnxruntime is a part that may be missing. */
async function enginesFor(content: ModelContent): Promise<EngineReports> {
  const { engineReports } = await import('../../examine/engines.ts');
  const reports = engineReports(content);
  const missing = missingPart('onnxruntime');
  if (missing === null) return reports;
  return { ...reports, onnx: { runs: false, reason: `onnxruntime is not installed. ${missing.hint}` } };
}
