import type { ReadNote } from '../../model/description.ts';
import type { PmmlTreeModel, PmmlTreeNode } from '../../model/pmml/models.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import { classNamed, type ModelPlace } from './place.ts';
import { readPredicateOf } from './predicate.ts';
import type { XmlElement } from './xml.ts';

const STRATEGIES = ['none', 'lastPrediction', 'nullPrediction', 'defaultChild'] as const;
/** `splitCharacteristic` says what is there anyway. */
const NO_TRUE_CHILD = ['returnNullPrediction', 'returnLastPrediction'] as const;

const NO_DEFAULT: ReadNote = {
  level: 'warning',
  text: 'nodes of trees name no defaultChild, though missingValueStrategy sends missing values there: rows that lack the value such a node asks for are refused',
};

/** A node with the classes of its distribution by name, until all classes are known. */
interface RawNode {
  readonly node: Omit<PmmlTreeNode, 'distribution' | 'children'> & { readonly children: number[] };
  readonly fractions: ReadonlyMap<PmmlValue, number> | null;
}

/** `TreeModel`. Strategies that weigh several leaves are refused. */
export function readTreeModel(place: ModelPlace): PmmlTreeModel {
  const { element, document } = place;
  const { reading } = document.program;
  const missing = reading.choice(element, 'missingValueStrategy', STRATEGIES, 'none');
  const noTrueChild = reading.choice(element, 'noTrueChildStrategy', NO_TRUE_CHILD, 'returnNullPrediction');
  const raw: RawNode[] = [];
  readNode(place, reading.required(element, 'Node'), raw, missing === 'defaultChild');
  const base = place.base(classesOf(place, raw));
  const at = new Map(base.classes.map((value, index) => [value, index]));
  const nodes = raw.map(({ node, fractions }): PmmlTreeNode => {
    if (fractions === null) return { ...node, distribution: null };
    const distribution = new Float64Array(base.classes.length);
    for (const [value, fraction] of fractions) distribution[at.get(value) ?? 0] = fraction;
    return { ...node, distribution };
  });
  return { ...base, kind: 'tree', nodes, missing, noTrueChild };
}

function classesOf({ task }: ModelPlace, raw: readonly RawNode[]): readonly PmmlValue[] {
  if (task !== 'classification') return [];
  const found = new Set<PmmlValue>();
  for (const { fractions, node } of raw) {
    for (const value of fractions?.keys() ?? []) found.add(value);
    if (node.score !== null) found.add(node.score);
  }
  return [...found];
}

/** Reads a node and those below it; its index. */
function readNode(place: ModelPlace, element: XmlElement, raw: RawNode[], defaults: boolean): number {
  const { reading } = place.document.program;
  const children = reading.all(element, 'Node');
  const embedded = reading.child(element, 'Regression') ?? reading.child(element, 'DecisionTree');
  if (embedded !== null) throw reading.unknownElement(embedded, 'nodes with a score');
  const index = raw.length;
  const names = children.map((child) => reading.attribute(child, 'id'));
  const wanted = reading.attribute(element, 'defaultChild');
  const chosen = wanted === null ? -1 : names.indexOf(wanted);
  const node = {
    id: reading.attribute(element, 'id') ?? String(index + 1),
    predicate: readPredicateOf(place.scope, element),
    score: scoreOf(place, element),
    children: [] as number[],
    defaultChild: chosen < 0 ? null : chosen,
  };
  if (wanted !== null && chosen < 0)
    throw reading.invalid(element, 'defaultChild', `"${wanted}"`, 'the id of a child');
  // CatBoost names it in some nodes only; what the node asks is answered all the same where its value is there.
  if (defaults && children.length > 0 && wanted === null) reading.noteOnce(NO_DEFAULT);
  raw.push({ node, fractions: fractionsOf(place, element) });
  for (const child of children) node.children.push(readNode(place, child, raw, defaults));
  const isLeaf = children.length === 0;
  if (isLeaf && node.score === null && raw[index]?.fractions === null)
    throw reading.invalid(element, 'score', 'missing', 'a score, as the node has no children');
  return index;
}

function scoreOf(place: ModelPlace, element: XmlElement): PmmlValue {
  const { reading } = place.document.program;
  const text = reading.attribute(element, 'score');
  if (text === null) return null;
  if (place.task === 'classification') return classNamed(place, element, 'score');
  return reading.parsed(element, 'score', text);
}

/** Fractions of the classes: probabilities, else counts, divided by their sum where that is not 1. */
function fractionsOf(place: ModelPlace, element: XmlElement): ReadonlyMap<PmmlValue, number> | null {
  const { reading } = place.document.program;
  const parts = reading.all(element, 'ScoreDistribution');
  const [first] = parts;
  if (first === undefined || place.task !== 'classification') return null;
  const attribute = reading.attribute(first, 'probability') === null ? 'recordCount' : 'probability';
  const fractions = new Map<PmmlValue, number>();
  let sum = 0;
  for (const part of parts) {
    const weight = reading.requiredNumber(part, attribute);
    if (!(weight >= 0 && weight < Infinity))
      throw reading.invalid(part, attribute, String(weight), '0 or more');
    fractions.set(classNamed(place, part, 'value'), weight);
    sum += weight;
  }
  // A node that saw nothing says nothing about the classes.
  if (sum === 0) return null;
  if (sum !== 1) for (const [value, weight] of fractions) fractions.set(value, weight / sum);
  return fractions;
}
