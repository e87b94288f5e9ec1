/** The steps of a model as a flat list, parents before their parts. Pure. */
import type { OutlineNode } from '../model/description.ts';
import type { PmmlModel } from '../model/pmml/models.ts';
import type { ModelStep } from '../model/step.ts';
import type { StepOrigin } from '../model/step-base.ts';
import { givesColumns, partsOf as heldBy, transformWidth } from '../model/step-inference.ts';
import { grouped } from '../text/numbers.ts';
import { type ColumnLabels, chosenLabels, stepLabels } from './column-labels.ts';
import { factsOf, parametersOf } from './facts.ts';
import { markOf } from './mark.ts';
import type { OutlineStep } from './outline-schemas.ts';

/** Steps of a model that are told, and parts of one step. */
const STEPS_MOST = 500;
const PARTS_MOST = 100;
/** Names of columns that are told of a branch. */
const NAMES_MOST = 20;

/** A step of a model with what reaches it. */
export interface PlacedStep {
  readonly id: number;
  readonly name: string;
  readonly step: ModelStep;
  readonly labels: ColumnLabels;
}

export interface ListedSteps {
  readonly steps: readonly OutlineStep[];
  /** Those of the description, with the ids that they are listed under. */
  readonly placed: readonly PlacedStep[];
  readonly omitted: number;
}

/** A part of a step, before it is listed. */
interface Part {
  readonly name: string;
  /** Null where columns pass through as they are. */
  readonly step: ModelStep | null;
  /** Null where it is given all that the step around it is given. */
  readonly columns: readonly number[] | null;
  readonly labels: ColumnLabels;
  readonly weight: number | null;
}

/** The steps of a description. `outline` brings the parameters that the file states of each. */
export function stepsOf(root: ModelStep, labels: ColumnLabels, outline: OutlineNode | null): ListedSteps {
  const steps: OutlineStep[] = [];
  const placed: PlacedStep[] = [];
  const stated = statedParameters(outline);
  let omitted = 0;
  // A step that stands for two has the parameters of both.
  const add = (part: Part, parent: number | null, within?: string): void => {
    if (steps.length >= STEPS_MOST) {
      omitted += 1 + (part.step === null ? 0 : countParts(part.step));
      return;
    }
    const id = steps.length;
    const parts = part.step === null ? [] : partsOf(part.step, part.labels);
    const shown = parts.slice(0, PARTS_MOST);
    steps.push({
      ...listed(part, within === part.step?.origin.path ? NOTHING : stated),
      id,
      parent,
      omitted: parts.length - shown.length,
    });
    if (part.step !== null) placed.push({ id, name: part.name, step: part.step, labels: part.labels });
    for (const one of shown) add(one, id, part.step?.origin.path);
    if (part.step?.kind === 'pmml')
      for (const model of modelsOf(part.step.models, steps.length, id)) steps.push(model);
  };
  add({ name: '', step: root, columns: null, labels, weight: null }, null);
  return { steps, placed, omitted };
}

const NOTHING: ReadonlyMap<string, OutlineNode> = new Map();

function listed(
  { name, step, columns, labels, weight }: Part,
  stated: ReadonlyMap<string, OutlineNode>,
): Omit<OutlineStep, 'id' | 'parent' | 'omitted'> {
  const given = columns === null ? null : { count: columns.length, names: labels.slice(0, NAMES_MOST) };
  const chosen =
    columns === null ? [] : [{ name: 'columns', value: `${columns.length}`, mark: markOf(labels) }];
  const weighed = weight === null ? [] : [{ name: 'weight', value: String(weight), mark: null }];
  if (step === null)
    return {
      ...{ name, kind: 'passthrough', class: 'passthrough', arrangement: 'one', columns: given },
      ...{ width: columns?.length ?? labels.length, parameters: [...chosen, ...weighed], learned: [] },
    };
  const node = stated.get(step.origin.path);
  return {
    ...{ name, kind: step.kind, class: step.origin.class, columns: given },
    arrangement: arrangementOf(step),
    width: givesColumns(step) ? transformWidth(step, labels.length) : null,
    parameters: [
      ...parametersOf(node?.class === step.origin.class ? node.params : {}),
      ...chosen,
      ...weighed,
    ],
    learned: learnedOf(step),
  };
}

/** Of trees how many there are: `trees` of the outline shows them. */
function learnedOf(step: ModelStep): OutlineStep['learned'] {
  if (step.kind === 'tree-ensemble') {
    const { arena, base, head, aggregate } = step;
    const trees = `${grouped(arena.roots.length)} (${grouped(arena.left.length)} nodes)`;
    return [{ name: 'trees', value: trees, mark: markOf(arena) }, ...factsOf({ aggregate, head, base })];
  }
  if (step.kind === 'catboost') {
    const { trees, questions, leafValues, leafWeights: _, ...rest } = step;
    const count = trees.kind === 'oblivious' ? trees.depths.length : trees.roots.length;
    const mark = markOf({ trees, questions, leafValues });
    return [{ name: 'trees', value: grouped(count), mark }, ...factsOf(rest)];
  }
  return factsOf(step);
}

function arrangementOf({ kind }: ModelStep): OutlineStep['arrangement'] {
  if (kind === 'column-transformer' || kind === 'feature-union' || kind === 'pmml') return 'branches';
  return kind === 'pipeline' || kind === 'tree-ensemble' ? 'chain' : 'one';
}

/** The parts of a step in their order, with the columns that reach each. */
function partsOf(step: ModelStep, labels: ColumnLabels): readonly Part[] {
  const whole = { columns: null, weight: null };
  switch (step.kind) {
    case 'pipeline': {
      let given = labels;
      return step.steps.map(({ name, step: part }) => {
        const reached = given;
        given = stepLabels(part, reached);
        return { ...whole, name, step: part, labels: reached };
      });
    }
    case 'column-transformer':
      return step.branches.map(({ name, columns, weight, step: part }) => ({
        ...{ name, columns, weight, step: part },
        labels: chosenLabels(columns, labels),
      }));
    case 'feature-union':
      return step.branches.map(({ name, weight, step: part }) => ({
        ...whole,
        name,
        weight,
        step: part,
        labels,
      }));
    case 'tree-ensemble':
      return step.base.kind === 'estimator' ? [{ ...whole, name: 'init', step: step.base.step, labels }] : [];
    default:
      return heldBy(step).map((part) => ({ ...whole, ...part, labels }));
  }
}

const countParts = (step: ModelStep): number =>
  partsOf(step, []).reduce((sum, { step: part }) => sum + 1 + (part === null ? 0 : countParts(part)), 0);

/** Models of a PMML document, the one that answers last. */
function modelsOf(models: readonly PmmlModel[], first: number, parent: number): readonly OutlineStep[] {
  const shown = models.slice(-PARTS_MOST);
  return shown.map((model, k) => ({
    ...{
      id: first + k,
      parent,
      name: nameOf(model.origin, models.length - shown.length + k),
      kind: model.kind,
    },
    ...{ class: model.origin.class, arrangement: 'one', columns: null, width: null, parameters: [] },
    ...{ learned: factsOf(model), omitted: 0 },
  }));
}

const nameOf = ({ path }: StepOrigin, place: number): string =>
  path.split('.').at(-1) || `model ${place + 1}`;

/** The nodes of a file's own outline by their paths. */
function statedParameters(outline: OutlineNode | null): ReadonlyMap<string, OutlineNode> {
  const found = new Map<string, OutlineNode>();
  const waiting = outline === null ? [] : [outline];
  for (let node = waiting.pop(); node !== undefined && found.size < 10 * STEPS_MOST; node = waiting.pop()) {
    found.set(node.path, node);
    waiting.push(...node.children);
  }
  return found;
}

/** Of a file that nothing but Python runs: what it says that it is made of. */
export function statedSteps(outline: OutlineNode): Omit<ListedSteps, 'placed'> {
  const steps: OutlineStep[] = [];
  let omitted = 0;
  const add = (node: OutlineNode, parent: OutlineNode | null, above: number | null): void => {
    if (steps.length >= STEPS_MOST) {
      omitted++;
      return;
    }
    const id = steps.length;
    const shown = node.children.slice(0, PARTS_MOST);
    const type = node.class.split('.').at(-1) ?? node.class;
    steps.push({
      ...{ id, parent: above, name: partName(node, parent), kind: 'object', class: node.class },
      arrangement: shown.length === 0 ? 'one' : /ColumnTransformer|Union/.test(type) ? 'branches' : 'chain',
      ...{ columns: null, width: null, parameters: parametersOf(node.params), learned: [] },
      omitted: node.children.length - shown.length,
    });
    for (const child of shown) add(child, node, id);
  };
  add(outline, null, null);
  return { steps, omitted };
}

/** What a part is called by its composite goes behind the attribute that holds it. */
const HOLDS_PARTS = /^(?:steps|transformers|transformer_list)\./;

const partName = ({ path }: OutlineNode, parent: OutlineNode | null): string =>
  path.slice(parent === null || parent.path === '' ? 0 : parent.path.length + 1).replace(HOLDS_PARTS, '');
