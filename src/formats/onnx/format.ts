import { PlimsollError } from '../../core/errors.ts';
import type { OutlineNode } from '../../model/description.ts';
import { checkModel } from '../../onnx/check/model.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile, ONNX_LIMITS } from '../../onnx/limits.ts';
import type { FileFormatReader } from '../format.ts';
import { describeGraph } from './describe.ts';
import { externalReader } from './external.ts';
import { lintModel } from './lint.ts';
import { looksLikeModel } from './match.ts';
import { mostUsed } from './most-used.ts';

/** ONNX files: checked and linted, then served as they are. */
export const onnxFormat: FileFormatReader = {
  id: 'onnx',
  match: looksLikeModel,
  read(source) {
    const { onnxBytes } = ONNX_LIMITS;
    if (source.size > onnxBytes) {
      const found = `${source.size} bytes`;
      throw new PlimsollError('GRAPH_LIMIT', {
        where: 'the file',
        found,
        limit: onnxBytes,
        name: 'onnxBytes',
      });
    }
    const bytes = source.slice(0, source.size);
    const external = externalReader(source, ONNX_LIMITS);
    const model = decodeModel(bytes, ONNX_LIMITS, external.read);
    checkModel(model, limitsForFile(external.bytes()));
    const linted = lintModel(model);
    return describeGraph(linted, {
      format: 'onnx',
      framework: { name: model.producer.name || 'onnx', version: releaseIn(model.producer.version) },
      outline: outlineOf(model),
      notes: linted.notes,
    });
  },
};

function outlineOf({ graph, opsets, functions = [] }: OnnxModel): OutlineNode {
  return {
    path: '',
    class: 'ONNX graph',
    offset: 0,
    params: {
      name: graph.name,
      opsets: opsets
        .map(({ domain, version }) => `${domain === '' ? 'ai.onnx' : domain} ${version}`)
        .join(', '),
      nodes: String(graph.nodes.length),
      functions: String(functions.length),
      operators: mostUsed(graph.nodes.map(({ op }) => op)),
    },
    children: [],
  };
}

/** Characters of a release; some programs write pages there. */
const RELEASE_MAX = 40;

/** The producer's release as it stands, or the first one in a text that is more than that (CatBoost's names commit and author). */
function releaseIn(text: string): string | null {
  if (text.length <= RELEASE_MAX && /^[ -~]*$/.test(text)) return text || null;
  return /\d+\.\d+(?:\.\d+)*/.exec(text)?.[0] ?? null;
}
