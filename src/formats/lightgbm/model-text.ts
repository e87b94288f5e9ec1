import type { TreeArena } from '../../model/tree.ts';
import type { ReadBudget } from '../budget.ts';
import type { DocumentValue } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import { ArenaBuilder } from './arena.ts';
import { KeyValues, shownSpan } from './key-values.ts';
import { spanText, TextLines, type TextSpan } from './text-lines.ts';
import { readTreeBlock } from './tree-block.ts';

/** What a model file of LightGBM says, before it is understood as steps. */
export interface LightgbmModel {
  /** `v3`, `v4`: the version of the format, which tells no release. */
  readonly version: string;
  /** As written: `binary sigmoid:1`; empty for objectives of the user's own. */
  readonly objective: string;
  readonly objectiveOffset: number;
  readonly classes: number;
  readonly treesPerIteration: number;
  readonly averageOutput: boolean;
  readonly columnNames: readonly string[];
  /** What the training data held of each column: `[0:1]`, `3:1:2` for categories, `none`; null where the file does not say. */
  readonly columnInfos: readonly string[] | null;
  /** Trees that predict, and how many the file holds. */
  readonly arena: TreeArena;
  readonly treesInFile: number;
  readonly mostLeaves: number;
  /** Parameters of training worth knowing, as written: `boosting`, `categorical_feature`. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly pandasCategorical: DocumentValue;
}

/** Iterations that the file holds. */
export const iterationsOf = ({ treesInFile, treesPerIteration }: LightgbmModel): number =>
  treesInFile / treesPerIteration;

/** Columns of any model: a count in a tiny file must not size anything. */
const MAX_COLUMNS = 2 ** 21;
const MAX_TREES = 2 ** 24;
const VERSIONS = /^v[234]$/;
/** Parameters that are read; the others are passed over. */
const PARAMETERS = new Set(['boosting', 'categorical_feature', 'objective', 'pred_early_stop']);

const isTree = (line: TextSpan): boolean => startsWith(line, 'Tree=');
const endsTrees = (line: TextSpan): boolean =>
  startsWith(line, 'end of trees') || startsWith(line, 'feature importances:');

function startsWith({ bytes }: TextSpan, text: string): boolean {
  return bytes.length >= text.length && Array.from(text).every((char, i) => bytes[i] === char.charCodeAt(0));
}

/** Whether bytes begin as `save_model` begins a file. File names play no part. */
export const looksLikeLightgbm = (head: Uint8Array): boolean =>
  /^tree\r?\n(?:version|num_class)=/.test(String.fromCharCode(...head.subarray(0, 32)));

/**
 * Reads the text that `save_model`, `model_to_string` and pickles of a Booster hold (`GBDT::SaveModelToString`): a header,
 * one block a tree, `end of trees`, the parameters of training and the categories of pandas columns.
 * `iterations`, where above 0, are the first ones, which alone predict. Throws READ_CORRUPT, READ_LIMIT, READ_TRUNCATED
 * with the offset in the text.
 */
export function readModelText(
  bytes: Uint8Array,
  what: string,
  budget: ReadBudget,
  iterations = 0,
): LightgbmModel {
  const lines = new TextLines(bytes, what, budget);
  const first = lines.next();
  if (first === null || spanText(first) !== 'tree')
    throw lines.corrupt(0, first === null ? 'an empty text' : shownSpan(first), 'the line "tree"');
  const header = readBlock(lines);
  const facts = readHeader(header);
  const most = iterations > 0 ? iterations * facts.treesPerIteration : Infinity;
  const trees = readTrees(lines, facts.columnNames.length, most);
  checkCounts(header, facts.treesPerIteration, trees.treesInFile);
  return { ...facts, ...trees, ...readTail(lines) };
}

/** Lines up to the next tree, or the end of the trees; an empty one between them says nothing. */
function readBlock(lines: TextLines): KeyValues {
  const block = new KeyValues(lines, lines.peek()?.offset ?? 0);
  for (let line = lines.peek(); line !== null && !isTree(line) && !endsTrees(line); line = lines.peek()) {
    if (line.bytes.length > 0) block.add(line);
    lines.next();
  }
  return block;
}

type Trees = Pick<LightgbmModel, 'arena' | 'treesInFile' | 'mostLeaves'>;
type Header = Omit<LightgbmModel, keyof Trees | 'parameters' | 'pandasCategorical'>;

function readHeader(header: KeyValues): Header {
  const version = header.text('version') ?? 'v2';
  if (!VERSIONS.test(version))
    throw header.lines.corrupt(
      header.required('version').offset,
      `version=${version.slice(0, 20)}`,
      'v2, v3 or v4',
    );
  const columns = header.count('max_feature_idx', [0, MAX_COLUMNS - 1]) + 1;
  const classes = header.count('num_class', [1, MAX_TREES]);
  return {
    version,
    objective: header.text('objective') ?? '',
    objectiveOffset: header.get('objective')?.offset ?? header.offset,
    classes,
    treesPerIteration: header.count('num_tree_per_iteration', [1, MAX_TREES], classes),
    averageOutput: header.has('average_output'),
    columnNames: words(header, 'feature_names', columns),
    columnInfos: header.has('feature_infos') ? words(header, 'feature_infos', columns) : null,
  };
}

/** One word a column. */
function words(header: KeyValues, key: string, count: number): readonly string[] {
  const span = header.required(key);
  header.lines.budget.charge(8 * span.bytes.length, header.lines.what, span.offset);
  const found = spanText(span).trim().split(' ');
  if (found.length !== count)
    throw header.lines.corrupt(span.offset, `${found.length} words in ${key}`, `${count}, one a column`);
  return found;
}

/** Every tree is checked; the first `most` are kept. */
function readTrees(lines: TextLines, columns: number, most: number): Trees {
  const builder = new ArenaBuilder();
  let treesInFile = 0;
  let mostLeaves = 0;
  for (let line = lines.next(); ; line = lines.next()) {
    if (line === null) throw lines.truncated('"end of trees"');
    if (endsTrees(line)) return { arena: builder.finish(), treesInFile, mostLeaves };
    const text = spanText({ ...line, bytes: line.bytes.subarray(0, 24) });
    if (text !== `Tree=${treesInFile}`)
      throw lines.corrupt(line.offset, shownSpan(line), `Tree=${treesInFile} or "end of trees"`);
    const tree = readTreeBlock(readBlock(lines), columns);
    if (treesInFile < most) builder.add(tree);
    mostLeaves = Math.max(mostLeaves, tree.leaves.length);
    treesInFile += 1;
  }
}

/** The header says how many trees follow (`tree_sizes`), and trees come in whole iterations. */
function checkCounts(header: KeyValues, perIteration: number, trees: number): void {
  const sizes = header.get('tree_sizes');
  const stated = sizes === null ? null : spanText(sizes).trim().split(/ +/).filter(Boolean).length;
  if (sizes !== null && stated !== trees)
    throw header.lines.corrupt(sizes.offset, `tree_sizes of ${stated} trees`, `${trees}, as many as follow`);
  if (trees % perIteration !== 0)
    throw header.lines.corrupt(
      header.offset,
      `${trees} trees, ${perIteration} an iteration`,
      'whole iterations',
    );
}

/** What follows the trees: importances, parameters, and the last line. */
function readTail(lines: TextLines): Pick<LightgbmModel, 'parameters' | 'pandasCategorical'> {
  const parameters = new Map<string, string>();
  let pandas: Uint8Array | null = null;
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (startsWith(line, PANDAS)) pandas = line.bytes.subarray(PANDAS.length);
    else if (startsWith(line, '[')) addParameter(line, parameters);
  }
  const what = `pandas_categorical of ${lines.what}`;
  return { parameters, pandasCategorical: pandas === null ? null : readJson(pandas, what, lines.budget) };
}

const PANDAS = 'pandas_categorical:';

function addParameter(line: TextSpan, parameters: Map<string, string>): void {
  const match = /^\[(\w{1,64}): (.*)\]$/.exec(line.bytes.length > 2 ** 20 ? '' : spanText(line));
  const [, key, value] = match ?? [];
  if (key !== undefined && value !== undefined && PARAMETERS.has(key)) parameters.set(key, value);
}
