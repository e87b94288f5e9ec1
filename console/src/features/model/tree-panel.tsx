import { Field } from '@base-ui/react/field';
import type { ModelOutline } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { countWords, plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { shortClass } from './step-words.ts';
import { TreePicture } from './tree-picture.tsx';

type Ensemble = ModelOutline['ensembles'][number];

interface TreePanelProps {
  readonly model: string;
  readonly version: number;
  readonly ensembles: readonly Ensemble[];
}

const DEPTHS = ['2', '3', '4', '6'].map((value) => ({ value, text: `${value} levels` }));
/** One tree at a time, some levels of it: the address says which. */
export function TreePanel({ model, version, ensembles }: TreePanelProps) {
  const [wanted, setWanted] = useParameter('ensemble', '');
  const [tree, setTree] = useParameter('tree', '1');
  const [node, setNode] = useParameter('node', '');
  const [depth, setDepth] = useParameter('depth', '3');
  const ensemble = ensembles.find(({ step }) => String(step) === wanted) ?? ensembles[0];
  const trees = ensemble?.trees ?? 0;
  const number = Math.min(trees, Math.max(1, Math.floor(Number(tree)) || 1));
  const query = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/trees/{step}/{tree}',
    {
      path: { model, version, step: ensemble?.step ?? 0, tree: number - 1 },
      query: { depth: Number(depth), ...(node === '' ? {} : { node: Number(node) }) },
    },
    { every: false, keeps: true },
  );
  const go = (to: number): void => {
    setNode('');
    setTree(String(to));
  };
  return (
    <Panel
      title="Trees"
      query={query}
      actions={<Choice label="Levels shown" value={depth} onChange={setDepth} options={DEPTHS} />}
    >
      {(part) => (
        <div className="panel-body">
          <div className="tree-choice">
            {ensembles.length > 1 && (
              <Choice
                label="Step with trees"
                value={String(ensemble?.step)}
                onChange={(step) => {
                  go(1);
                  setWanted(step);
                }}
                options={ensembles.map((one) => ({
                  value: String(one.step),
                  text: one.name || shortClass(one.class),
                }))}
              />
            )}
            <Button disabled={number <= 1} onClick={() => go(number - 1)} aria-label="The tree before">
              ←
            </Button>
            <Field.Root className="tree-number">
              <Field.Label>Tree</Field.Label>
              <Field.Control
                type="number"
                className="field"
                min={1}
                max={trees}
                value={number}
                onValueChange={(value) => go(Number(value))}
              />
              <span>of {countWords(trees)}</span>
            </Field.Root>
            <Button disabled={number >= trees} onClick={() => go(number + 1)} aria-label="The next tree">
              →
            </Button>
            {node !== '' && <Button onClick={() => setNode('')}>Back to its root</Button>}
          </div>
          {part.path.length > 0 && (
            <ol className="tree-path" aria-label="From the root to here">
              {part.path.map((text, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same may be asked twice
                <li key={`${at} ${text}`}>{text}</li>
              ))}
            </ol>
          )}
          <TreePicture part={part} onOpen={(id) => setNode(String(id))} />
          <p className="note">
            Of {plural(ensemble?.nodes ?? 0, 'node')} in {plural(trees, 'tree')}. Arrows move, Enter opens
            what is folded; +4 are four nodes below.{' '}
            {part.nodes.some(({ share }) => share !== null)
              ? ''
              : 'The file does not say how many training rows came to each node.'}
          </p>
        </div>
      )}
    </Panel>
  );
}
