/** What is in a model, from its description alone: the same here and in a browser. Pure. */

import { PlimsollError } from '../core/errors.ts';
import type { ModelContent, ModelDescription } from '../model/description.ts';
import { frameworkText } from '../text/framework.ts';
import { inputLabels } from './column-labels.ts';
import { graphOutline } from './graph-outline.ts';
import { linearSteps } from './linear-steps.ts';
import type { ModelOutline, OutlineEnsemble, OutlineGraph, TreePart } from './outline-schemas.ts';
import { type ListedSteps, type PlacedStep, statedSteps, stepsOf } from './steps.ts';
import { catBoostSource } from './trees/catboost-source.ts';
import { ensembleSource } from './trees/ensemble-source.ts';
import { pmmlSource } from './trees/pmml-source.ts';
import { type TreeChoice, treePart } from './trees/tree-part.ts';
import type { TreeSource } from './trees/tree-source.ts';

/** What can be asked of a model that was read. */
export interface OutlinedModel {
  readonly outline: ModelOutline;
  /** Some levels of a tree of the step of that id. Throws TREE_UNKNOWN. */
  tree(step: number, choice: TreeChoice): TreePart;
}

export type OutlinedDescription = Pick<
  ModelDescription,
  'format' | 'framework' | 'compression' | 'outline' | 'notes' | 'content'
>;

const NOTES_MOST = 100;

/** Errors: those of reading a graph. */
export function outlineModel(description: OutlinedDescription): OutlinedModel {
  const { format, framework, compression, notes, content } = description;
  const listed = listedSteps(description);
  const sources = new Map(
    listed.placed.flatMap((placed) => {
      const source = treesOf(placed);
      return source === null ? [] : [[placed.id, { placed, source }] as const];
    }),
  );
  return {
    outline: {
      ...{ format, compression, framework: frameworkText(framework) },
      ...{ steps: listed.steps, omittedSteps: listed.omitted },
      ensembles: [...sources.values()].map(({ placed, source }) => ensembleOf(placed, source)),
      linear: linearSteps(listed.placed),
      graph: graphOf(content),
      notes: notes.slice(0, NOTES_MOST),
    },
    tree(step, choice) {
      const found = sources.get(step);
      if (found === undefined)
        throw new PlimsollError('TREE_UNKNOWN', {
          found: `step ${step}`,
          wanted: `a step with trees (${[...sources.keys()].join(', ') || 'there is none'})`,
        });
      return { step, trees: found.source.roots.length, ...treePart(found.source, choice) };
    },
  };
}

function listedSteps({ content, outline }: OutlinedDescription): ListedSteps {
  if (content?.kind === 'steps') return stepsOf(content.root, inputLabels(content.signature), outline);
  const stated = outline === null ? { steps: [], omitted: 0 } : statedSteps(outline);
  return { ...stated, placed: [] };
}

function treesOf({ step, labels }: PlacedStep): TreeSource | null {
  if (step.kind === 'tree-ensemble') return ensembleSource(step, labels);
  if (step.kind === 'catboost') return catBoostSource(step, labels);
  return step.kind === 'pmml' ? pmmlSource(step) : null;
}

const ensembleOf = ({ id, name, step }: PlacedStep, { roots, nodes }: TreeSource): OutlineEnsemble => ({
  ...{ step: id, name, class: step.origin.class, trees: roots.length, nodes },
});

function graphOf(content: ModelContent | null): OutlineGraph | null {
  if (content?.kind !== 'graph') return null;
  const { onnx, signature } = content;
  // A graph on a disk is read by who can.
  return typeof onnx === 'string' ? null : graphOutline(onnx, signature);
}
