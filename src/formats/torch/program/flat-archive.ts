import type { Tensor } from '../../../model/tensor.ts';
import type { ReadBudget } from '../../budget.ts';
import type { DecompressionCodec } from '../../format.ts';
import { isType } from '../../pickle/value.ts';
import { ZipArchive } from '../../zip/archive.ts';
import { savedTensor } from '../save/stored-tensor.ts';
import { readTorchArchive, saveRoot } from '../save/torch-file.ts';
import { jsonView, missingTensor, type ProgramSource } from './archive.ts';

/** Archives of torch 2.1 to 2.7: the parts of a program side by side, tensors in archives of torch.save. */

const PROGRAM_FILE = 'serialized_exported_program.json';
const TENSOR_FILES = ['serialized_state_dict.pt', 'serialized_constants.pt'];

export const isFlatProgram = (archive: ZipArchive): boolean => archive.has(PROGRAM_FILE);

export function readFlatProgram(
  archive: ZipArchive,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): ProgramSource {
  const tensors = new Map<string, () => Tensor>();
  for (const name of TENSOR_FILES) {
    if (!archive.has(name)) continue;
    const bytes = archive.read(name);
    // A program without tensors of a kind has an empty file for it.
    if (bytes.length === 0) continue;
    for (const [full, read] of tensorsOf(new ZipArchive(bytes, codecs, budget), budget))
      tensors.set(full, read);
  }
  return {
    document: jsonView(archive, PROGRAM_FILE, budget),
    tensor: (wanted) => {
      const read = tensors.get(wanted);
      if (read === undefined) throw missingTensor(wanted);
      return read();
    },
    same: () => null,
    notes: [],
  };
}

function* tensorsOf(archive: ZipArchive, budget: ReadBudget): Generator<[string, () => Tensor]> {
  const root = saveRoot(archive);
  if (root === null) return;
  const file = readTorchArchive(archive, root, budget);
  if (!isType(file.root, 'dict')) return;
  for (const [name, value] of file.root.entries) {
    if (typeof name !== 'string') continue;
    const stored = savedTensor(value, file, `tensor "${name}"`);
    if (stored !== null) yield [name, () => stored.read()];
  }
}
