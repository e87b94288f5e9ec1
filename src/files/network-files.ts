import { basename } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { PartFile } from './part-files.ts';

/** Folders of a network in two files: its graph, and the weights that it is to have. */

/** The two files, and what `--member` names in the second one. */
export interface NetworkParts {
  readonly graph: PartFile;
  readonly weights: PartFile;
  /** A dict of tensors in a checkpoint; null where none is named. */
  readonly key: string | null;
}

const GRAPH = /\.pt2$|^architecture\.json$/i;
const INDEX = /\.(?:safetensors|bin|pt|pth)\.index\.json$/i;
const WEIGHTS = /\.(?:safetensors|pt|pth|ckpt|bin)$/i;
/** One of several files of weights, which an index beside them names. */
const SHARD = /-\d{5}-of-\d{5}\.(?:safetensors|bin|pt|pth)$/i;

/**
 * The graph and the weights in a folder; null where it is no such folder.
 *
 * @param member `model.pt2,weights.pt`, or `model.pt2,checkpoint.pt.ema`; null where nothing was said
 * @throws SAVED_INVALID where there are several graphs or weights to choose from
 */
export function networkPartsOf(
  folder: string,
  files: readonly PartFile[],
  member: string | null,
): NetworkParts | null {
  if (member !== null) return namedParts(files, member);
  const graphs = files.filter(({ name }) => GRAPH.test(name));
  const weights = weightsOf(files);
  const [graph, ...otherGraphs] = graphs;
  const [weight, ...otherWeights] = weights;
  if (graph === undefined || weight === undefined) return null;
  // A scaler or a booster beside them: how those are joined is another matter.
  if (files.some((file) => !isOfNetwork(file))) return null;
  if (otherGraphs.length === 0 && otherWeights.length === 0) return { graph, weights: weight, key: null };
  const ways = graphs.flatMap((one) => weights.map((other) => `--member ${one.name},${other.name}`));
  throw new PlimsollError('SAVED_INVALID', {
    path: folder,
    problem: `it holds ${graphs.length} graphs and ${weights.length} files of weights`,
    way: `Say which are meant: ${ways.slice(0, 6).join(' or ')}`,
  });
}

const isOfNetwork = ({ name, isModel }: PartFile): boolean =>
  GRAPH.test(name) || WEIGHTS.test(name) || INDEX.test(name) || !isModel;

/** An index stands for the files that it names. */
function weightsOf(files: readonly PartFile[]): readonly PartFile[] {
  const indexes = files.filter(({ name }) => INDEX.test(name));
  const single = files.filter(({ name }) => WEIGHTS.test(name) && !SHARD.test(name));
  return [...indexes, ...single];
}

function namedParts(files: readonly PartFile[], member: string): NetworkParts | null {
  const [first, second, ...others] = member.split(',');
  const graph = files.find(({ name }) => name === first && GRAPH.test(name));
  if (graph === undefined || second === undefined || others.length > 0) return null;
  const weights = [...files]
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => second === name || second.startsWith(`${name}.`));
  if (weights === undefined || !(WEIGHTS.test(weights.name) || INDEX.test(weights.name))) return null;
  return { graph, weights, key: second === weights.name ? null : second.slice(weights.name.length + 1) };
}

/** What `--member` calls the two files. */
export const memberOf = ({ graph, weights, key }: NetworkParts): readonly string[] => [
  graph.name,
  key === null ? weights.name : `${weights.name}.${key}`,
];

/** What was put together, in a sentence. */
export const joinedText = (folder: string, parts: NetworkParts): string =>
  `The network of "${parts.graph.name}" with the weights of "${memberOf(parts)[1]}" is served (folder "${basename(folder)}")`;
