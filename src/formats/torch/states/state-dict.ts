import { PlimsollError } from '../../../core/errors.ts';
import type { NamedGlobal } from '../../../model/description.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { truncate } from '../../../text/truncate.ts';
import { ReadBudget } from '../../budget.ts';
import type { ByteSource, ReadContext } from '../../format.ts';
import { isType, type PyValue } from '../../pickle/value.ts';
import { wholeFile } from '../../whole-file.ts';
import { ZipArchive } from '../../zip/archive.ts';
import { isLegacyTorch, isTorchArchive } from '../match.ts';
import { looksLikeSafetensors, safetensorsOf } from '../safetensors.ts';
import { type SavedTensor, type StorageFile, savedTensor } from '../save/stored-tensor.ts';
import {
  isTorchScript,
  readLegacyTorch,
  readTorchArchive,
  saveRoot,
  type TorchFile,
} from '../save/torch-file.ts';
import { looksLikeIndex, tensorsOfShards } from './shards.ts';

/** Weights by the names that `state_dict()` gives them. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly notes: readonly string[];
  readonly globals: readonly NamedGlobal[];
}

/** First bytes of a file that tell what it is. */
const HEAD = 512;

/** Names under which checkpoints keep the weights of a model, the most telling first. */
const KEPT_AS = [
  ...['state_dict', 'model_state_dict', 'model_state', 'model', 'net_state_dict', 'net', 'network'],
  ...['module', 'weights', 'params', 'params_ema', 'ema_state_dict', 'ema', 'model_ema', 'generator'],
];

/**
 * Reads weights: what `torch.save` wrote of a state dict or a checkpoint, safetensors, or an index of such files in the
 * same folder.
 *
 * @param key of a checkpoint, by which `--member` names one of several; null where none is named
 * @throws READ_*; MODEL_UNSUPPORTED of a file that holds no weights, or a network that its class alone runs
 */
export function readStateDict(source: ByteSource, context: ReadContext, key: string | null): StateDict {
  const head = source.slice(0, Math.min(HEAD, source.size));
  if (looksLikeIndex(head)) {
    const tensors = tensorsOfShards(source, context, (shard) => readStateDict(shard, context, null).tensors);
    return { tensors, notes: [], globals: [] };
  }
  const budget = new ReadBudget(context);
  if (looksLikeSafetensors(head)) return { tensors: safetensorsOf(source, budget), notes: [], globals: [] };
  if (isLegacyTorch(head))
    return weightsIn(source, readLegacyTorch(wholeFile(source, budget, source.name), budget), key);
  if (isTorchArchive(head)) {
    const archive = new ZipArchive(wholeFile(source, budget, source.name), context.codecs, budget);
    const root = saveRoot(archive);
    if (root !== null && !isTorchScript(archive))
      return weightsIn(source, readTorchArchive(archive, root, budget), key);
  }
  throw noWeights(source, 'no state dict of torch, and no safetensors');
}

const noWeights = ({ name }: ByteSource, found: string, wanted = 'a state dict is'): PlimsollError =>
  modelUnsupported({
    path: truncate(name, 80),
    class: 'torch state dict',
    offset: 0,
    field: 'the state dict',
    found,
    wanted,
  });

interface NamedDict {
  readonly name: string;
  readonly value: PyValue;
}

/** The dict of tensors that is meant: the file itself, or what a checkpoint keeps under one of the usual names. */
function weightsIn(source: ByteSource, file: TorchFile, key: string | null): StateDict {
  const dicts = dictsIn(file.root, file);
  const chosen = key === null ? usualOf(dicts) : dicts.find(({ name }) => name === key);
  if (chosen === undefined) {
    const names = dicts.map(({ name }) => `"${truncate(name, 40)}"`).slice(0, 10);
    const found =
      names.length === 0
        ? 'no dict of tensors'
        : `${key === null ? 'several' : 'other'} dicts of tensors: ${names.join(', ')}`;
    throw noWeights(source, found, 'one is, which `--member GRAPH,FILE.NAME` names');
  }
  const others = dicts.length - 1;
  const note = `The weights under ${JSON.stringify(truncate(chosen.name, 60))} of "${truncate(source.name, 60)}"`;
  return {
    tensors: tensorsOf(chosen.value, file),
    notes:
      chosen.name === '' ? [] : [others > 0 ? `${note}, which keeps ${others} other dicts of tensors` : note],
    globals: file.globals,
  };
}

function usualOf(dicts: readonly NamedDict[]): NamedDict | undefined {
  if (dicts.length === 1) return dicts[0];
  return ['', ...KEPT_AS].flatMap((name) => dicts.filter((one) => one.name === name))[0];
}

/** Dicts that hold tensors, two levels deep; the state of an optimiser has its tensors deeper. */
function dictsIn(root: PyValue, file: StorageFile): readonly NamedDict[] {
  if (!isType(root, 'dict')) return [];
  if (tensorsOf(root, file).size > 0) return [{ name: '', value: root }];
  return root.entries.flatMap(([name, value]) =>
    typeof name === 'string' && isType(value, 'dict') && tensorsOf(value, file).size > 0
      ? [{ name, value }]
      : [],
  );
}

function tensorsOf(dict: PyValue, file: StorageFile): ReadonlyMap<string, SavedTensor> {
  const tensors = new Map<string, SavedTensor>();
  if (!isType(dict, 'dict')) return tensors;
  for (const [name, value] of dict.entries) {
    if (typeof name !== 'string') continue;
    const tensor = savedTensor(value, file, `tensor "${truncate(name, 80)}"`);
    if (tensor === null) continue;
    if (tensors.has(name))
      throw new PlimsollError('READ_CORRUPT', {
        what: 'a state dict of torch',
        offset: 0,
        found: `${JSON.stringify(truncate(name, 80))} twice`,
        wanted: 'each name once',
      });
    tensors.set(name, tensor);
  }
  return tensors;
}
