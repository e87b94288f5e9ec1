import type { Batch, Outputs } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { graphTrees } from './graph-trees.ts';
import { inputColumns } from './input-columns.ts';

/** A graph as a model whose rows have columns. */
export interface FlatModel {
  readonly model: ExplainedModel;
  rowsOf(batch: Batch): Batch;
}

/** Null where it is none, or where some input is no table. Its main answer has the name by which scikit-learn gives it, too. */
export function flatModel({ name, content, engine }: ExplainedModel): FlatModel | null {
  if (content.kind !== 'graph' || content.signature.form !== 'tensors') return null;
  const columns = inputColumns(content.signature);
  if (columns === null) return null;
  const main = mainOutput(content.signature);
  const usual = content.signature.classes === null ? 'predict' : 'predict_proba';
  const outputs = main === null ? [] : [{ ...main, name: usual }];
  const signature = { ...columns.signature, outputs: [...columns.signature.outputs, ...outputs] };
  const infer = async (batch: Batch): Promise<Outputs> => {
    const answers = await engine.infer(columns.tensorsOf(batch));
    const answer = main === null ? undefined : answers[main.name];
    return answer === undefined ? answers : { ...answers, [usual]: answer };
  };
  const flat: ModelContent = { ...content, signature };
  const graph = graphTrees(content);
  return { model: { name, content: flat, engine: { infer }, graph }, rowsOf: columns.rowsOf };
}

/** The only output in numbers; null where there are several, or one has a name that would be given twice. */
function mainOutput({ outputs }: Signature): OutputSpec | null {
  const [main = null, ...others] = outputs.filter(({ dtype }) => dtype.startsWith('float'));
  const isTaken = outputs.some(({ name }) => name === 'predict' || name === 'predict_proba');
  return others.length > 0 || isTaken ? null : main;
}
