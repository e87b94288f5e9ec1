import type { ObjectFile } from '../object-file.ts';
import type { JoinedModel } from '../parts/join.ts';
import { joinParts } from '../parts/join.ts';
import { COLUMNS_NAME, type DescribedPart, type ModelPart } from '../parts/part.ts';
import { className } from '../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toText } from './arrays.ts';
import { frameworkOf } from './framework.ts';
import { notesOn } from './notes.ts';
import { outlineOf } from './outline.ts';
import { Reading } from './reading.ts';
import { readerOf } from './registry.ts';
import { show } from './show.ts';

/**
 * Files whose root is no model but a dict, list or tuple with a model in it: people save columns, scalers, encoders, thresholds
 * and versions beside it.
 */

/** Members that are looked at, containers inside containers among them. */
const MAX_PARTS = 200;
const MAX_DEPTH = 3;
const LIBRARIES =
  /^(?:sklearn|lightgbm|xgboost|catboost|imblearn|category_encoders|feature_engine|sklearn_pandas|sklearn2pmml)\./;
/** What is saved beside models, and of their libraries, but is no model. */
const NO_MODEL = /(?:\._tree\.Tree|\.Bunch)$/;
const ENCODER = /^sklearn\..*\.LabelEncoder$/;
/** Names of columns: more are no list that somebody keeps. */
const MAX_COLUMNS = 100_000;

interface FileMember {
  readonly name: string;
  readonly value: PyValue;
}

/** Members of a container; null where the root is none. Lists of plain numbers and texts hold nothing to look for. */
function membersIn(root: PyValue, prefix: string, depth = 0): readonly FileMember[] | null {
  if (depth === MAX_DEPTH) return null;
  const entries = isType(root, 'dict')
    ? root.entries.map(([key, value]) => [toText(key) ?? show(key), value] as const)
    : isType(root, 'list') || isType(root, 'tuple')
      ? root.items.slice(0, MAX_PARTS).map((value, i) => [String(i), value] as const)
      : null;
  if (entries === null) return null;
  const members: FileMember[] = [];
  for (const [key, value] of entries.slice(0, MAX_PARTS)) {
    const name = prefix + key;
    const inner = membersIn(value, `${name}.`, depth + 1);
    if (inner?.some((member) => isEstimator(member.value))) members.push(...inner);
    else members.push({ name, value });
    if (members.length > MAX_PARTS) break;
  }
  return members;
}

const isEstimator = (value: PyValue): value is PyObject =>
  isType(value, 'object') && LIBRARIES.test(className(value)) && !NO_MODEL.test(className(value));

/** What a file of one value, or of several, brings: all under the name of the file where it lies beside others. */
export function partsOfObjects(file: ObjectFile, name: string): readonly ModelPart[] {
  const whole = partOf(file, { name, value: file.root });
  if (whole.kind !== 'other') return [whole];
  const members = membersIn(file.root, `${name}.`) ?? [];
  const parts = members.map((member) => partOf(file, member)).filter(({ kind }) => kind !== 'other');
  return parts.length > 0 ? parts : [whole];
}

/** The model in a file that holds several things; null where it holds one. */
export function joinMembers(file: ObjectFile, member: string | null): JoinedModel | null {
  const members = membersIn(file.root, '');
  if (members === null && member === null) return null;
  const { root } = file;
  const kind = typeof root === 'object' && root !== null && 'type' in root ? root.type : typeof root;
  const offset = isType(root, 'object') ? root.offset : 0;
  const whole = { what: show(root), class: kind, offset, joins: false };
  return joinParts(whole, members?.map((one) => partOf(file, one)) ?? null, member);
}

function partOf(file: ObjectFile, { name, value }: FileMember): ModelPart {
  if (isEstimator(value)) {
    const what = className(value);
    const kind = ENCODER.test(what) ? 'encoder' : 'model';
    return { name, what, kind, describe: (path) => describeEstimator(file, value, path) };
  }
  const columns = COLUMNS_NAME.test(name) ? textsIn(value) : null;
  if (columns !== null) return { name, what: show(value), kind: 'columns', columns };
  return { name, what: isType(value, 'object') ? className(value) : show(value), kind: 'other' };
}

/** Texts that are names: each once. */
function textsIn(value: PyValue): readonly string[] | null {
  const items = arrayItemsOf(value);
  if (items === null || items.length === 0 || items.length > MAX_COLUMNS) return null;
  const texts = items.flatMap((item) => toText(item) ?? []);
  return texts.length === items.length && new Set(texts).size === texts.length ? texts : null;
}

/** One estimator of a file; whatever keeps it from being evaluated is in `blockers`. */
export function describeEstimator(file: ObjectFile, value: PyValue, path: string): DescribedPart {
  const reading = new Reading(readerOf, file.budget, file.iterations);
  const step = reading.step(value, path);
  return {
    step: reading.blockers.length > 0 ? null : step,
    blockers: reading.blockers,
    notes: [...notesOn(value), ...reading.notes],
    outline: outlineOf(value, path),
    framework: frameworkOf(value, reading.releases),
    givesSparse: (isSparse) => reading.blockers.length === 0 && reading.sparse.of(value, isSparse),
  };
}
