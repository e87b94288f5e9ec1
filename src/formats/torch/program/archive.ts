import { PlimsollError } from '../../../core/errors.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { ReadBudget } from '../../budget.ts';
import { DocumentView } from '../../json/document-view.ts';
import { readJson } from '../../json/read.ts';
import type { ZipArchive } from '../../zip/archive.ts';
import { requireLittleEndian, shortText } from '../byte-order.ts';
import { tensorOfStorage } from '../storage.ts';
import { documentRefusal, PROGRAM, storageView } from './schema.ts';

/** An exported program and the tensors that it names. */
export interface ProgramSource {
  readonly document: DocumentView;
  /** A parameter, buffer or constant by its full name. */
  tensor(name: string): Tensor;
  /** What is equal of names of one and the same tensor; null where that is not known. */
  same(name: string): string | null;
  readonly notes: readonly string[];
}

const FORMAT = 'archive_format';

/** Folder of an archive that torch 2.8 or later wrote (torch/csrc/export/pt2_archive_constants.h), or null. */
export function programRoot(archive: ZipArchive): string | null {
  for (const name of archive.names) {
    if (name === FORMAT) return '';
    if (/^[^/]+\/archive_format$/.test(name)) return name.slice(0, -FORMAT.length);
  }
  return null;
}

export const jsonView = (archive: ZipArchive, name: string, budget: ReadBudget): DocumentView =>
  new DocumentView(
    readJson(archive.read(name), name, budget, { dialect: 'loose' }),
    { path: '', offset: 0 },
    documentRefusal,
  );

/** Reads the layout of torch 2.8 and later: `archive_format` is `pt2`. */
export function readProgramArchive(archive: ZipArchive, root: string, budget: ReadBudget): ProgramSource {
  const format = shortText(archive.read(`${root}${FORMAT}`));
  if (format !== 'pt2')
    throw new PlimsollError('READ_CORRUPT', {
      what: `${root}${FORMAT}`,
      offset: 0,
      found: JSON.stringify(format),
      wanted: '"pt2"',
    });
  requireLittleEndian(archive, `${root}byteorder`);
  const models = [...archive.names].filter(
    (name) => name.startsWith(`${root}models/`) && name.endsWith('.json'),
  );
  const [path, ...others] = models;
  if (path === undefined) throw noProgram(archive, root);
  const name = path.slice(`${root}models/`.length, -'.json'.length);
  const notes = others.length === 0 ? [] : [`the archive holds ${models.length} programs; ${name} is read`];
  const compiled = [...archive.names].filter((member) =>
    member.startsWith(`${root}data/aotinductor/`),
  ).length;
  if (compiled > 0)
    notes.push(`${compiled} files of native code (AOTInductor) in the archive are left alone`);
  const tensors = new Map([
    ...members(archive, { root, folder: 'data/weights', name, kind: 'weights' }, budget),
    ...members(archive, { root, folder: 'data/constants', name, kind: 'constants' }, budget),
  ]);
  return {
    document: jsonView(archive, path, budget),
    tensor: (wanted) => {
      const tensor = tensors.get(wanted);
      if (tensor === undefined) throw missingTensor(wanted);
      return tensor.read();
    },
    same: (name) => tensors.get(name)?.stored ?? null,
    notes,
  };
}

function noProgram(archive: ZipArchive, root: string): PlimsollError {
  const isCompiled = [...archive.names].some((name) => name.startsWith(`${root}data/aotinductor/`));
  return modelUnsupported({
    path: 'the archive',
    class: 'torch.export',
    offset: 0,
    field: 'the program',
    found: isCompiled ? 'native code (AOTInductor), which is never run' : 'missing',
    wanted: 'an archive of torch.export.save, with models/NAME.json, is',
  });
}

export const missingTensor = (name: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', {
    what: PROGRAM,
    offset: 0,
    found: `no tensor ${JSON.stringify(name.slice(0, 80))} in the archive`,
    wanted: 'every tensor that the program names',
  });

interface ArchivedTensor {
  read(): Tensor;
  /** The file of the archive that its storage is. */
  readonly stored: string | null;
}

interface MemberFolder {
  readonly root: string;
  readonly folder: string;
  /** Of the program. */
  readonly name: string;
  readonly kind: 'weights' | 'constants';
}

/** Tensors of one folder, by their full names; each is read when it is asked for. */
function* members(
  archive: ZipArchive,
  { root, folder, name, kind }: MemberFolder,
  budget: ReadBudget,
): Generator<[string, ArchivedTensor]> {
  const path = `${root}${folder}/${name}_${kind}_config.json`;
  if (!archive.has(path)) return;
  const entries = jsonView(archive, path, budget).child('config');
  for (const fullName of entries.names()) {
    const entry = entries.child(fullName);
    const member = entry.text('path_name');
    const read = (): Tensor => {
      if (entry.get('use_pickle') === true) throw pickled(fullName);
      const where = `tensor "${fullName}"`;
      const view = storageView(entry.child('tensor_meta'), where);
      return tensorOfStorage(archive.read(`${root}${folder}/${member}`), view, where, budget);
    };
    yield [fullName, { read, stored: entry.get('use_pickle') === true ? null : `${folder}/${member}` }];
  }
}

const pickled = (name: string): PlimsollError =>
  modelUnsupported({
    path: `tensor "${name}"`,
    class: 'torch.Tensor',
    offset: 0,
    field: 'use_pickle',
    found: 'true',
    wanted: 'tensors that are stored as their bytes are',
  });
