/** Trees of a PMML document: each child says which rows it wants. Pure. */
import type { PmmlModel, PmmlTreeModel } from '../../model/pmml/models.ts';
import type { PmmlComparison, PmmlField, PmmlPredicate } from '../../model/pmml/program.ts';
import type { PmmlStep } from '../../model/pmml/step.ts';
import { truncate } from '../../text/truncate.ts';
import { setText, type TreeSource } from './tree-source.ts';

const isTree = (model: PmmlModel): model is PmmlTreeModel => model.kind === 'tree';

/** Null where the document has no trees. */
export function pmmlSource({ models, fields }: PmmlStep): TreeSource | null {
  const trees = models.filter(isTree);
  if (trees.length === 0) return null;
  const roots: number[] = [];
  let nodes = 0;
  for (const { nodes: own } of trees) {
    roots.push(nodes);
    nodes += own.length;
  }
  const classes = trees[0]?.classes ?? [];
  const placeOf = (node: number) => {
    const tree = roots.findLastIndex((root) => root <= node);
    const first = roots[tree] ?? 0;
    return { model: trees[tree], first, own: trees[tree]?.nodes[node - first] };
  };
  return {
    ...{ roots, nodes },
    targets: trees[0]?.task === 'classification' ? classes.map(String) : [],
    children(node) {
      const { own, first } = placeOf(node);
      return own?.children.map((child) => first + child) ?? [];
    },
    question: () => null,
    way(node, place) {
      const { model, own } = placeOf(node);
      const child = own?.children[place];
      const predicate = model?.nodes[child ?? -1]?.predicate;
      const isDefault = own?.defaultChild !== null && own?.defaultChild === child;
      const text = predicate === undefined ? '' : predicateText(predicate, fields);
      return { text, takesMissing: isDefault };
    },
    values(node) {
      const { own, model } = placeOf(node);
      if (own === undefined) return [];
      if (own.distribution !== null) return Array.from(own.distribution);
      if (model?.task === 'classification')
        return model.classes.map((value) => (value === own.score ? 1 : 0));
      return typeof own.score === 'number' ? [own.score] : [];
    },
    cover: () => null,
  };
}

const SIGNS: Readonly<Record<PmmlComparison, string>> = {
  equal: '=',
  notEqual: '≠',
  lessThan: '<',
  lessOrEqual: '≤',
  greaterThan: '>',
  greaterOrEqual: '≥',
};

/** Characters of a condition. */
const WIDTH = 120;
/** Conditions inside conditions that are told. */
const DEPTH = 3;

function predicateText(predicate: PmmlPredicate, fields: readonly PmmlField[], depth = 0): string {
  const name = (field: number): string => fields[field]?.name ?? `field ${field}`;
  switch (predicate.kind) {
    case 'constant':
      return predicate.value ? 'always' : 'never';
    case 'compare':
      return `${name(predicate.field)} ${SIGNS[predicate.operator]} ${predicate.value}`;
    case 'missing':
      return `${name(predicate.field)} is ${predicate.wanted ? '' : 'not '}missing`;
    case 'set':
      return `${name(predicate.field)} ${predicate.wanted ? 'in' : 'not in'} ${setText(predicate.values.map(String))}`;
    default: {
      if (depth >= DEPTH) return '…';
      const parts = predicate.predicates.map((part) => predicateText(part, fields, depth + 1));
      return truncate(
        parts.join(predicate.operator === 'surrogate' ? ' else ' : ` ${predicate.operator} `),
        WIDTH,
      );
    }
  }
}
