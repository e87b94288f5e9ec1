import type { ReadNote } from '../../model/description.ts';
import type { NamedStep } from '../../model/step.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { truncate } from '../../text/truncate.ts';
import { chainMisfit, holdsStep, ordersOf, rolesOf } from './chain.ts';
import { ownNames, widthsText } from './fit.ts';
import {
  type ColumnsPart,
  type DescribedPart,
  describedPart,
  type EstimatorPart,
  type ModelPart,
  type PartsWhole,
} from './part.ts';

/** Members that a message tells of, and ways that it offers. */
const TOLD = 20;
const WAYS = 10;
/** Models of one file or folder that are read to find out how they fit. */
const MAX_MODELS = 16;

/** Parts that make one model, and what is said of how they were found. */
export interface ChosenParts {
  /** In the order in which they run. */
  readonly models: readonly EstimatorPart[];
  readonly columns: ColumnsPart | null;
  readonly encoder: EstimatorPart | null;
  /** Whether a person named them: nothing else is applied then. */
  readonly explicit: boolean;
  readonly notes: readonly ReadNote[];
}

/** The error that says what was found and what to do, and the chains of parts that there are to choose from. */
export type RefuseParts = (found: string, wanted: string, ways?: readonly (readonly string[])[]) => Error;

export interface PartsChoice {
  readonly whole: PartsWhole;
  readonly parts: readonly ModelPart[];
  readonly member: string | null;
  readonly describe: (part: EstimatorPart, path: string) => DescribedPart;
  readonly refuse: RefuseParts;
}

const isModel = (part: ModelPart): part is EstimatorPart => part.kind === 'model';

/** Parts that are meant. Throws what `refuse` makes of the reason where that cannot be known, with the ways to say it. */
export function chooseParts(choice: PartsChoice): ChosenParts {
  const { parts, member, whole } = choice;
  if (member !== null) return namedParts(choice, member);
  const models = parts.filter(isModel);
  if (models.length === 1 || (models.length > 1 && whole.joins)) return inferredParts(choice, models);
  if (models.length === 0) {
    const wanted = 'Save the fitted model itself: values alone say nothing of how they are used';
    throw choice.refuse(`not there: ${inWhole(choice, 'no model')}`, wanted);
  }
  throw choice.refuse(
    `not said: ${inWhole(choice, `${models.length} models`)}`,
    `Say which is meant: ${alone(models)}`,
  );
}

function inWhole({ whole, parts }: PartsChoice, count: string): string {
  const told = parts.slice(0, TOLD).map(describedPart).join('; ');
  return `${whole.joins ? `${whole.what} hold` : `the file is ${whole.what} with`} ${count}: ${told}`;
}

const memberWord = (chain: readonly { readonly name: string }[]): string =>
  `--member ${chain.map(({ name }) => name).join(',')}`;

const alone = (models: readonly { readonly name: string }[]): string =>
  `${models
    .slice(0, WAYS)
    .map((model) => memberWord([model]))
    .join(' or ')}; --member A,B runs one after the other`;

function namedParts({ parts, refuse }: PartsChoice, member: string): ChosenParts {
  const names = parts.some(({ name }) => name === member) ? [member] : member.split(',');
  const known = parts.filter(isModel).map(({ name }) => name);
  const ways = `Models in the file: ${known.slice(0, WAYS).join(', ') || 'none'}`;
  const named = names.map((name) => {
    const part = parts.find((one) => one.name === name);
    if (part === undefined) throw refuse(`no member "${truncate(name, 60)}"${didYouMean(name, known)}`, ways);
    return part;
  });
  const models = named.filter(isModel);
  const columns = named.filter((part): part is ColumnsPart => part.kind === 'columns');
  const encoders = named.filter((part): part is EstimatorPart => part.kind === 'encoder');
  const other = named.find(({ kind }) => kind === 'other');
  const useless = other ?? (models.length === 0 ? named[0] : (columns[1] ?? encoders[1]));
  if (useless !== undefined) throw refuse(`no model: ${describedPart(useless)}`, ways);
  return { models, columns: columns[0] ?? null, encoder: encoders[0] ?? null, explicit: true, notes: [] };
}

function inferredParts(choice: PartsChoice, models: readonly EstimatorPart[]): ChosenParts {
  const found = { columns: null, encoder: null, explicit: false };
  if (models.length === 1) return { ...found, models, notes: [] };
  if (models.length > MAX_MODELS)
    throw choice.refuse(
      `not said: ${choice.whole.what} hold ${models.length} models`,
      `Say which is meant: ${alone(models)}`,
    );
  const described = models.map((part) => ({ part, ...choice.describe(part, part.name) }));
  const unread = described.filter(({ step }) => step === null);
  // What cannot be read may have to run before or after what can.
  if (unread.length > 0) return { ...found, models, notes: [] };
  const steps = described.flatMap(({ part, step }) => (step === null ? [] : [{ name: part.name, step }]));
  const chain = onlyChain(choice, steps);
  const ordered = chain.flatMap(({ name }) => models.find((model) => model.name === name) ?? []);
  return { ...found, models: ordered, notes: doubts(chain) };
}

/** The one order in which all fit. */
function onlyChain(choice: PartsChoice, steps: readonly NamedStep[]): readonly NamedStep[] {
  const { transformers, predictors } = rolesOf(steps);
  const [predictor, ...others] = predictors;
  if (predictor === undefined || others.length > 0) {
    const count =
      predictor === undefined ? 'no model that predicts' : `${predictors.length} models that predict`;
    const chains = predictors.flatMap((one) => ways(transformers, one));
    throw unclear(
      choice,
      `not said: ${inWhole(choice, count)}`,
      chains.length > 0 ? chains : steps.map((step) => [step]),
    );
  }
  const twice = transformers.find(({ step }) => holdsStep(predictor.step, step));
  if (twice !== undefined) {
    const found = `not clear: "${predictor.name}" holds what "${twice.name}" is, which would run twice`;
    throw unclear(choice, found, ways([], predictor));
  }
  const orders = ordersOf(transformers, predictor);
  const [order, ...more] = orders;
  if (order !== undefined && more.length === 0) return order;
  const chains = ways(transformers, predictor);
  if (order === undefined) throw unclear(choice, unfitText(transformers, predictor), chains);
  const told = orders.slice(0, 4).map((one) => one.map(({ name }) => `"${name}"`).join(', then '));
  throw unclear(choice, `not clear: ${orders.length} orders fit: ${told.join('; or ')}`, [
    ...chains,
    ...orders,
  ]);
}

/** Chains of a transformer and the predictor that fit, and the predictor alone. */
const ways = (
  transformers: readonly NamedStep[],
  predictor: NamedStep,
): readonly (readonly NamedStep[])[] => [
  ...transformers.map((one) => [one, predictor]).filter((chain) => chainMisfit(chain) === null),
  [predictor],
];

function unclear({ refuse }: PartsChoice, found: string, chains: readonly (readonly NamedStep[])[]): Error {
  const offered = chains.slice(0, WAYS);
  const wanted = `Say which parts are meant: ${offered.map(memberWord).join(' or ')}`;
  return refuse(
    found,
    wanted,
    offered.map((chain) => chain.map(({ name }) => name)),
  );
}

function unfitText(transformers: readonly NamedStep[], predictor: NamedStep): string {
  const [only, ...others] = transformers;
  if (only !== undefined && others.length === 0)
    return `not clear: the parts do not fit: ${chainMisfit([only, predictor]) ?? ''}`;
  return `not clear: the parts do not fit in any order: ${[...transformers, predictor].map(widthsText).join('; ')}`;
}

/** A model that keeps the names of the columns that a transformer keeps may have been fitted beside it, and not behind it. */
function doubts(chain: readonly NamedStep[]): readonly ReadNote[] {
  const [first, ...others] = chain;
  const names = first === undefined ? null : ownNames(first.step);
  const predictor = others.at(-1);
  if (first === undefined || names === null || predictor === undefined) return [];
  if (ownNames(predictor.step)?.join('\n') !== names.join('\n')) return [];
  const text = `"${predictor.name}" calls its columns as "${first.name}" does: if it was fitted on rows that "${first.name}" had not seen, ${memberWord([predictor])} serves it alone`;
  return [{ level: 'warning', text }];
}
