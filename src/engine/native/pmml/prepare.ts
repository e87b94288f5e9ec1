import { elementAt } from '../../../core/element-at.ts';
import type { Outputs } from '../../../model/batch.ts';
import type { PmmlModel } from '../../../model/pmml/models.ts';
import type { PmmlFeature, PmmlField, PmmlPredicate } from '../../../model/pmml/program.ts';
import type { PmmlStep } from '../../../model/pmml/step.ts';
import { castPmmlValue, type PmmlValue } from '../../../model/pmml/value.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { type RowBlock, refuseCell } from '../block.ts';
import type { EvaluatorContext, StepEvaluator } from '../evaluator.ts';
import { prepareLabels } from '../labels.ts';
import { prepareClustering } from './clustering.ts';
import { type PmmlCompute, prepareExpression } from './expression.ts';
import { prepareGeneralRegression } from './general-regression.ts';
import { prepareMining } from './mining.ts';
import { prepareNaiveBayes } from './naive-bayes.ts';
import { prepareNeuralNetwork } from './neural-network.ts';
import { preparePredicate } from './predicate.ts';
import { prepareRegression } from './regression.ts';
import { prepareScorecard } from './scorecard.ts';
import { type PmmlResult, PmmlState, type RefuseRow } from './state.ts';
import { prepareTreatment } from './treatment.ts';
import { prepareTree } from './tree.ts';
import { prepareVectorModel } from './vectors.ts';

/** Makes a PMML document ready: closures over one state, evaluated row by row. */
export function preparePmml(step: PmmlStep, { names }: EvaluatorContext): StepEvaluator {
  const { state, refuse } = startState(step);
  const last = step.models.length - 1;
  const writers = [
    prepareAnswer(step, refuse),
    ...step.extras.map(({ name, field, text }) => prepareExtra(state, name, field, text)),
  ];
  return {
    outputs: (input): Outputs => {
      state.open(input, names);
      try {
        for (const writer of writers) writer.open(input.rows);
        for (let row = 0; row < input.rows; row++) {
          state.begin(row);
          const result = state.result(last);
          for (const writer of writers) writer.write(row, result);
        }
        return Object.fromEntries(writers.flatMap((writer) => writer.outputs()));
      } finally {
        state.close();
      }
    },
  };
}

/** What evaluates the fields and models of a document, and refuses the row that it is at. */
function startState(step: PmmlStep): { readonly state: PmmlState; readonly refuse: RefuseRow } {
  const state = new PmmlState();
  const refuse: RefuseRow = (name, problem) => refuseCell(state.row, name, problem);
  for (const field of step.fields) state.addField(prepareField(state, field, step, refuse));
  for (const model of step.models) state.addModel(prepareModel(state, model, step.models, refuse));
  return { state, refuse };
}

/** What predicates of a document come to, `[rows, predicates]`: 1 where true, 0 where false, -1 where a value that decides is missing. */
export function preparePmmlTruths(
  step: PmmlStep,
  predicates: readonly PmmlPredicate[],
): (input: RowBlock) => Int8Array {
  const { state } = startState(step);
  const tests = predicates.map((predicate) => preparePredicate(state, predicate));
  return (input) => {
    const truths = new Int8Array(input.rows * tests.length);
    state.open(input, []);
    try {
      for (let row = 0; row < input.rows; row++) {
        state.begin(row);
        for (const [k, test] of tests.entries()) {
          const truth = test();
          truths[row * tests.length + k] = truth === null ? -1 : Number(truth);
        }
      }
    } finally {
      state.close();
    }
    return truths;
  };
}

function prepareField(state: PmmlState, field: PmmlField, step: PmmlStep, refuse: RefuseRow): PmmlCompute {
  switch (field.kind) {
    case 'input': {
      const { column } = field;
      const isBoolean = field.type === 'boolean';
      return () => {
        const cell = state.cell(column);
        return isBoolean && typeof cell === 'number' ? cell !== 0 : cell;
      };
    }
    case 'treated': {
      const { source, name, type, treatment } = field;
      return prepareTreatment(() => state.field(source), name, type, treatment, refuse);
    }
    case 'derived': {
      const { type, expression } = field;
      const compute = prepareExpression(state, expression, refuse);
      const from = expression.type;
      // A float is rounded again: an argument may be of another type than its function says.
      return type === from && type !== 'float' ? compute : () => castPmmlValue(compute(), type, from);
    }
    case 'result': {
      const { model, feature, type } = field;
      const from = elementAt(step.models, model);
      const take = prepareFeature(feature, from);
      const own = feature.kind === 'predictedValue' ? from.target.type : type;
      return () => castPmmlValue(take(state.result(model)), type, own);
    }
  }
}

function prepareFeature(feature: PmmlFeature, model: PmmlModel): (result: PmmlResult) => PmmlValue {
  switch (feature.kind) {
    case 'predictedValue':
      return ({ value }) => value;
    case 'probability': {
      const { class: wanted } = feature;
      return ({ scores, value }) => scores?.[wanted ?? model.classes.indexOf(value)] ?? null;
    }
    case 'entityId':
      return ({ entity }) => entity;
    case 'affinity': {
      const { class: wanted } = feature;
      return ({ affinity, scores }) => (wanted === null ? affinity : (scores?.[wanted] ?? null));
    }
    case 'reasonCode': {
      const { rank } = feature;
      return ({ reasons }) => reasons[rank - 1] ?? null;
    }
  }
}

function prepareModel(
  state: PmmlState,
  model: PmmlModel,
  models: readonly PmmlModel[],
  refuse: RefuseRow,
): () => PmmlResult {
  switch (model.kind) {
    case 'tree':
      return prepareTree(state, model, refuse);
    case 'regression':
      return prepareRegression(state, model);
    case 'mining':
      return prepareMining(state, model, models);
    case 'general-regression':
      return prepareGeneralRegression(state, model);
    case 'scorecard':
      return prepareScorecard(state, model, refuse);
    case 'naive-bayes':
      return prepareNaiveBayes(state, model);
    case 'neural-network':
      return prepareNeuralNetwork(state, model);
    case 'support-vector-machine':
      return prepareVectorModel(state, model);
    case 'clustering':
      return prepareClustering(state, model);
  }
}

/** Collects an output over the rows. */
interface OutputWriter {
  readonly open: (rows: number) => void;
  readonly write: (row: number, result: PmmlResult) => void;
  readonly outputs: () => readonly (readonly [string, Tensor])[];
}

function prepareAnswer({ answer, models }: PmmlStep, refuse: RefuseRow): OutputWriter {
  if (answer.kind === 'number') {
    let data = new Float64Array(0);
    return {
      open: (rows) => {
        data = new Float64Array(rows);
      },
      write: (row, { value }) => {
        data[row] = value === null ? Number.NaN : Number(value);
      },
      outputs: () => [['predict', { dtype: 'float64', shape: [data.length], data }]],
    };
  }
  const { classes } = elementAt(models, models.length - 1);
  const at = new Map(classes.map((value, index) => [value, index]));
  const take = prepareLabels(answer.labels);
  const width = classes.length;
  let found = new Int32Array(0);
  let data = new Float64Array(0);
  return {
    open: (rows) => {
      found = new Int32Array(rows);
      data = new Float64Array(answer.probabilities ? rows * width : 0);
    },
    write: (row, { value, scores }) => {
      const index = value === null ? undefined : at.get(value);
      if (index === undefined) return refuse('the prediction', 'the model predicts nothing for these values');
      found[row] = index;
      if (answer.probabilities)
        for (let k = 0; k < width; k++) data[row * width + k] = scores?.[k] ?? Number.NaN;
    },
    outputs: () => [
      ['predict', take(found)],
      ...(answer.probabilities
        ? [['predict_proba', { dtype: 'float64', shape: [found.length, width], data }] as const]
        : []),
    ],
  };
}

/** An output field; a missing text is empty, a missing number NaN. */
function prepareExtra(state: PmmlState, name: string, field: number, isText: boolean): OutputWriter {
  let texts: string[] = [];
  let data = new Float64Array(0);
  return {
    open: (rows) => {
      texts = isText ? new Array<string>(rows) : [];
      data = new Float64Array(isText ? 0 : rows);
    },
    write: (row) => {
      const value = state.field(field);
      if (isText) texts[row] = value === null ? '' : String(value);
      else data[row] = value === null ? Number.NaN : Number(value);
    },
    outputs: () =>
      isText
        ? [[name, { dtype: 'string', shape: [texts.length], data: texts }]]
        : [[name, { dtype: 'float64', shape: [data.length], data }]],
  };
}
