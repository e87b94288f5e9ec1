import type { ModelOutline } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { useParameter } from '../../location/location.ts';
import { TREE_DEPTHS, type TreePlace, TreeWalk } from '../../outline/tree-walk.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';

interface TreePanelProps {
  readonly model: string;
  readonly version: number;
  readonly ensembles: ModelOutline['ensembles'];
}

/** One tree at a time, some levels of it: the address says which. */
export function TreePanel({ model, version, ensembles }: TreePanelProps) {
  const [wanted, setWanted] = useParameter('ensemble', '');
  const [tree, setTree] = useParameter('tree', '1');
  const [node, setNode] = useParameter('node', '');
  const [depth, setDepth] = useParameter('depth', '3');
  const ensemble = ensembles.find(({ step }) => String(step) === wanted) ?? ensembles[0];
  const number = Math.min(ensemble?.trees ?? 0, Math.max(1, Math.floor(Number(tree)) || 1));
  const place: TreePlace = {
    step: ensemble?.step ?? 0,
    tree: number - 1,
    node: node === '' ? null : Number(node),
  };
  const query = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/trees/{step}/{tree}',
    {
      path: { model, version, step: place.step, tree: place.tree },
      query: { depth: Number(depth), ...(place.node === null ? {} : { node: place.node }) },
    },
    { every: false, keeps: true },
  );
  const go = (next: TreePlace): void => {
    setNode(next.node === null ? '' : String(next.node));
    setTree(String(next.tree + 1));
    if (next.step !== place.step) setWanted(String(next.step));
  };
  return (
    <Panel
      title="Trees"
      query={query}
      actions={<Choice label="Levels shown" value={depth} onChange={setDepth} options={TREE_DEPTHS} />}
    >
      {(part) => <TreeWalk ensembles={ensembles} place={place} part={part} onGo={go} />}
    </Panel>
  );
}
