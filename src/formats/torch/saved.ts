import type { ModelDescription, OutlineNode, ReadNote } from '../../model/description.ts';
import { type CompiledOrigin, describeCompiled } from '../onnx/compiled.ts';
import { className, objectState } from '../pickle/access.ts';
import { notesOf } from '../pickle/read.ts';
import { describeValue, isType, type PyObject } from '../pickle/value.ts';
import { compileModule } from './module/compile.ts';
import { ModuleView } from './module/view.ts';
import type { TorchFile } from './save/torch-file.ts';
import { describeWeights, moduleIn, tensorsIn } from './weights.ts';

/** What `torch.save` wrote, in either container: a module, weights alone, or something else. */
export function describeSaved(file: TorchFile, bytes: Uint8Array): ModelDescription {
  const notes = notesOf(file.globals);
  const framework = { name: 'torch', version: null };
  const found = moduleIn(file.root);
  if (found !== null && isType(found.module, 'object')) {
    const module = new ModuleView(found.module, '', file);
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

/** TorchScript: modules whose methods are code in the archive, which nothing here compiles. */
export function describeScript(file: TorchFile): ModelDescription {
  const module = isType(file.root, 'object') ? file.root : null;
  const weights = module === null ? [] : scriptWeights(module, file);
  const described = describeWeights(weights, {
    what: 'torch.jit.ScriptModule',
    framework: { name: 'torch', version: null },
    notes: [],
    globals: file.globals.filter(({ module: name }) => !name.startsWith('__torch__')),
  });
  const blockers = described.blockers.map((blocker) => ({
    ...blocker,
    found: 'code of TorchScript, which is neither run nor compiled',
  }));
  return { ...described, blockers };
}

/** Tensors among the attributes of a scripted module, by their full names. */
function scriptWeights(root: PyObject, file: TorchFile): ReturnType<typeof tensorsIn> {
  const found: ReturnType<typeof tensorsIn>[number][] = [];
  const walk = (module: PyObject, path: string, depth: number): void => {
    for (const [name, value] of objectState(module)) {
      const full = path === '' ? name : `${path}.${name}`;
      if (isType(value, 'object') && value.cls.module.startsWith('__torch__') && depth < DEPTH)
        walk(value, full, depth + 1);
      else found.push(...tensorsIn(value, file).map((tensor) => ({ ...tensor, name: full })));
    }
  };
  walk(root, '', 0);
  return found;
}

/** Modules in modules that an outline shows. */
const DEPTH = 20;

function outlineOf(module: ModuleView, depth: number): OutlineNode {
  return {
    path: module.path,
    class: className(module.object),
    offset: module.object.offset,
    params: {},
    children: depth > DEPTH ? [] : module.children().map((child) => outlineOf(child.module, depth + 1)),
  };
}
