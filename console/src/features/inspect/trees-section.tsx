import { useEffect, useState } from 'react';
import { TREE_DEPTHS, type TreePlace, TreeWalk } from '../../outline/tree-walk.tsx';
import type { ExaminedFile } from '../../reader/messages.ts';
import { Choice } from '../../ui/choice.tsx';
import { Section } from '../../ui/section.tsx';
import type { FileReading } from './use-reader.ts';

interface TreesSectionProps extends Pick<FileReading, 'part' | 'askTree'> {
  readonly ensembles: ExaminedFile['outline']['ensembles'];
}

/** One tree at a time, told by the thread that has read the file. */
export function TreesSection({ ensembles, part, askTree }: TreesSectionProps) {
  const [depth, setDepth] = useState('3');
  const [place, setPlace] = useState<TreePlace>({ step: ensembles[0]?.step ?? 0, tree: 0, node: null });
  useEffect(() => askTree({ ...place, depth: Number(depth) }), [place, depth, askTree]);
  return (
    <Section
      title="Trees"
      actions={<Choice label="Levels shown" value={depth} onChange={setDepth} options={TREE_DEPTHS} />}
    >
      {part !== null && <TreeWalk ensembles={ensembles} place={place} part={part} onGo={setPlace} />}
    </Section>
  );
}
