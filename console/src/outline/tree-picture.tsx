import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { TreePart } from '../api/generated/control-api.ts';
import { fitted } from './pipeline-layout.ts';
import { layoutTree, moved, NODE_HEIGHT, NODE_WIDTH, type PlacedNode, type TreeMove } from './tree-layout.ts';
import { nodeLines, nodeSentence } from './tree-words.ts';

interface TreePictureProps {
  readonly part: TreePart;
  /** Begins with a node whose children are left out. */
  readonly onOpen: (node: number) => void;
}

const MOVES: Readonly<Record<string, TreeMove>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};
const MARGIN = 4;

/** Some levels of a tree, walked by arrows; what is folded opens. */
export function TreePicture({ part, onOpen }: TreePictureProps) {
  const { nodes, width, height } = layoutTree(part.nodes);
  const [chosen, setChosen] = useState<number | null>(null);
  const [root] = nodes;
  const current = nodes.find(({ node }) => node.id === chosen) ?? root;
  const places = useRef(new Map<number, SVGGElement>());
  const frame = useRef<HTMLDivElement>(null);
  const middle = root?.x ?? 0;
  useEffect(() => {
    // What is wider than its panel begins with its root in sight.
    if (frame.current !== null) frame.current.scrollLeft = middle - frame.current.clientWidth / 2;
  }, [middle]);
  const press = (event: KeyboardEvent, { node }: PlacedNode): void => {
    const move = MOVES[event.key];
    if ((event.key === 'Enter' || event.key === ' ') && node.isFolded) onOpen(node.id);
    else if (move === undefined) return;
    event.preventDefault();
    if (move === undefined) return;
    const next = moved(nodes, node.id, move);
    setChosen(next);
    places.current.get(next)?.focus();
  };
  return (
    <div className="tree" ref={frame}>
      <svg
        width={width + 2 * MARGIN}
        height={height + 2 * MARGIN}
        role="presentation"
        viewBox={`${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`}
      >
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: for eyes alone, the nodes say all of it */}
        <g aria-hidden="true">
          {nodes.map((one) => (
            <Way key={one.node.id} one={one} parent={nodes.find(({ node }) => node.id === one.node.parent)} />
          ))}
        </g>
        <g role="tree" aria-label={`Tree ${part.tree + 1}`}>
          {nodes.map((one) => {
            const { node, level } = one;
            const sentence = nodeSentence(node, part);
            return (
              <g
                key={node.id}
                ref={(element) => {
                  if (element !== null) places.current.set(node.id, element);
                  else places.current.delete(node.id);
                }}
                role="treeitem"
                aria-level={level + 1}
                aria-label={sentence}
                aria-selected={node === current?.node}
                aria-expanded={node.nodes === 0 ? undefined : !node.isFolded}
                tabIndex={node === current?.node ? 0 : -1}
                className={`tree-node ${node.values === null ? 'tree-asks' : 'tree-leaf'} ${node.isFolded ? 'tree-folded' : ''}`}
                transform={`translate(${one.x - NODE_WIDTH / 2} ${one.y})`}
                onFocus={() => setChosen(node.id)}
                onKeyDown={(event) => press(event, one)}
                onClick={() => (node.isFolded ? onOpen(node.id) : setChosen(node.id))}
              >
                <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx="8" />
                {node.share !== null && (
                  <rect
                    className="tree-share"
                    y={NODE_HEIGHT - 4}
                    height="4"
                    width={node.share * NODE_WIDTH}
                  />
                )}
              </g>
            );
          })}
        </g>
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: for eyes alone, the nodes say all of it */}
        <g aria-hidden="true" className="tree-texts">
          {nodes.map((one) => (
            <NodeText key={one.node.id} one={one} lines={nodeLines(one.node, part.targets)} />
          ))}
        </g>
      </svg>
      {current !== undefined && (
        <p className="tree-said" aria-live="polite">
          {nodeSentence(current.node, part)}
        </p>
      )}
    </div>
  );
}

interface NodeTextProps {
  readonly one: PlacedNode;
  readonly lines: readonly [string, string];
}

/** For eyes alone: the node itself says all of it. */
const NodeText = ({ one: { x, y }, lines: [first, second] }: NodeTextProps) => (
  <g>
    <text x={x} y={y + 22} className="tree-text">
      {fitted(first, NODE_WIDTH - 12)}
    </text>
    <text x={x} y={y + 41} className="tree-note">
      {fitted(second, NODE_WIDTH - 12)}
    </text>
  </g>
);

/** The line to a node from the one above, with the answer that leads there. */
function Way({ one, parent }: { readonly one: PlacedNode; readonly parent: PlacedNode | undefined }) {
  if (parent === undefined) return null;
  const [top, bottom] = [parent.y + NODE_HEIGHT, one.y];
  const middle = (top + bottom) / 2;
  return (
    <g className={one.node.takesMissing ? 'tree-way tree-way-missing' : 'tree-way'}>
      <path d={`M${parent.x} ${top}C${parent.x} ${middle} ${one.x} ${middle} ${one.x} ${bottom}`} />
      <text x={one.x} y={bottom - 7}>
        {fitted(one.node.when ?? '', NODE_WIDTH)}
      </text>
    </g>
  );
}
