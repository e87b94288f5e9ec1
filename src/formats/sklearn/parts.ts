import { type ReadNote, WHICH_MODEL } from '../../model/description.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { truncate } from '../../text/truncate.ts';
import { stepUnsupported } from '../failure.ts';
import { className, objectState } from '../pickle/access.ts';
import { pyDict, pyList, pyObject, pyTuple } from '../pickle/construct.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { show } from './show.ts';

/**
 * Files whose root is no model but a dict, list or tuple with a model in it: people save columns, scalers, encoders, thresholds
 * and versions beside it.
 */

/** Members that are looked at, containers inside containers among them. */
const MAX_PARTS = 200;
const MAX_DEPTH = 3;
/** Members that a note tells of. */
const TOLD = 20;
const LIBRARIES = /^(?:sklearn|lightgbm|xgboost|catboost|imblearn|category_encoders)\./;
/** What is saved beside models, and of their libraries, but is no model. */
const NO_MODEL = /(?:\.LabelEncoder|\._tree\.Tree|\.Bunch)$/;
/** Names under which people keep the names of columns; in a list or tuple nothing has a name. */
const COLUMNS =
  /^\d+$|(?:^|[._ ])(?:columns?|cols|features?|feature_names|feature_columns|feature_cols|names)(?:$|[._ ])/i;

interface FilePart {
  readonly name: string;
  readonly value: PyValue;
}

interface ModelPart extends FilePart {
  readonly value: PyObject;
}

/** The model of a file, and what is to be said of everything else in it. */
export interface ChosenModel {
  readonly root: PyValue;
  readonly notes: readonly ReadNote[];
}

/** Members of a container; null where the root is none. Lists of plain numbers and texts hold nothing to look for. */
function partsIn(root: PyValue, prefix = '', depth = 0): readonly FilePart[] | null {
  if (depth === MAX_DEPTH) return null;
  const entries = isType(root, 'dict')
    ? root.entries.map(([key, value]) => [toText(key) ?? show(key), value] as const)
    : isType(root, 'list') || isType(root, 'tuple')
      ? root.items.slice(0, MAX_PARTS).map((value, i) => [String(i), value] as const)
      : null;
  if (entries === null) return null;
  const parts: FilePart[] = [];
  for (const [key, value] of entries.slice(0, MAX_PARTS)) {
    const name = prefix + key;
    const inner = partsIn(value, `${name}.`, depth + 1);
    if (inner?.some(isModel)) parts.push(...inner);
    else parts.push({ name, value });
    if (parts.length > MAX_PARTS) break;
  }
  return parts;
}

const isModel = (part: FilePart): part is ModelPart =>
  isType(part.value, 'object') &&
  LIBRARIES.test(className(part.value)) &&
  !NO_MODEL.test(className(part.value));

/**
 * The model that is meant: the member of that name (several in a row, `scaler,model`, as a pipeline), or the only model that
 * there is. Throws MODEL_UNSUPPORTED where more than one can be meant, and where no member is called so.
 */
export function chooseModel(root: PyValue, member: string | null): ChosenModel {
  const parts = partsIn(root);
  if (parts === null) {
    if (member === null) return { root, notes: [] };
    throw choice(root, `the whole file, which has no member "${truncate(member, 60)}"`, 'Leave out --member');
  }
  const models = parts.filter(isModel);
  if (member !== null) return chosen(root, namedParts(root, parts, models, member), parts);
  const [only, ...others] = models;
  if (only !== undefined && others.length === 0) return chosen(root, [only], parts);
  const ways = models.slice(0, 10).map(({ name }) => `--member ${name}`);
  const count = models.length === 0 ? 'no model' : `${models.length} models`;
  const found = `${models.length === 0 ? 'not there' : 'not said'}: the file is ${show(root)} with ${count}: ${parts.slice(0, TOLD).map(described).join('; ')}`;
  const wanted =
    ways.length === 0
      ? 'Save the fitted estimator itself, or in a dict: values alone say nothing of how they are used'
      : `Say which is meant: ${ways.join(' or ')}; --member A,B runs one after the other`;
  throw choice(root, found, wanted);
}

function choice(root: PyValue, found: string, wanted: string) {
  const kind = typeof root === 'object' && root !== null && 'type' in root ? root.type : typeof root;
  const offset = isType(root, 'object') ? root.offset : 0;
  return stepUnsupported({ path: '', class: kind, offset }, WHICH_MODEL, truncate(found, 1200), wanted);
}

function namedParts(
  root: PyValue,
  parts: readonly FilePart[],
  models: readonly ModelPart[],
  member: string,
): readonly ModelPart[] {
  const names = parts.some(({ name }) => name === member) ? [member] : member.split(',');
  return names.map((name) => {
    const found = models.find((model) => model.name === name);
    if (found !== undefined) return found;
    const known = models.map((model) => model.name);
    const other = parts.find((part) => part.name === name);
    const what = other === undefined ? `no member "${truncate(name, 60)}"` : `no model: ${described(other)}`;
    const ways = `Models in the file: ${known.slice(0, 10).join(', ') || 'none'}`;
    throw choice(root, `${what}${didYouMean(name, known)}`, ways);
  });
}

function chosen(root: PyValue, taken: readonly ModelPart[], parts: readonly FilePart[]): ChosenModel {
  const rest = parts.filter(({ name }) => !taken.some((one) => one.name === name));
  const [first] = taken;
  if (first === undefined) throw choice(root, 'no member', 'Name one');
  const columns = rest.find(({ name, value }) => COLUMNS.test(name) && fitsColumns(first.value, value));
  const models = taken.map(({ name, value }, i) => ({
    name,
    value: i === 0 && columns ? withColumns(value, columns.value) : value,
  }));
  const beside = rest
    .filter((part) => part !== columns)
    .slice(0, TOLD)
    .map(described);
  const texts = [
    `Of ${show(root)}, ${models.map(({ name, value }) => `"${name}" (${className(value)})`).join(', then ')} is served`,
    ...(columns ? [`Its columns are called as "${columns.name}" says`] : []),
    ...(beside.length === 0 ? [] : [`Beside it, and not applied: ${truncate(beside.join('; '), 600)}`]),
  ];
  const [only] = models;
  const value = models.length === 1 && only !== undefined ? only.value : pipelineOf(models);
  return { root: value, notes: texts.map((text) => ({ level: 'info', text })) };
}

/** What a member is, in a few words. */
const described = ({ name, value }: FilePart): string =>
  `"${name}" is ${isType(value, 'object') ? className(value) : show(value)}`;

/** Whether a model that keeps no names of its own takes as many columns as there are names. */
function fitsColumns(model: PyObject, value: PyValue): boolean {
  const state = objectState(model);
  const names = arrayItemsOf(value)?.map(toText) ?? [];
  if (names.length === 0 || names.includes(null) || new Set(names).size !== names.length) return false;
  return !state.has('feature_names_in_') && toNumber(state.get('n_features_in_')) === names.length;
}

/** The same object with the names of its columns, which scikit-learn keeps where a model is fitted on a frame. */
function withColumns(model: PyObject, names: PyValue): PyObject {
  const entries = [...objectState(model), ['feature_names_in_', names] as const];
  return { ...model, entries: [], state: pyDict(entries.map(([key, value]) => [key, value])) };
}

/** What `Pipeline(steps)` pickles as, of models that were fitted one by one. */
function pipelineOf(models: readonly { readonly name: string; readonly value: PyObject }[]): PyObject {
  const cls = { type: 'global', module: 'sklearn.pipeline', name: 'Pipeline', offset: 0 } as const;
  const steps = pyList(models.map(({ name, value }) => pyTuple([name, value])));
  const offset = models[0]?.value.offset ?? 0;
  return { ...pyObject(cls, [], null, offset), state: pyDict([['steps', steps]]) };
}
