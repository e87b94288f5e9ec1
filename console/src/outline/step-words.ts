/** What is said of a step in a line or two. Pure. */
import type { ModelOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';

type OutlineStep = ModelOutline['steps'][number];
type StepFact = OutlineStep['parameters'][number];

/** `StandardScaler` of `sklearn.preprocessing._data.StandardScaler`. */
export const shortClass = (name: string): string => name.split('.').at(-1) ?? name;

/** Parameters that people ask for first; others in the order of the file. */
const FIRST: readonly string[] = [
  ...['n_estimators', 'iterations', 'max_depth', 'depth', 'learning_rate', 'max_leaf_nodes', 'num_leaves'],
  ...['C', 'alpha', 'l1_ratio', 'penalty', 'kernel', 'loss', 'objective', 'strategy', 'handle_unknown'],
  ...['n_components', 'n_clusters', 'ngram_range', 'max_features', 'with_mean', 'with_std', 'norm', 'method'],
];
const SHOWN = 2;

/** Those that say most. */
export function mainParameters(parameters: readonly StepFact[], most = SHOWN): readonly StepFact[] {
  const rank = ({ name }: StepFact): number => {
    const at = FIRST.indexOf(name);
    return at < 0 ? FIRST.length : at;
  };
  return parameters
    .filter(({ name }) => !TOLD.has(name))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, most);
}

/** Said in words of their own. */
const TOLD: ReadonlySet<string> = new Set(['columns']);

/** Below the name of a step: its class, its columns, its main parameters. */
export function stepLines(step: OutlineStep): readonly string[] {
  const { name, columns, learned, parameters, kind } = step;
  const trees = learned.find((fact) => fact.name === 'trees');
  const main = mainParameters(parameters);
  return [
    ...(isSaid(name, step.class) || kind === 'passthrough' ? [] : [shortClass(step.class)]),
    ...(kind === 'passthrough' ? ['as they are'] : []),
    ...(columns === null ? [] : [`${plural(columns.count, 'column')}: ${columns.names.join(', ')}`]),
    ...(kind === 'pipeline' ? [] : main.map(factText)),
    ...(trees === undefined ? [] : [`trees: ${trees.value}`]),
  ];
}

/** A pipeline that names its steps itself calls them by their classes. */
export const isSaid = (name: string, type: string): boolean =>
  name === '' || name.replace(/-\d+$/, '') === shortClass(type).toLowerCase();

const factText = ({ name, value }: StepFact): string => `${name} = ${value}`;

/** The whole model in one sentence. */
export function modelSentence({ steps, ensembles, graph, framework }: ModelOutline): string {
  if (graph !== null)
    return `A graph of ${plural(graph.nodes, 'operator')}, written by ${graph.producer || framework}.`;
  const last = steps.findLast(({ kind }) => kind !== 'pipeline');
  const [root] = steps;
  if (root === undefined || last === undefined) return 'Nothing of it is read as data: Python runs it whole.';
  const inner = steps.filter(({ kind }) => kind !== 'pipeline').length;
  const trees = ensembles.reduce((sum, one) => sum + one.trees, 0);
  const of = trees === 0 ? '' : ` of ${plural(trees, 'tree')}`;
  return inner === 1
    ? `${shortClass(last.class)}${of}, by ${framework}.`
    : `${plural(inner, 'step')} that end in ${shortClass(last.class)}${of}, by ${framework}.`;
}
