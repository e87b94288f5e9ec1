import { elementAt } from '../core/element-at.ts';
import { transposedMatrix } from '../model/tensor.ts';
import type { LatentDirichletStep } from '../model/topics.ts';
import type { BodyBuilderApi, ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';

type G = CompileContext['g'];

const scalar = (g: G, value: number): ValueName => g.float64([value], []);

/** Turns until a number above 0 is 6 or more. */
const SHIFTS = [0, 1, 2, 3, 4, 5];

/**
 * ψ(x) of x > 0, `[N, k]`: `ψ(x) = ψ(x + n) - Σ 1/(x + i)`, with the asymptotic series from 6 on (J. Bernardo, Algorithm
 * AS 103, 1976). Its few terms are the library's too: a better ψ would answer otherwise.
 */
function digamma(g: G, x: ValueName): ValueName {
  const last = g.int64([2], [1]);
  const ladder = g.add('Add', [g.add('Unsqueeze', [x, last]), g.float64(SHIFTS, [1, 1, SHIFTS.length])]);
  const small = g.add('Cast', [g.add('Less', [ladder, scalar(g, 6)])], { to: 11n });
  const sum = (terms: ValueName): ValueName => g.add('ReduceSum', [terms, last], { keepdims: 0n });
  const below = sum(g.add('Div', [small, ladder]));
  const shifted = g.add('Add', [x, sum(small)]);
  const r = g.add('Reciprocal', [shifted]);
  const square = g.add('Mul', [r, r]);
  const less = (factor: number, inner: ValueName): ValueName =>
    g.add('Sub', [scalar(g, factor), g.add('Mul', [square, inner])]);
  const series = g.add('Mul', [square, less(1 / 12, less(1 / 120, scalar(g, 1 / 252)))]);
  const log = g.add('Sub', [g.add('Log', [shifted]), g.add('Mul', [scalar(g, 0.5), r])]);
  const usual = g.add('Sub', [g.add('Sub', [log, below]), series]);
  const tiny = g.add('Sub', [scalar(g, -0.5772156649015329), g.add('Reciprocal', [x])]);
  return g.add('Where', [g.add('LessOrEqual', [x, scalar(g, 1e-6)]), tiny, usual]);
}

/** `exp(ψ(γ) - ψ(Σγ))` of rows γ of so many topics: one ψ of both side by side. */
function expected(g: G, shares: ValueName, topics: number): ValueName {
  const all = digamma(g, g.add('Concat', [shares, rowSumOf(g, shares)], { axis: 1n }));
  const parts = g.addMany('Split', [all, g.int64([topics, 1], [2])], 2, { axis: 1n });
  return g.add('Exp', [g.add('Sub', [elementAt(parts, 0), elementAt(parts, 1)])]);
}

/** One turn for all rows: those that have settled keep what they have. */
function turn(body: BodyBuilderApi, { words, prior, tolerance }: LatentDirichletStep, x: ValueName): void {
  const [topics, byWord] = [words.rows, transposedMatrix(words)];
  body.argument('turn', 'int64');
  body.argument('going', 'bool');
  const shares = body.argument('shares');
  const weights = body.argument('weights');
  const active = body.argument('active');
  const norm = body.add('MatMul', [weights, body.float64(words.data, [topics, words.cols])]);
  const ratio = body.add('Div', [x, body.add('Add', [norm, scalar(body, Number.EPSILON)])]);
  const sums = body.add('MatMul', [ratio, body.float64(byWord.data, [byWord.rows, topics])]);
  const next = body.add('Add', [body.add('Mul', [weights, sums]), scalar(body, prior)]);
  const apart = rowSumOf(body, body.add('Abs', [body.add('Sub', [shares, next])]));
  const change = body.add('Div', [apart, scalar(body, topics)]);
  const still = body.add('And', [
    active,
    body.add('Not', [body.add('Less', [change, scalar(body, tolerance)])]),
  ]);
  const count = body.add('ReduceSum', [body.add('Cast', [still], { to: 7n })], { keepdims: 0n });
  body.result(body.add('Greater', [count, body.int64([0], [])]));
  body.result(body.add('Where', [active, next, shares]));
  body.result(body.add('Where', [active, expected(body, next, topics), weights]));
  body.result(still);
}

const latentDirichlet: StepCompiler<LatentDirichletStep> = {
  emit(context, step, input) {
    const { g, refusals } = context;
    const { rows: topics } = step.words;
    const x = acceptedMatrix(context, input, step, 'finite');
    const least = g.add('ReduceMin', [x, g.int64([1], [1])], { keepdims: 1n });
    refusals.where(g.add('Less', [least, scalar(g, 0)]));
    const rows = g.add('Shape', [x], { start: 0n, end: 1n });
    const shape = g.add('Concat', [rows, g.int64([topics], [1])], { axis: 0n });
    const ones = g.add('Expand', [scalar(g, 1), shape]);
    const active = g.add('Greater', [rowSumOf(g, ones), scalar(g, 0)]);
    const body = g.nested('topics');
    turn(body, step, x);
    const carried = [ones, expected(g, ones, topics), active];
    const turns = g.int64([step.iterations], []);
    const [inferred] = g.addMany('Loop', [turns, '', ...carried], 3, { body: body.graph() });
    return { stream: matrix(g.add('Div', [inferred!, rowSumOf(g, inferred!)]), topics) };
  },
  certify: () => withinTolerance('sums over words, whose order onnxruntime chooses, from turn to turn'),
};

export const TOPIC_COMPILERS: StepCompilers<LatentDirichletStep> = { 'latent-dirichlet': latentDirichlet };
