import type {
  PmmlGeneralRegression,
  PmmlLink,
  PmmlOperand,
  PmmlParameter,
} from '../../../model/pmml/scores.ts';
import { EXACT, inverseLink, softmaxScores } from './regression.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber, setScores } from './target.ts';

type Score = () => number | null;

export function prepareGeneralRegression(state: PmmlState, model: PmmlGeneralRegression): () => PmmlResult {
  const tables = model.tables.map((table) => prepareTable(state, table));
  const offset = prepareOperand(state, model.offset, 0);
  const trials = prepareOperand(state, model.trials, 1);
  const result = emptyResult();
  const linked = (table: Score): number | null => {
    const raw = table();
    const shift = offset();
    return raw === null || shift === null ? null : inverseOf(model.link, raw + shift, model.parameter);
  };
  const [first] = tables;
  if (model.task === 'regression' && first !== undefined) {
    return () => {
      const mean = linked(first);
      const count = trials();
      return setNumber(result, model, mean === null || count === null ? null : mean * count);
    };
  }
  const scores = new Float64Array(model.classes.length);
  const own = new Float64Array(model.order.length);
  return () => {
    for (let i = 0; i < tables.length; i++) {
      const table = tables[i]!;
      const score = model.method === 'softmax' ? table() : linked(table);
      if (score === null) return setScores(result, model, null);
      own[i] = score;
    }
    finish(model.method, own);
    for (let i = 0; i < own.length; i++) scores[model.order[i]!] = own[i]!;
    return setScores(result, model, scores);
  };
}

/** Completes the scores of all classes but the last one. */
function finish(method: PmmlGeneralRegression['method'], own: Float64Array): void {
  const last = own.length - 1;
  if (method === 'softmax') {
    own[last] = 0;
    softmaxScores(own, EXACT);
    return;
  }
  own[last] = 1;
  for (let i = last; i > 0; i--) own[i] = own[i]! - own[i - 1]!;
}

function prepareOperand(state: PmmlState, operand: PmmlOperand | null, otherwise: number): Score {
  if (operand === null) return () => otherwise;
  if ('value' in operand) return () => operand.value;
  return () => state.number(operand.field);
}

function prepareTable(state: PmmlState, parameters: readonly PmmlParameter[]): Score {
  const terms = parameters.map((parameter) => prepareParameter(state, parameter));
  return () => {
    let sum = 0;
    for (const term of terms) {
      const value = term();
      if (value === null) return null;
      sum += value;
    }
    return sum;
  };
}

function prepareParameter(state: PmmlState, { beta, factors, covariates }: PmmlParameter): Score {
  return () => {
    let product = 1;
    for (const { field, value } of factors) {
      const found = state.field(field);
      if (found === null) return null;
      if (found !== value) product = 0;
    }
    if (product === 0) return 0;
    for (const { field, power } of covariates) {
      const x = state.number(field);
      if (x === null) return null;
      product *= power === 1 ? x : x ** power;
    }
    return beta * product;
  };
}

/** Inverse links of generalised linear models; `c` is the parameter of those that have one. */
function inverseOf(link: PmmlLink, x: number, c: number): number {
  switch (link) {
    case 'identity':
      return x;
    case 'log':
      return Math.exp(x);
    case 'logc':
      return 1 - Math.exp(x);
    case 'negbin':
      return 1 / (c * (Math.exp(-x) - 1));
    case 'oddspower':
      return c === 0 ? inverseLink('logit', x, EXACT) : 1 / (1 + (1 + c * x) ** -(1 / c));
    case 'power':
      return c === 0 ? Math.exp(x) : x ** (1 / c);
    default:
      return inverseLink(link, x, EXACT);
  }
}
