import type { Engine } from '../engine/engine.ts';
import type { ModelContent } from '../model/description.ts';
import type { CheckedTrees } from './checked-trees.ts';

/** A model file's content and what answers its rows. */
export interface ExplainedModel {
  readonly name: string;
  readonly content: ModelContent;
  readonly engine: Pick<Engine, 'infer'>;
  /** The trees of a graph that is made of them. */
  readonly graph?: CheckedTrees | null;
}
