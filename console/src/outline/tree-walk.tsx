import { Field } from '@base-ui/react/field';
import type { ModelOutline, TreePart } from '../api/generated/control-api.ts';
import { countWords, plural } from '../facts/words.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { shortClass } from './step-words.ts';
import { TreePicture } from './tree-picture.tsx';
import './outline.css';

type Ensemble = ModelOutline['ensembles'][number];

/** Which step, tree and node is shown; the node is null at the root. */
export interface TreePlace {
  readonly step: number;
  /** From 0. */
  readonly tree: number;
  readonly node: number | null;
}

interface TreeWalkProps {
  readonly ensembles: readonly Ensemble[];
  readonly place: TreePlace;
  readonly part: TreePart;
  readonly onGo: (place: TreePlace) => void;
}

export const TREE_DEPTHS = ['2', '3', '4', '6'].map((value) => ({ value, text: `${value} levels` }));

/** One tree at a time, some levels of it, and the ways to others. */
export function TreeWalk({ ensembles, place, part, onGo }: TreeWalkProps) {
  const ensemble = ensembles.find(({ step }) => step === place.step);
  const trees = ensemble?.trees ?? 0;
  const { step, tree, node } = place;
  const go = (number: number): void =>
    onGo({ step, tree: Math.min(trees, Math.max(1, Math.floor(number) || 1)) - 1, node: null });
  return (
    <div className="panel-body">
      <div className="tree-choice">
        {ensembles.length > 1 && (
          <Choice
            label="Step with trees"
            value={String(step)}
            onChange={(next) => onGo({ step: Number(next), tree: 0, node: null })}
            options={ensembles.map((one) => ({
              value: String(one.step),
              text: one.name || shortClass(one.class),
            }))}
          />
        )}
        <Button disabled={tree <= 0} onClick={() => go(tree)} aria-label="The tree before">
          ←
        </Button>
        <Field.Root className="tree-number">
          <Field.Label>Tree</Field.Label>
          <Field.Control
            type="number"
            className="field"
            min={1}
            max={trees}
            value={tree + 1}
            onValueChange={(value) => go(Number(value))}
          />
          <span>of {countWords(trees)}</span>
        </Field.Root>
        <Button disabled={tree + 1 >= trees} onClick={() => go(tree + 2)} aria-label="The next tree">
          →
        </Button>
        {node !== null && <Button onClick={() => onGo({ step, tree, node: null })}>Back to its root</Button>}
      </div>
      {part.path.length > 0 && (
        <ol className="tree-path" aria-label="From the root to here">
          {part.path.map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same may be asked twice
            <li key={`${at} ${text}`}>{text}</li>
          ))}
        </ol>
      )}
      <TreePicture part={part} onOpen={(id) => onGo({ step, tree, node: id })} />
      <p className="note">
        Of {plural(ensemble?.nodes ?? 0, 'node')} in {plural(trees, 'tree')}. Arrows move, Enter opens what is
        folded; +4 are four nodes below.{' '}
        {part.nodes.some(({ share }) => share !== null)
          ? ''
          : 'The file does not say how many training rows came to each node.'}
      </p>
    </div>
  );
}
