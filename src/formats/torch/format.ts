import { sha256 } from '../../bytes/sha256.ts';
import { blockerOf } from '../../model/blocker.ts';
import type { ModelDescription, OutlineNode, ReadNote } from '../../model/description.ts';
import { checkModel } from '../../onnx/check/model.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile } from '../../onnx/limits.ts';
import { ReadBudget } from '../budget.ts';
import type { FileFormatReader } from '../format.ts';
import { describeGraph } from '../onnx/describe.ts';
import { lintModel } from '../onnx/lint.ts';
import { ZipArchive } from '../zip/archive.ts';
import { isTorchArchive } from './match.ts';
import { type ProgramSource, programRoot, readProgramArchive } from './program/archive.ts';
import { compileProgram } from './program/compile.ts';
import { programOutline } from './program/outline.ts';

/** Archives of torch: programs of torch.export. Read as data; nothing in them is imported, called or run. */
export const torchFormat: FileFormatReader = {
  id: 'torch',
  match: isTorchArchive,
  read(source, context) {
    const budget = new ReadBudget(context);
    budget.check('fileBytes', source.size, 'the file', 0);
    budget.charge(source.size, 'the file', 0);
    const bytes = source.slice(0, source.size);
    const archive = new ZipArchive(bytes, context.codecs, budget);
    const root = programRoot(archive) ?? '';
    return describeProgram(readProgramArchive(archive, root, budget), bytes, budget);
  },
};

function describeProgram(program: ProgramSource, bytes: Uint8Array, budget: ReadBudget): ModelDescription {
  const { document } = program;
  const version = document.get('torch_version');
  const known = {
    framework: { name: 'torch', version: typeof version === 'string' ? version : null },
    outline: programOutline(document),
    notes: program.notes.map((text): ReadNote => ({ level: 'info', text })),
  };
  return describeCompiled(() => compileProgram(program, budget), known, bytes);
}

interface KnownOfModel {
  readonly framework: ModelDescription['framework'];
  readonly outline: OutlineNode;
  readonly notes: readonly ReadNote[];
}

/** What was compiled, checked and linted as a graph of others is; or what stands in the way. */
function describeCompiled(
  compile: () => OnnxModel,
  known: KnownOfModel,
  bytes: Uint8Array,
): ModelDescription {
  try {
    const model = compile();
    checkModel(model, limitsForFile(bytes.length));
    const linted = lintModel(model);
    const notes = [...known.notes, ...linted.notes];
    return describeGraph(linted, { ...known, notes, format: 'torch', fileDigest: sha256(bytes) });
  } catch (error) {
    const blockers = [blockerOf(error)];
    return { ...known, format: 'torch', compression: null, globals: [], blockers, content: null };
  }
}
