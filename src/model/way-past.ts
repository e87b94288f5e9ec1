import { PlimsollError } from '../core/errors.ts';
import { sentenceCase } from '../text/sentence-case.ts';
import type { CompileBlocker } from './blocker.ts';
import { WHICH_MODEL } from './description.ts';

/** What to do about a blocker. */
export interface BlockerWay {
  /** In words that go on a sentence. */
  readonly way: string;
  /** Whether Python could run the model as it is; of no use is it where a file holds no fitted model. */
  readonly isPythonOfUse: boolean;
}

export const LET_PYTHON = 'if you trust who wrote it, let Python run it: --runtime python --trust';
export const TO_ONNX = 'export the model to ONNX, which is read as data';
/** What is found in the place of a fitted attribute that is not there. */
export const NOT_FITTED = 'missing (the estimator was never fitted)';

/** What a file of torch lacks that has weights alone, or the name of a class whose `forward` is code. */
const EXPORT = 'torch.export.save(torch.export.export(model.eval(), arguments), "model.pt2")';
const WITH_GRAPH = `save its operators as well, where its class is known: ${EXPORT}`;
const BESIDE_GRAPH = `put a graph beside the weights, in a folder of their own, and give the folder (\`plimsoll serve FOLDER\`): ${EXPORT} where the class is known, or the layers as architecture.json (docs/deep-learning.md)`;
/** Networks, by the writer or operator that a reader names. */
const NETWORKS = /^(?:torch|aten|keras|tensorflow)\b/i;
/** Functions of Python that only the process that made them has (tensorflow/python/ops/script_ops.py). */
const OF_PROCESS = /^tensorflow\.(?:Eager)?PyFunc(?:Stateless)?$/;
const BOOSTERS = /^(?:xgboost|lightgbm|catboost)\./;
/** Libraries of data: what they pickle is no model. */
const DATA = /^(?:numpy|pandas|scipy)\./;
/** A parameter that can be set before fitting, and not what fitting or a reader calls something. */
const PARAMETER = /^[a-z]\w*(?<!_)$/i;

/** What to do about one blocker, as far as it can be told from its field and class. Pure. */
export function wayPast({ path, class: name, field, found, wanted }: CompileBlocker): BlockerWay {
  const useless = (way: string): BlockerWay => ({ way, isPythonOfUse: false });
  const useful = (way: string): BlockerWay => ({ way, isPythonOfUse: true });
  if (field === WHICH_MODEL) return useless(wanted);
  if ((field === 'the value' && path === '') || DATA.test(name))
    return useless('save the fitted model itself');
  if (found === NOT_FITTED) return useless('call fit() before saving the model');
  if (field === 'the document') return useless('leave out --runtime, for the engine that evaluates PMML');
  if (name.startsWith('PMML '))
    return useless('export the model without it (docs/pmml.md lists what is read), or as ONNX');
  if (field === 'the architecture' && name.startsWith('keras'))
    return useless('save the whole model, not its weights alone: model.save("model.keras")');
  if (OF_PROCESS.test(name)) return useless('export the model without it: its function is not in the file');
  if (field === 'the network') return useful(BESIDE_GRAPH);
  if (field === 'its forward') return useful(WITH_GRAPH);
  if (field === 'the state dict')
    return useless('give the weights of this very network, or export the network again beside them');
  if (name.startsWith('torch.nn') && path.startsWith('layer'))
    return useless(
      'write the layer as torch.nn has it, or give a graph of torch.export instead (docs/deep-learning.md)',
    );
  if (NETWORKS.test(name))
    return useful(`export the model without it, or ${TO_ONNX.replace('export the model ', '')}`);
  if (name === 'ONNX graph') return useless('export the model with inputs and outputs of other types');
  if (field === 'the class') return useful(insteadOf(name, path));
  if (BOOSTERS.test(name))
    return useful(
      `train the model with what is supported (${wanted.replace(/ (?:are|is)$/, '')}), and save it again`,
    );
  return PARAMETER.test(field)
    ? useful(`set ${field} to what is supported, fit, and save the model again`)
    : useful('replace that step, and save the model again');
}

/** What to take in place of a class that nothing here reads: a step can be another one, a whole model has to be exported. */
function insteadOf(name: string, path: string): string {
  if (name.startsWith('sklearn.')) return `replace it by an estimator of docs/estimators.md, or ${TO_ONNX}`;
  return path === '' || path === 'the model'
    ? TO_ONNX
    : `say the same with steps of scikit-learn, or ${TO_ONNX}`;
}

/** The refusal of a step that is sound, and that nothing here evaluates; with the way on that fits it. */
export const modelUnsupported = (
  blocker: CompileBlocker,
  more: Readonly<Record<string, unknown>> = {},
): PlimsollError => new PlimsollError('MODEL_UNSUPPORTED', { ...blocker, ...more, way: hintPast(blocker) });

/** The way past a blocker, and Python where that could run the model. */
function hintPast(blocker: CompileBlocker): string {
  const { way, isPythonOfUse } = wayPast(blocker);
  const doctor = '`plimsoll doctor FILE` lists what stands in the way';
  return `${sentenceCase(way)}: ${doctor}${isPythonOfUse ? `; or, ${LET_PYTHON}` : ''}`;
}
