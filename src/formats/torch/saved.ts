import type { ModelDescription, OutlineNode, ReadNote } from '../../model/description.ts';
import { type CompiledOrigin, describeCompiled } from '../onnx/compiled.ts';
import { notesOf } from '../pickle/read.ts';
import { describeValue, isType } from '../pickle/value.ts';
import { compileModule } from './module/compile.ts';
import { PickledModule } from './module/pickled.ts';
import type { ModuleView } from './module/view.ts';
import type { TorchFile } from './save/torch-file.ts';
import { describeWeights, moduleIn, tensorsIn } from './weights.ts';

/** What `torch.save` wrote, in either container: a module, weights alone, or something else. */
export function describeSaved(file: TorchFile, bytes: Uint8Array): ModelDescription {
  const notes = notesOf(file.globals);
  const framework = { name: 'torch', version: null };
  const found = moduleIn(file.root);
  if (found !== null && isType(found.module, 'object')) {
    const module = new PickledModule(found.module, '', file);
    const origin: CompiledOrigin = {
      format: 'torch',
      framework,
      outline: outlineOf(module, 0),
      notes: [...notes, ...notesOn(module, found.name)],
      globals: file.globals,
    };
    return describeCompiled(() => compileModule(module), origin, bytes);
  }
  const weights = tensorsIn(file.root, file);
  const what =
    weights.length > 0 ? 'state dict of torch' : `value of torch.save: ${describeValue(file.root)}`;
  return describeWeights(weights, { what, framework, notes, globals: file.globals });
}

function notesOn(module: ModuleView, name: string): readonly ReadNote[] {
  const notes: ReadNote[] = [];
  if (name !== '')
    notes.push({ level: 'info', text: `The module under ${JSON.stringify(name)} of a checkpoint` });
  if (module.flag('training'))
    notes.push({ level: 'info', text: 'Saved in training mode: it answers as after model.eval()' });
  return notes;
}

/** Modules in modules that an outline shows. */
const DEPTH = 20;

function outlineOf(module: ModuleView, depth: number): OutlineNode {
  return {
    path: module.path,
    class: module.className,
    offset: module.offset,
    params: {},
    children: depth > DEPTH ? [] : module.children().map((child) => outlineOf(child.module, depth + 1)),
  };
}
