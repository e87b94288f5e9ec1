import { basename, resolve } from 'node:path';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { ReadBudget } from '../formats/budget.ts';
import { stepUnsupported } from '../formats/failure.ts';
import type { ReadContext } from '../formats/format.ts';
import { type DocumentValue, isObject, itemsOf } from '../formats/json/document.ts';
import { readJson } from '../formats/json/read.ts';
import { joinParts } from '../formats/parts/join.ts';
import { COLUMNS_NAME, type DescribedPart, type ModelPart } from '../formats/parts/part.ts';
import { describeJoined } from '../formats/sklearn/describe.ts';
import { partsOfObjects } from '../formats/sklearn/parts.ts';
import { blockerOf } from '../model/blocker.ts';
import type { ModelDescription } from '../model/description.ts';
import { detectFormat, objectsReaderOf } from '../reading/formats.ts';
import { countText } from '../text/count.ts';
import { FileSource } from './file-source.ts';
import type { PartFile } from './part-files.ts';

/** A description and the files that it was read from, by their paths. */
export interface ReadModel extends ModelDescription {
  /** The model's file; of a folder the part that answers, or the folder where nothing says which that is. */
  readonly file: string;
  /** Files beside it that belong to it. */
  readonly sideFiles: readonly string[];
  /** What a folder holds; absent of a file. */
  readonly layout?: PartsLayout | undefined;
}

/** Parts in a folder, and how they can be put together. */
export interface PartsLayout {
  readonly models: number;
  /** Files that the model is made of. */
  readonly files: number;
  /** Models that could answer by themselves; 0 where that was not looked at. */
  readonly leads: number;
  /** Choices of `--member`, where nothing else says which parts are meant. */
  readonly ways: readonly (readonly string[])[];
}

/** What one file of the folder brings. */
interface PartReading extends Pick<ModelDescription, 'format' | 'compression' | 'globals' | 'notes'> {
  readonly file: PartFile;
  readonly sideFiles: readonly string[];
  readonly parts: readonly ModelPart[];
}

/**
 * Reads a folder of files that are parts of one model, within the limits of one file all together. Which of them, and in which
 * order, `member` says by their names, or else what each takes and gives. Errors: SAVED_INVALID, FORMAT_UNKNOWN, READ_*, MODEL_*.
 */
export function readParts(folder: string, found: readonly PartFile[], context: ReadContext): ReadModel {
  const { member = null } = context;
  const files = filesToRead(found, member);
  if (files.length === 0)
    throw new PlimsollError('FILE_UNREADABLE', {
      path: folder,
      reason: 'it is a folder without model files',
    });
  const readings = readAll(files, context);
  const name = basename(resolve(folder));
  const whole = {
    what: `${countText(files.length, 'file')} in the folder "${name}"`,
    class: 'folder',
    offset: 0,
    joins: true,
  };
  const parts = readings.flatMap((one) => one.parts);
  const model = joinParts(whole, parts, member);
  const { joined } = model;
  const used =
    joined === null
      ? readings
      : readings.filter((one) => joined.members.some((part) => isOf(one.file, part)));
  const lead = used.find((one) => joined !== null && isOf(one.file, joined.lead));
  const notes = used.flatMap((one) => one.notes);
  return {
    format: lead?.format ?? 'pickle',
    compression: lead?.compression ?? null,
    ...describeJoined(model, { globals: used.flatMap(({ globals }) => globals), notes }),
    layout: {
      models: parts.filter(({ kind }) => kind === 'model').length,
      files: used.length,
      leads: model.leads,
      ways: model.ways,
    },
    file: lead?.file.path ?? folder,
    sideFiles: used.flatMap((one) => [...(one === lead ? [] : [one.file.path]), ...one.sideFiles]),
  };
}

/** Whether a part comes from a file, whose name is in front of what is inside it. */
const isOf = ({ name }: PartFile, part: string): boolean => part === name || part.startsWith(`${name}.`);

/** Where parts are named, their files, and those that name columns; all of them where a name is of none. */
function filesToRead(files: readonly PartFile[], member: string | null): readonly PartFile[] {
  const names = member?.split(',') ?? [];
  const named = files.filter(
    (file) => COLUMNS_NAME.test(file.name) || names.some((name) => isOf(file, name)),
  );
  const isKnown = names.every((name) => named.some((file) => isOf(file, name)));
  return names.length > 0 && isKnown ? named : files;
}

/** Reads one file after the other, each with what the others have left of memory and time. */
function readAll(files: readonly PartFile[], context: ReadContext): readonly PartReading[] {
  const end = context.now() + context.limits.cpuMs;
  let { totalBytes } = context.limits;
  return files.map((file) => {
    const cpuMs = Math.max(0, end - context.now());
    const own = { ...context, member: null, limits: { ...context.limits, totalBytes, cpuMs } };
    const { bytes, ...reading } = naming(file, () =>
      file.isModel ? readModelPart(file, own) : readDocument(file, own),
    );
    totalBytes = Math.max(0, totalBytes - bytes);
    return reading;
  });
}

/** Of several files it has to be said which one is damaged. */
function naming<T>({ name }: PartFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isPlimsollError(error) || !error.code.startsWith('READ_')) throw error;
    const what = String(error.details['what'] ?? 'a file');
    const told = what.includes(name) ? what : `${what} ("${name}")`;
    throw new PlimsollError(error.code, { ...error.details, what: told }, { cause: error });
  }
}

type BoundedReading = PartReading & { readonly bytes: number };

function readModelPart(file: PartFile, context: ReadContext): BoundedReading {
  const source = new FileSource(file.path, file.size);
  const format = detectFormat(source);
  const readObjects = objectsReaderOf(format);
  if (readObjects === null) {
    const description = format.read(source, context);
    const part = modelPart(file.name, description);
    return { ...partsOnly(description), file, sideFiles: source.sideFiles, parts: [part], bytes: file.size };
  }
  const objects = readObjects(source, context);
  const parts = partsOfObjects(objects, file.name);
  return { ...partsOnly(objects), file, sideFiles: source.sideFiles, parts, bytes: objects.budget.bytes };
}

const partsOnly = ({
  format,
  compression,
  globals,
  notes,
}: Omit<PartReading, 'file' | 'sideFiles' | 'parts'>) => ({
  ...{ format, compression, globals, notes },
});

/** A file that is one model, such as a booster in the format of its library. */
function modelPart(name: string, description: ModelDescription): ModelPart {
  const { outline, framework, blockers, content, notes } = description;
  const what = outline?.class ?? description.format;
  const describe = (path: string): DescribedPart => {
    const shown = outline === null ? null : { ...outline, path };
    const described = { outline: shown, framework, notes, blockers, givesSparse: () => false };
    if (content === null) return { ...described, step: null };
    if (content.kind === 'steps') return { ...described, step: content.root };
    const origin = { path, class: what, offset: 0 };
    const refusal = stepUnsupported(
      origin,
      'the format',
      'a graph of ONNX',
      'models of steps are joined, graphs are served alone:',
    );
    return { ...described, step: null, blockers: [blockerOf(refusal)] };
  };
  return { name, what, kind: 'model', describe };
}

/** A document of JSON: names of columns, alone or under a key. */
function readDocument(file: PartFile, context: ReadContext): BoundedReading {
  const budget = new ReadBudget(context);
  budget.charge(file.size, `"${file.name}"`, 0);
  const bytes = new FileSource(file.path, file.size).slice(0, file.size);
  const document = readJson(bytes, `"${file.name}"`, budget);
  const fields: readonly (readonly [string, DocumentValue])[] = isObject(document)
    ? Array.from(document.fields, ([key, value]) => [`${file.name}.${key}`, value])
    : [[file.name, document]];
  const parts = fields.flatMap(([name, value]) => columnsPart(name, value));
  return {
    format: 'json',
    compression: null,
    globals: [],
    notes: [],
    file,
    sideFiles: [],
    parts,
    bytes: budget.bytes,
  };
}

function columnsPart(name: string, value: DocumentValue): readonly ModelPart[] {
  const items = itemsOf(value) ?? [];
  const columns = items.filter((item) => typeof item === 'string');
  if (items.length === 0 || columns.length !== items.length || new Set(columns).size !== columns.length)
    return [];
  return [{ name, what: `a list of ${columns.length}`, kind: 'columns', columns }];
}
