import { PlimsollError } from '../../../core/errors.ts';
import { truncate } from '../../../text/truncate.ts';
import { ReadBudget } from '../../budget.ts';
import type { ByteSource, ReadContext } from '../../format.ts';
import { DocumentView } from '../../json/document-view.ts';
import { readJson } from '../../json/read.ts';
import type { SavedTensor } from '../save/stored-tensor.ts';

/**
 * Weights in several files: `model.safetensors.index.json` says which tensor is in which.
 *
 * @see https://huggingface.co/docs/transformers/big_models
 */

const WHAT = 'an index of weights';
const INDEX_BYTES = 64 * 2 ** 20;
const SHARDS = 1000;

const INDEX =
  /^\s*\{\s*"(?:weight_map"\s*:|metadata"\s*:\s*\{\s*(?:"total_(?:size|parameters)"|\}\s*,\s*"weight_map"))/;

export const looksLikeIndex = (head: Uint8Array): boolean =>
  head[0] === 0x7b && INDEX.test(String.fromCharCode(...head));

const corrupt = (found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset: 0, found, wanted });

/** Names of files by the tensors that they hold; files of the same folder alone. */
function shardsOf(source: ByteSource, context: ReadContext): ReadonlyMap<string, string> {
  if (source.size > INDEX_BYTES) throw corrupt(`${source.size} bytes`, `at most ${INDEX_BYTES}`);
  const budget = new ReadBudget(context);
  budget.charge(source.size, WHAT, 0);
  const document = new DocumentView(
    readJson(source.slice(0, source.size), WHAT, budget),
    { path: '', offset: 0 },
    (place, field, found, wanted) => corrupt(`${place.path}.${field}: ${found}`, wanted),
  );
  const map = document.child('weight_map');
  return new Map(
    map.names().map((name) => {
      const file = map.text(name);
      if (!/^[^/\\\p{Cc}]{1,200}$/u.test(file) || file === '.' || file === '..')
        throw corrupt(`the file ${JSON.stringify(truncate(file, 80))}`, 'files of the same folder');
      return [name, file];
    }),
  );
}

/** All tensors that an index names, each from its file. */
export function tensorsOfShards(
  source: ByteSource,
  context: ReadContext,
  read: (shard: ByteSource) => ReadonlyMap<string, SavedTensor>,
): ReadonlyMap<string, SavedTensor> {
  const shards = new Map<string, ReadonlyMap<string, SavedTensor>>();
  const tensors = new Map<string, SavedTensor>();
  for (const [name, file] of shardsOf(source, context)) {
    const known = shards.get(file) ?? opened(source, file, read);
    if (!shards.has(file)) shards.set(file, known);
    if (shards.size > SHARDS) throw corrupt(`more than ${SHARDS} files`, `at most ${SHARDS}`);
    const tensor = known.get(name);
    if (tensor === undefined)
      throw corrupt(
        `no tensor ${JSON.stringify(truncate(name, 80))} in "${truncate(file, 80)}"`,
        'each one there',
      );
    tensors.set(name, tensor);
  }
  return tensors;
}

function opened(
  source: ByteSource,
  file: string,
  read: (shard: ByteSource) => ReadonlyMap<string, SavedTensor>,
): ReadonlyMap<string, SavedTensor> {
  const shard = file === source.name ? null : source.sibling(file);
  if (shard === null)
    throw corrupt(`no file "${truncate(file, 80)}" beside it`, 'all files that it names, and no links');
  // An index of indexes could lead in a circle.
  if (looksLikeIndex(shard.slice(0, Math.min(512, shard.size))))
    throw corrupt(`"${truncate(file, 80)}", which is an index as well`, 'files of tensors');
  return read(shard);
}
