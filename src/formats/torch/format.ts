import { PlimsollError } from '../../core/errors.ts';
import type { ModelDescription, ReadNote } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { describeCompiled } from '../onnx/compiled.ts';
import { wholeFile } from '../whole-file.ts';
import { ZipArchive } from '../zip/archive.ts';
import { isLegacyTorch, isTorchArchive } from './match.ts';
import type { ProgramSource } from './program/archive.ts';
import { compileProgram, programLimits } from './program/compile.ts';
import { openProgram } from './program/open.ts';
import { programOutline, programRemarks } from './program/outline.ts';
import { isTorchScript, readLegacyTorch, readTorchArchive, saveRoot } from './save/torch-file.ts';
import { describeSaved } from './saved.ts';
import { ScriptArchive } from './script/archive.ts';
import { describeScript } from './script/describe.ts';

function opened(source: ByteSource, context: ReadContext): { bytes: Uint8Array; budget: ReadBudget } {
  const budget = new ReadBudget(context);
  return { bytes: wholeFile(source, budget, 'the file'), budget };
}

/** Archives of torch: programs of torch.export, what torch.save wrote. Nothing in them is imported, called or run. */
export const torchFormat: FileFormatReader = {
  id: 'torch',
  match: isTorchArchive,
  read(source, context) {
    const { bytes, budget } = opened(source, context);
    const archive = new ZipArchive(bytes, context.codecs, budget);
    const program = openProgram(archive, context.codecs, budget);
    if (program !== null) return describeProgram(program, bytes, budget);
    const saved = saveRoot(archive);
    if (saved !== null && isTorchScript(archive))
      return describeScript(new ScriptArchive(archive, saved, budget), bytes);
    if (saved !== null) return describeSaved(readTorchArchive(archive, saved, budget), bytes);
    const found = [...archive.names].slice(0, 5).join(', ');
    throw new PlimsollError('READ_CORRUPT', {
      what: 'an archive of torch',
      offset: 0,
      found: `the files ${found}`,
      wanted: 'data.pkl, or a program of torch.export',
    });
  },
};

/** Files of torch before 1.6, and of `_use_new_zipfile_serialization=False`. */
export const legacyTorchFormat: FileFormatReader = {
  id: 'torch',
  match: isLegacyTorch,
  read(source, context) {
    const { bytes, budget } = opened(source, context);
    return describeSaved(readLegacyTorch(bytes, budget), bytes);
  },
};

function describeProgram(program: ProgramSource, bytes: Uint8Array, budget: ReadBudget): ModelDescription {
  const { document } = program;
  const version = document.get('torch_version');
  const known = {
    format: 'torch',
    framework: { name: 'torch', version: typeof version === 'string' ? version : null },
    outline: programOutline(document),
    notes: [...program.notes, ...programRemarks(document)].map((text): ReadNote => ({ level: 'info', text })),
    globals: [],
  };
  return describeCompiled(
    () => compileProgram(program, budget),
    known,
    bytes,
    () => programLimits(bytes.length),
  );
}
