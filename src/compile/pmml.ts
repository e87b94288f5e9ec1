import { elementAt } from '../core/element-at.ts';
import type { PmmlTarget } from '../model/pmml/base.ts';
import type { PmmlMiningModel, PmmlModel, PmmlTreeModel, PmmlTreeNode } from '../model/pmml/models.ts';
import type { PmmlField } from '../model/pmml/program.ts';
import type { PmmlStep } from '../model/pmml/step.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type CompiledOutput, type StepCompiler } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { PmmlTreeArena, type RefuseTree } from './pmml-trees.ts';
import { matrix, matrixOf, once, streamWidthOf } from './stream.ts';

/** `to` of Cast. */
const FLOAT32 = { to: 1n };
const FLOAT64 = { to: 11n };

/** What is compiled of a document: trees over columns of numbers, and what becomes of their sums. */
interface PmmlForest {
  readonly trees: readonly PmmlTreeModel[];
  /** Null of a single tree. */
  readonly mining: PmmlMiningModel | null;
  readonly float32: boolean;
}

/**
 * Documents of trees over plain numbers, as trees; the native engine evaluates the same documents as they are written, so that the
 * two check each other. All other documents are evaluated natively alone.
 */
export const pmml: StepCompiler<PmmlStep> = {
  emit(context, step, input) {
    const refuse: RefuseTree = (field, found, wanted) => {
      throw compileUnsupported(step, 'the document', `PMML with ${field}: ${found}`, wanted);
    };
    const forest = forestOf(step, refuse);
    const trees = ensembleOf(step, forest, refuse);
    const x = matrixOf(context, input, step);
    const width = streamWidthOf(input);
    const { g } = context;
    const rounded = forest.float32 ? g.add('Cast', [g.add('Cast', [x], FLOAT32)], FLOAT64) : x;
    const { outputs } = context.compile(trees, matrix(rounded, width));
    const predict = outputs?.['predict'];
    if (outputs === undefined || predict === undefined || !('value' in predict))
      return refuse('no prediction', 'none', 'one is');
    if (step.answer.kind === 'label') {
      // A row without a prediction is refused.
      const shares = outputs['predict_proba'];
      if (shares !== undefined && 'value' in shares) context.refusals.numbers(shares.value(), 'finite');
      return { outputs };
    }
    return {
      outputs: { predict: rescaled(context, predict, lastOf(step), forest.mining?.float32 === true) },
    };
  },
  certify: () => bitExact('comparisons, and sums in the order of the document'),
};

const lastOf = ({ models }: PmmlStep): PmmlModel => elementAt(models, models.length - 1);

function forestOf(step: PmmlStep, refuse: RefuseTree): PmmlForest {
  const root = lastOf(step);
  const { min, max, cast, defaultValue, priors } = root.target;
  if (min !== -Infinity || max !== Infinity || cast !== null || defaultValue !== null || priors !== null)
    return refuse('Targets', 'bounds, whole numbers or values of what is missing', 'rescaling is');
  if (step.extras.length > 0)
    return refuse('an output', elementAt(step.extras, 0).name, 'the prediction alone is');
  if (root.kind === 'tree')
    return { trees: [root], mining: null, float32: precisionOf(step, [root], refuse) };
  if (root.kind !== 'mining') return refuse('the model', root.kind, 'trees are');
  const methods = root.task === 'regression' ? ['sum', 'average'] : ['average'];
  if (!methods.includes(root.method))
    return refuse('multipleModelMethod', root.method, `${methods.join(', ')} are`);
  if (root.missingPrediction === 'skipSegment')
    return refuse('missingPredictionTreatment', root.missingPrediction, 'continue and returnMissing are');
  const trees = root.segments.map(({ predicate, model }) => {
    const inner = elementAt(step.models, model);
    if (predicate.kind !== 'constant' || !predicate.value)
      return refuse('a segment', 'a predicate', 'True is');
    if (inner.kind !== 'tree' || inner.task !== root.task)
      return refuse('a segment', inner.kind, 'trees are');
    if (!isPlain(inner.target)) return refuse('Targets', 'those of a segment', 'those of the whole are');
    return inner;
  });
  return { trees, mining: root, float32: precisionOf(step, trees, refuse) };
}

/** Whether a target changes nothing. */
const isPlain = ({ min, max, factor, constant, cast, defaultValue, priors, type }: PmmlTarget): boolean =>
  min === -Infinity &&
  max === Infinity &&
  factor === 1 &&
  constant === 0 &&
  cast === null &&
  defaultValue === null &&
  priors === null &&
  type !== 'float';

/** Whether the fields that trees ask for are float32 numbers, all of them or none. */
function precisionOf(step: PmmlStep, trees: readonly PmmlTreeModel[], refuse: RefuseTree): boolean {
  const found = new Set(
    trees.flatMap(({ nodes }) =>
      nodes.flatMap(({ predicate }) =>
        predicate.kind === 'compare' ? [sourceOf(step, predicate.field, refuse).float32] : [],
      ),
    ),
  );
  if (found.size > 1) return refuse('fields', 'of float and of double', 'one of them is');
  return found.has(true);
}

/** The column that a field hands on as it is. */
function sourceOf(
  { fields }: PmmlStep,
  index: number,
  refuse: RefuseTree,
): { column: number; float32: boolean } {
  let float32 = false;
  let field: PmmlField = elementAt(fields, index);
  for (;;) {
    if (field.type !== 'double' && field.type !== 'float')
      return refuse('a field', `${field.name}, ${field.type}`, 'double and float are');
    // What an input is rounded to shows in the field that treats it.
    if (field.kind === 'input') return { column: field.column, float32 };
    float32 ||= field.type === 'float';
    field = elementAt(fields, handedOn(field, refuse));
  }
}

function handedOn(field: PmmlField, refuse: RefuseTree): number {
  if (field.kind === 'derived' && field.expression.kind === 'field' && field.expression.missing === null)
    return field.expression.field;
  if (field.kind !== 'treated')
    return refuse('a field', `${field.name}, which is computed`, 'columns as they are');
  const { domain, refusesMissing, missingReplacement, outliers } = field.treatment;
  const { valid, invalid, missing, intervals } = domain;
  const isFree = valid.length + invalid.length + missing.length + intervals.length === 0;
  if (!isFree || refusesMissing || missingReplacement !== null || outliers !== 'asIs')
    return refuse('a field', `${field.name}, whose values are treated`, 'columns as they are');
  return field.source;
}

function ensembleOf(
  step: PmmlStep,
  { trees, mining, float32 }: PmmlForest,
  refuse: RefuseTree,
): TreeEnsembleStep {
  const { origin, features, featureNames, answer } = step;
  const root = lastOf(step);
  const single = mining?.float32 === true;
  if (single && (answer.kind === 'label' || !float32))
    return refuse('x-mathContext', 'float', 'it is, of sums over float fields');
  const closed = trees.some(({ nodes }) =>
    nodes.some(
      ({ predicate: p }) =>
        p.kind === 'compare' && (p.operator === 'lessOrEqual' || p.operator === 'greaterThan'),
    ),
  );
  const split = closed ? 'le' : 'lt';
  const width = answer.kind === 'label' ? root.classes.length : 1;
  let classOf: Int32Array | null = null;
  const arena = new PmmlTreeArena(
    {
      ...{ float32, split, refuse },
      columnOf: (field) => sourceOf(step, field, refuse).column,
      valuesOf: (node) =>
        answer.kind === 'label'
          ? fractions(node, width, classOf, root, refuse)
          : [scoreOf(node, single, refuse)],
    },
    width,
  );
  for (const [i, tree] of trees.entries()) {
    classOf = mining === null ? null : elementAt(mining.segments, i).classOf;
    arena.add(tree);
  }
  return {
    ...{
      kind: 'tree-ensemble',
      origin,
      features,
      featureNames,
      arena: arena.finish(),
      input: 'float64',
      split,
    },
    ...{ acceptsMissing: true, scores: width, target: null },
    base: { kind: 'constant', scores: new Float64Array(width) },
    sums: single ? 'float32' : 'float64',
    aggregate: mining?.method === 'average' ? 'mean' : 'sum',
    head:
      answer.kind === 'label'
        ? { kind: 'vote', groups: [answer.labels], stride: width }
        : { kind: 'regression', link: 'identity', flat: true },
  };
}

/** A number is missing where nothing is predicted, and so is every sum with it. */
function scoreOf(node: PmmlTreeNode | null, single: boolean, refuse: RefuseTree): number {
  const score = node?.score ?? null;
  if (Object.is(score, -0)) return refuse('a score', '-0', '0 is');
  return typeof score !== 'number' ? Number.NaN : single ? Math.fround(score) : score;
}

/** Fractions by the classes of the whole, missing where nothing is predicted; a node that says something else than the largest of them is not carried. */
function fractions(
  node: PmmlTreeNode | null,
  width: number,
  classOf: Int32Array | null,
  root: PmmlModel,
  refuse: RefuseTree,
): readonly number[] {
  if (node === null) return new Array<number>(width).fill(Number.NaN);
  const own = node.distribution;
  if (own === null) return refuse('a node', 'without a distribution', 'nodes with one are');
  if (classOf === null) {
    const largest = own.reduce((best, share, k) => (share > (own[best] ?? 0) ? k : best), 0);
    if (node.score !== null && node.score !== root.classes[largest])
      return refuse('a score', 'another class than the largest', 'that one is');
    return [...own];
  }
  const placed = new Array<number>(width).fill(0);
  for (const [k, share] of own.entries()) placed[elementAt(classOf, k)] = share;
  return placed;
}

/** Rescaling of the target, each operation rounded as the sums are. */
function rescaled(
  context: CompileContext,
  output: CompiledOutput,
  { target }: PmmlModel,
  single: boolean,
): CompiledOutput {
  const { g } = context;
  const { factor, constant, type } = target;
  const round = (value: ValueName, float32: boolean): ValueName =>
    float32 ? g.add('Cast', [g.add('Cast', [value], FLOAT32)], FLOAT64) : value;
  const value = once(() => {
    const sum = output.value();
    const scaled = factor === 1 ? sum : round(g.add('Mul', [sum, g.float64([factor], [])]), single);
    const moved = constant === 0 ? scaled : round(g.add('Add', [scaled, g.float64([constant], [])]), single);
    return round(moved, type === 'float');
  });
  return { ...output, value };
}
