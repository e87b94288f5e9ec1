/** What is told of the inside of a model: the types of an outline, and what is published of them. Pure. */
import type { Static } from 'typebox';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
} from '../schema/value-schema.ts';

export const STEP_FACT = shape({
  name: anyText,
  value: anyText,
  mark: described(
    nullable(anyText),
    'Differs where the value does, also where its text is cut; null where the text is all of it',
  ),
});

export const OUTLINE_STEP = shape({
  id: anyInteger,
  parent: nullable(anyInteger),
  name: described(anyText, 'What it is called by the step that holds it'),
  kind: described(anyText, 'What it does, in the words of no library: standard-scaler, tree-ensemble'),
  class: described(anyText, 'Class as the file names it'),
  arrangement: described(
    choice(['one', 'chain', 'branches']),
    'How its parts stand: after one another, or side by side',
  ),
  columns: described(
    nullable(shape({ count: anyInteger, names: list(anyText) })),
    'Columns that it is given of those of the step around it; null: all of them',
  ),
  width: described(nullable(anyInteger), 'Columns that it gives; null of the last step'),
  parameters: described(list(STEP_FACT), 'What it was made with'),
  learned: described(list(STEP_FACT), 'What it holds since it was trained'),
  omitted: described(anyInteger, 'Parts of it that are left out here'),
});

export const OUTLINE_ENSEMBLE = shape({
  step: described(anyInteger, 'Id of its step'),
  name: anyText,
  class: anyText,
  trees: anyInteger,
  nodes: anyInteger,
});

export const LINEAR_TARGET = shape({
  name: described(anyText, 'Class or answer that the sum is of'),
  intercept: anyNumber,
  coefficients: described(list(shape({ column: anyText, value: anyNumber })), 'The largest by magnitude'),
});

export const OUTLINE_LINEAR = shape({
  step: anyInteger,
  name: anyText,
  class: anyText,
  columns: described(anyInteger, 'Coefficients of each target, those that are left out here among them'),
  targets: list(LINEAR_TARGET),
  omitted: described(anyInteger, 'Targets that are left out here'),
});

const GRAPH_VALUE = shape({ name: anyText, type: anyText });

export const OUTLINE_GRAPH = shape({
  producer: anyText,
  opsets: list(anyText),
  bytes: anyInteger,
  nodes: anyInteger,
  operators: described(list(shape({ name: anyText, count: anyInteger })), 'The most frequent first'),
  parameters: described(anyInteger, 'Numbers that it holds'),
  inputs: list(GRAPH_VALUE),
  outputs: list(GRAPH_VALUE),
});

export const OUTLINE = shape({
  format: anyText,
  framework: anyText,
  compression: nullable(anyText),
  steps: described(list(OUTLINE_STEP), 'Parents before their parts'),
  omittedSteps: anyInteger,
  ensembles: list(OUTLINE_ENSEMBLE),
  linear: list(OUTLINE_LINEAR),
  graph: nullable(OUTLINE_GRAPH),
  notes: list(shape({ level: choice(['info', 'warning', 'risk']), text: anyText })),
});

export const TREE_NODE = shape({
  id: anyInteger,
  parent: nullable(anyInteger),
  when: described(nullable(anyText), 'Which rows come here from the node above'),
  takesMissing: described(flag, 'Rows without the value that is asked for above come here'),
  asks: described(
    nullable(anyText),
    'What it asks of a row; null of a leaf, and where each way says what it wants',
  ),
  threshold: described(
    nullable(anyNumber),
    'The number that is compared with, as the model has it; null where it is no such question',
  ),
  values: described(nullable(list(anyNumber)), 'What a leaf adds, by target; null where it asks'),
  omittedValues: anyInteger,
  share: described(
    nullable(anyNumber),
    'Part of the training rows of the tree that came here; null where the file does not say',
  ),
  nodes: described(anyInteger, 'Nodes below it'),
  depth: described(anyInteger, 'Levels below it'),
  isFolded: described(flag, 'It asks, and what is below it is left out here'),
});

export const TREE_PART = shape({
  step: anyInteger,
  tree: described(anyInteger, 'Which one, from 0'),
  trees: anyInteger,
  targets: described(list(anyText), 'What the values of leaves are added to; empty where there is one'),
  path: described(
    list(anyText),
    'What was asked on the way from the root to the first node here, and how it was answered',
  ),
  nodes: described(list(TREE_NODE), 'Parents before their children'),
});

export type StepFact = Static<typeof STEP_FACT>;
export type OutlineStep = Static<typeof OUTLINE_STEP>;
export type OutlineEnsemble = Static<typeof OUTLINE_ENSEMBLE>;
export type LinearTarget = Static<typeof LINEAR_TARGET>;
export type OutlineLinear = Static<typeof OUTLINE_LINEAR>;
export type OutlineGraph = Static<typeof OUTLINE_GRAPH>;
export type ModelOutline = Static<typeof OUTLINE>;
export type TreeNodeView = Static<typeof TREE_NODE>;
export type TreePart = Static<typeof TREE_PART>;

const FACT_CHANGE = shape({
  name: anyText,
  isLearned: described(flag, 'It comes of training, not of how the step was made'),
  before: described(nullable(anyText), 'Null where it was not there'),
  after: nullable(anyText),
});

export const STEP_CHANGE = shape({
  path: described(anyText, 'Names from the whole model down to the step'),
  class: anyText,
  change: choice(['added', 'removed', 'changed']),
  facts: list(FACT_CHANGE),
});

export type StepChange = Static<typeof STEP_CHANGE>;
