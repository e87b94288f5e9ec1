import type { PmmlModel } from './models.ts';
import type { PmmlExpression, PmmlField, PmmlPredicate } from './program.ts';
import type { PmmlStep } from './step.ts';
import type { PmmlValue } from './value.ts';

/** A value of an input column on which an answer turns. */
interface PmmlBoundary {
  readonly column: number;
  readonly value: PmmlValue;
}

/** Values with which input columns are compared, as far as the columns reach the comparison as they are. */
export function pmmlBoundaries({ fields, models }: PmmlStep): readonly PmmlBoundary[] {
  const found: PmmlBoundary[] = [];
  const note = (field: number, values: Iterable<PmmlValue>): void => {
    const column = columnBehind(fields, field);
    if (column !== null) for (const value of values) found.push({ column, value });
  };
  for (const field of fields) {
    if (field.kind === 'derived') visitExpression(field.expression, note);
    if (field.kind === 'treated') note(field.source, valuesOfTreatment(field));
  }
  for (const model of models) visitModel(model, note);
  return found;
}

/** Numbers that input columns take, where a document refuses others: the first interval stands for all. */
export function pmmlRanges({
  fields,
}: PmmlStep): readonly { column: number; low: number; high: number; whole: boolean }[] {
  return fields.flatMap((field) => {
    const column =
      field.kind === 'treated' && fields[field.source]?.kind === 'input'
        ? columnBehind(fields, field.source)
        : null;
    if (field.kind !== 'treated' || column === null) return [];
    const { low = -Infinity, high = Infinity } = field.treatment.domain.intervals[0] ?? {};
    const whole = field.type === 'integer';
    return low === -Infinity && high === Infinity && !whole ? [] : [{ column, low, high, whole }];
  });
}

type Note = (field: number, values: Iterable<PmmlValue>) => void;

/** The input column that a field hands on, rounded or treated at most; null where it computes. */
function columnBehind(fields: readonly PmmlField[], index: number): number | null {
  const field = fields[index];
  if (field?.kind === 'input') return field.column;
  if (field?.kind === 'treated') return columnBehind(fields, field.source);
  if (field?.kind === 'derived' && field.expression.kind === 'field')
    return columnBehind(fields, field.expression.field);
  // A function of one field gives values that are near to it, as where it is rounded.
  if (field?.kind === 'derived' && field.expression.kind === 'apply') {
    const [only, ...others] = field.expression.args.filter(({ kind }) => kind !== 'constant');
    return only?.kind === 'field' && others.length === 0 ? columnBehind(fields, only.field) : null;
  }
  return null;
}

function valuesOfTreatment({ treatment }: Extract<PmmlField, { kind: 'treated' }>): readonly PmmlValue[] {
  const { low, high, domain } = treatment;
  return [
    ...[low, high].filter(Number.isFinite),
    ...domain.intervals.flatMap((interval) => [interval.low, interval.high]).filter(Number.isFinite),
    ...domain.missing,
  ];
}

function visitExpression(expression: PmmlExpression, note: Note): void {
  switch (expression.kind) {
    case 'norm-continuous':
      note(expression.field, expression.orig);
      break;
    case 'norm-discrete':
      note(expression.field, [expression.value]);
      break;
    case 'discretize':
      note(expression.field, expression.bins.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite));
      break;
    case 'map-values':
      expression.fields.forEach((field, i) =>
        note(
          field,
          expression.rows.map(({ keys }) => keys[i] ?? null),
        ),
      );
      break;
    case 'apply':
      for (const arg of expression.args) visitExpression(arg, note);
      break;
    case 'when':
      visitPredicate(expression.predicate, note);
      break;
    default:
      break;
  }
}

function visitPredicate(predicate: PmmlPredicate, note: Note): void {
  if (predicate.kind === 'compare') note(predicate.field, [predicate.value]);
  else if (predicate.kind === 'set') note(predicate.field, predicate.values);
  else if (predicate.kind === 'compound') for (const one of predicate.predicates) visitPredicate(one, note);
}

function visitModel(model: PmmlModel, note: Note): void {
  if (model.kind === 'tree') for (const { predicate } of model.nodes) visitPredicate(predicate, note);
  if (model.kind === 'mining') for (const { predicate } of model.segments) visitPredicate(predicate, note);
  if (model.kind === 'regression') {
    for (const term of model.tables.flatMap(({ terms }) => terms)) {
      if (term.kind === 'category') note(term.field, [term.value]);
    }
  }
}
