import { blockerOf, type CompileBlocker } from '../../model/blocker.ts';
import { withClassLabels } from '../../model/class-labels.ts';
import {
  type JoinedParts,
  type OutlineNode,
  type ReadNote,
  type SourceFramework,
  WHICH_MODEL,
} from '../../model/description.ts';
import type { ModelStep, NamedStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { truncate } from '../../text/truncate.ts';
import { stepUnsupported } from '../failure.ts';
import { withSparseInput } from '../sklearn/sparse-output.ts';
import { chainMisfit, pipelineOf } from './chain.ts';
import { type ChosenParts, chooseParts, type RefuseParts } from './choose.ts';
import { classesMisfit, columnsMisfit, isPredictor, ownNames } from './fit.ts';
import {
  type ColumnsPart,
  type DescribedPart,
  describedPart,
  type EstimatorPart,
  type ModelPart,
  type PartsWhole,
} from './part.ts';

/** Members that a note tells of. */
const TOLD = 20;
/** Classes that a note names. */
const NAMED_CLASSES = 5;

/** One model made of parts; `step` is null exactly where there are blockers. */
export interface JoinedModel {
  readonly step: ModelStep | null;
  readonly blockers: readonly CompileBlocker[];
  readonly notes: readonly ReadNote[];
  readonly outline: OutlineNode | null;
  readonly framework: SourceFramework;
  readonly joined: JoinedParts | null;
  /** Models among the parts that could answer by themselves, where that was looked at. */
  readonly leads: number;
  /** Parts that make one model, as `--member` names them: what there is to choose from where nobody said. */
  readonly ways: readonly (readonly string[])[];
}

const NOTHING = {
  step: null,
  notes: [],
  outline: null,
  framework: { name: 'python', version: null },
  joined: null,
  leads: 0,
  ways: [],
} as const;

/**
 * The model that is meant by `member` (`scaler,model`: one after the other, with the encoder of the classes and the names of
 * the columns where they are named), or the only one that there is. Whatever keeps it from being known is a blocker. `parts` is
 * null of a file that is one model and has no members.
 */
export function joinParts(
  whole: PartsWhole,
  parts: readonly ModelPart[] | null,
  member: string | null,
): JoinedModel {
  const described = new Map<EstimatorPart, DescribedPart>();
  const describe = (part: EstimatorPart, path: string): DescribedPart => {
    const known = described.get(part) ?? part.describe(path);
    described.set(part, known);
    return known;
  };
  let ways: readonly (readonly string[])[] = [];
  const leads = (): number =>
    [...described].filter(([{ kind }, { step }]) => kind === 'model' && (step === null || isPredictor(step)))
      .length;
  const refuse: RefuseParts = (found, wanted, chains = []) => {
    ways = chains;
    const origin = { path: '', class: whole.class, offset: whole.offset };
    return stepUnsupported(origin, WHICH_MODEL, truncate(found, 1200), wanted);
  };
  try {
    if (parts === null)
      throw refuse(
        `the whole file, which has no member "${truncate(member ?? '', 60)}"`,
        'Leave out --member',
      );
    const chosen = chooseParts({ whole, parts, member, describe, refuse });
    return { ...new Joining(whole, parts, chosen, describe, refuse).joined(), leads: leads() };
  } catch (error) {
    return { ...NOTHING, blockers: [blockerOf(error)], leads: leads(), ways };
  }
}

/** Puts chosen parts together, and says what was made of each. */
class Joining {
  readonly #whole: PartsWhole;
  readonly #parts: readonly ModelPart[];
  readonly #chosen: ChosenParts;
  readonly #describe: (part: EstimatorPart, path: string) => DescribedPart;
  readonly #refuse: RefuseParts;
  readonly #used = new Set<ModelPart>();
  readonly #told: string[] = [];
  /** Why parts are not applied, where they look as if they could be. */
  readonly #unfit = new Map<ModelPart, string>();

  constructor(
    whole: PartsWhole,
    parts: readonly ModelPart[],
    chosen: ChosenParts,
    describe: (part: EstimatorPart, path: string) => DescribedPart,
    refuse: RefuseParts,
  ) {
    this.#whole = whole;
    this.#parts = parts;
    this.#chosen = chosen;
    this.#describe = describe;
    this.#refuse = refuse;
  }

  joined(): JoinedModel {
    const { models } = this.#chosen;
    const all = models.map((part) => this.#describe(part, models.length === 1 ? '' : part.name));
    const last = all.at(-1) ?? null;
    const framework = last?.framework ?? NOTHING.framework;
    const base = { framework, outline: this.#outline(all), notes: all.flatMap(({ notes }) => notes) };
    const blockers = all.flatMap((one) => one.blockers);
    const [first, ...others] = this.#steps(all);
    if (blockers.length > 0 || first === undefined) return { ...NOTHING, ...base, blockers };
    const misfit = chainMisfit([first, ...others]);
    if (misfit !== null)
      throw this.#refuse(
        `not clear: the parts do not fit: ${misfit}`,
        'Name parts that were fitted together',
      );
    for (const part of models) this.#used.add(part);
    this.#told.push(`Of ${this.#whole.what}, ${this.#servedText()} is served`);
    const root = this.#withClasses(this.#withColumns(pipelineOf([first, ...others])));
    const said = this.#told.join('. ');
    const notes = [...this.#told, ...this.#beside()].map((text) => ({ level: 'info', text }) as const);
    return {
      ...base,
      step: root,
      blockers: [],
      notes: [...notes, ...this.#chosen.notes, ...base.notes],
      leads: 0,
      ways: [],
      joined: { members: [...this.#used].map(({ name }) => name), lead: models.at(-1)?.name ?? '', said },
    };
  }

  #steps(all: readonly DescribedPart[]): readonly NamedStep[] {
    let isSparse = false;
    return this.#chosen.models.flatMap(({ name }, i) => {
      const { step = null, givesSparse } = all[i] ?? {};
      const before = all.slice(0, i).flatMap((part) => part.step ?? []);
      const taken = step === null ? [] : [{ name, step: isSparse ? withSparseInput(step, before) : step }];
      isSparse = givesSparse?.(isSparse) ?? false;
      return taken;
    });
  }

  #outline(all: readonly DescribedPart[]): OutlineNode | null {
    const children = all.flatMap(({ outline }) => outline ?? []);
    if (all.length === 1) return children[0] ?? null;
    return { path: '', class: 'sklearn.pipeline.Pipeline', offset: this.#whole.offset, params: {}, children };
  }

  #servedText(): string {
    return this.#chosen.models.map(({ name, what }) => `"${name}" (${what})`).join(', then ');
  }

  /** Names are taken from the first list that fits a model without names of its own, or from the one that was named. */
  #withColumns(step: ModelStep): ModelStep {
    const { columns: named } = this.#chosen;
    if (named !== null) {
      const misfit = columnsMisfit(step, named.columns);
      if (misfit !== null && ownNames(step)?.join('\n') !== named.columns.join('\n'))
        throw this.#refuse(
          `not clear: "${named.name}" does not name its columns: ${misfit}`,
          `Leave "${named.name}" out`,
        );
    }
    const lists = this.#parts.filter((part): part is ColumnsPart => part.kind === 'columns');
    const fitting = named ?? lists.find(({ columns }) => columnsMisfit(step, columns) === null) ?? null;
    for (const part of lists)
      if (part !== fitting) this.#unfit.set(part, columnsMisfit(step, part.columns) ?? 'others fit as well');
    if (fitting === null) return step;
    this.#used.add(fitting);
    this.#told.push(`Its columns are called as "${fitting.name}" says`);
    return { ...step, featureNames: fitting.columns };
  }

  /** Classes are called as the only encoder that fits says, or as the one that was named. */
  #withClasses(step: ModelStep): ModelStep {
    const { encoder: named, explicit } = this.#chosen;
    const encoders = this.#parts.filter((part): part is EstimatorPart => part.kind === 'encoder');
    const fitting: {
      readonly part: EstimatorPart;
      readonly labels: LabelSet;
      readonly renamed: ModelStep;
    }[] = [];
    for (const part of encoders.slice(0, TOLD)) {
      const labels = labelsOf(this.#describe(part, part.name));
      const misfit = labels === null ? 'its classes cannot be read' : classesMisfit(step, labels);
      const renamed = labels === null || misfit !== null ? null : withClassLabels(step, labels);
      if (labels !== null && renamed !== null) fitting.push({ part, labels, renamed });
      else this.#unfit.set(part, misfit ?? 'the classes of the model have no names that could be others');
    }
    const wanted = fitting.filter(({ part }) => (named === null ? !explicit : part === named));
    if (named !== null && wanted.length === 0)
      throw this.#refuse(
        `not clear: "${named.name}" does not name its classes: ${this.#unfit.get(named) ?? ''}`,
        `Leave "${named.name}" out`,
      );
    const [only, ...others] = wanted;
    if (only === undefined || others.length > 0) {
      for (const { part } of fitting) this.#unfit.set(part, `it fits: ${this.#with(part)} applies it`);
      return step;
    }
    this.#used.add(only.part);
    this.#told.push(`Its classes are called as "${only.part.name}" says: ${classesText(only.labels)}`);
    return only.renamed;
  }

  #with(part: ModelPart): string {
    return `--member ${[...this.#chosen.models, part].map(({ name }) => name).join(',')}`;
  }

  #beside(): readonly string[] {
    const rest = this.#parts.filter((part) => !this.#used.has(part)).slice(0, TOLD);
    if (rest.length === 0) return [];
    const texts = rest.map((part) => {
      const reason = this.#unfit.get(part);
      return `${describedPart(part)}${reason === undefined ? '' : ` (${reason})`}`;
    });
    return [`Beside it, and not applied: ${truncate(texts.join('; '), 900)}`];
  }
}

const labelsOf = ({ step }: DescribedPart): LabelSet | null =>
  step?.kind === 'label-encoder' ? step.classes : null;

const classesText = ({ values }: LabelSet): string => {
  const named = values.slice(0, NAMED_CLASSES).map((value, i) => `${i} is ${truncate(String(value), 40)}`);
  return `${named.join(', ')}${values.length > named.length ? ', …' : ''}`;
};
