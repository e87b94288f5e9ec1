import type { ReadNote } from '../../model/description.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { IR_RANGE, OPSET_RANGE } from '../../onnx/check/known.ts';
import type { OnnxGraph, OnnxModel, Opset } from '../../onnx/graph.ts';
import { freeBatch } from './batch.ts';
import { computeInFloat32 } from './bfloat16.ts';
import { localeAnywhere } from './locale.ts';
import { widenPorts } from './wider-ports.ts';
import { dropZipMaps } from './zipmap.ts';

/** A graph as it is served, and what was changed about it. */
export interface LintedGraph {
  readonly model: OnnxModel;
  readonly notes: readonly ReadNote[];
  /** Labels of dropped ZipMaps, by graph output. */
  readonly classes: ReadonlyMap<string, LabelSet>;
}

/** From this IR version on, initialisers need not be inputs. */
const IR_WITH_PURE_INITIALIZERS = 4;
/** Where a file imports no ai.onnx at all: any opset has Identity. */
const FALLBACK_OPSET = 15;

/**
 * Makes a checked model fit for serving: ZipMaps become tensors, defaults stop being inputs, inputs and outputs are of types that
 * requests hold, a frozen batch dimension is freed where that is proved, and domains that no node uses go.
 */
export function lintModel(given: OnnxModel): LintedGraph {
  const { graph: unzipped, classes } = dropZipMaps(localeAnywhere(dropDefaults(given.graph)));
  const { graph: cast, widened } = widenPorts(unzipped);
  const { model, changed } = computeInFloat32({ ...given, graph: cast });
  const carried = model.graph;
  const batch = freeBatch(carried);
  const notes: ReadNote[] = widened.map(({ name, from, to }) => ({
    level: 'info',
    text: `"${name}" is ${from} in the graph, and ${to} in requests and answers`,
  }));
  if (changed)
    notes.push({ level: 'info', text: 'Computed in float32: there are no CPU kernels for bfloat16' });
  if (classes.size > 0) {
    notes.push({
      level: 'info',
      text: `ZipMap dropped: ${[...classes.keys()].join(', ')} is a matrix, one column a class`,
    });
  }
  if (batch.kind === 'freed')
    notes.push({
      level: 'info',
      text: `Batch dimension of ${batch.batch} made free: every operator keeps rows apart`,
    });
  if (batch.kind === 'frozen') {
    notes.push({ level: 'warning', text: `Batch dimension stays at ${batch.batch}: ${batch.reason}` });
  }
  const graph = batch.kind === 'freed' ? batch.graph : carried;
  const irVersion = Math.min(Math.max(model.irVersion, IR_WITH_PURE_INITIALIZERS), IR_RANGE.newestOfRuntime);
  return { model: { ...model, irVersion, opsets: usedOpsets(model), graph }, notes, classes };
}

/** An input that an initialiser backs is a default that nobody overrides here. */
function dropDefaults(graph: OnnxGraph): OnnxGraph {
  const inputs = graph.inputs.filter(({ name }) => !Object.hasOwn(graph.initializers, name));
  return inputs.length === graph.inputs.length ? graph : { ...graph, inputs };
}

/** The checks have refused every node of another domain, functions excepted. */
function usedOpsets(model: OnnxModel): Opset[] {
  const own = new Set((model.functions ?? []).map(({ domain }) => domain));
  const versions = new Map(model.opsets.map(({ domain, version }) => [domain, version]));
  const opsets = [...versions]
    .map(([domain, version]) => ({ domain, version }))
    .filter(({ domain }) => OPSET_RANGE.has(domain) || own.has(domain));
  const standard = opsets.some(({ domain }) => domain === '');
  return standard ? opsets : [{ domain: '', version: FALLBACK_OPSET }, ...opsets];
}
