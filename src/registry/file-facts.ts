/** What a file is, as far as reading it as data tells: for people who look on while it is proved. Pure. */
import type {
  ModelDescription,
  NamedGlobal,
  OutlineNode,
  ReadNote,
  SourceFramework,
} from '../model/description.ts';
import type { Signature } from '../model/signature.ts';
import { truncate } from '../text/truncate.ts';

/** One estimator of a file. */
export interface FileEstimator {
  /** How many estimators hold it. */
  readonly depth: number;
  /** What it is called by the one that holds it; empty of the first. */
  readonly name: string;
  readonly class: string;
}

/** Every list is cut at a length; what is left out is counted. */
export interface FileFacts {
  readonly format: string;
  readonly compression: string | null;
  readonly framework: Pick<SourceFramework, 'name' | 'version'>;
  readonly estimators: readonly FileEstimator[];
  readonly moreEstimators: number;
  /** Names that are read as data. */
  readonly understood: number;
  /** Names that only Python could follow; those that run code come first. */
  readonly foreign: readonly Pick<NamedGlobal, 'module' | 'name' | 'offset' | 'meaning' | 'called'>[];
  readonly moreForeign: number;
  /** Whether all of it is understood as data. */
  readonly compiles: boolean;
  /** Number of columns; null of tensors, and where nothing says it. */
  readonly columns: number | null;
  readonly outputs: readonly string[];
  readonly notes: readonly ReadNote[];
}

const ESTIMATORS_MOST = 200;
const FOREIGN_MOST = 50;
const NOTES_MOST = 20;
const OUTPUTS_MOST = 50;
/** Characters of one text: a file may name itself what it likes. */
const TEXT_MOST = 400;

export function fileFactsOf(model: Omit<ModelDescription, 'joined'>): FileFacts {
  const { format, compression, framework, outline, globals, notes, content } = model;
  const estimators = outline === null ? [] : estimatorsIn(outline);
  const foreign = globals
    .filter(({ meaning }) => meaning !== 'known')
    .toSorted((a, b) => Number(b.meaning === 'dangerous') - Number(a.meaning === 'dangerous'));
  return {
    format,
    compression,
    framework: { name: truncate(framework.name, TEXT_MOST), version: framework.version },
    estimators: estimators.slice(0, ESTIMATORS_MOST),
    moreEstimators: Math.max(0, estimators.length - ESTIMATORS_MOST),
    understood: globals.length - foreign.length,
    foreign: foreign.slice(0, FOREIGN_MOST).map(({ module, name, ...rest }) => ({
      ...rest,
      module: truncate(module, TEXT_MOST),
      name: truncate(name, TEXT_MOST),
    })),
    moreForeign: Math.max(0, foreign.length - FOREIGN_MOST),
    compiles: content !== null,
    columns: content === null ? null : columnsOf(content.signature),
    outputs: content?.signature.outputs.slice(0, OUTPUTS_MOST).map(({ name }) => name) ?? [],
    notes: notes.slice(0, NOTES_MOST).map(({ level, text }) => ({ level, text: truncate(text, TEXT_MOST) })),
  };
}

const columnsOf = (signature: Signature): number | null =>
  signature.form === 'tensors' ? null : signature.columns.length;

/** In the order of the tree, each before those that it holds. */
function estimatorsIn(root: OutlineNode): readonly FileEstimator[] {
  const found: FileEstimator[] = [];
  const waiting = [{ node: root, depth: 0, parent: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth, parent } = next;
    const name = depth === 0 ? '' : node.path.slice(parent === '' ? 0 : parent.length + 1);
    found.push({ depth, name: truncate(name, TEXT_MOST), class: truncate(node.class, TEXT_MOST) });
    for (const child of node.children.toReversed())
      waiting.push({ node: child, depth: depth + 1, parent: node.path });
  }
  return found;
}
