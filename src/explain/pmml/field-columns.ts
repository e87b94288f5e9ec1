import type { PmmlExpression, PmmlField, PmmlPredicate } from '../../model/pmml/program.ts';

/** Input columns that something of a document is made of; null where a model decides it. */
export type FieldColumns = ReadonlySet<number> | null;

/** Says of which input columns predicates are made. Fields refer to those before them only. */
export function predicateColumns(
  fields: readonly PmmlField[],
): (predicates: readonly PmmlPredicate[]) => FieldColumns {
  const known: FieldColumns[] = [];
  const union = (sets: readonly FieldColumns[]): FieldColumns => {
    const all = new Set<number>();
    for (const set of sets) {
      if (set === null) return null;
      for (const column of set) all.add(column);
    }
    return all;
  };
  const fieldColumns = (field: number): FieldColumns => known[field] ?? null;
  const ofExpression = (expression: PmmlExpression): FieldColumns => {
    switch (expression.kind) {
      case 'constant':
        return new Set();
      case 'apply':
        return union(expression.args.map(ofExpression));
      case 'map-values':
        return union(expression.fields.map(fieldColumns));
      case 'when':
        return ofPredicate(expression.predicate);
      default:
        return fieldColumns(expression.field);
    }
  };
  const ofPredicate = (predicate: PmmlPredicate): FieldColumns => {
    if (predicate.kind === 'constant') return new Set();
    if (predicate.kind === 'compound') return union(predicate.predicates.map(ofPredicate));
    return fieldColumns(predicate.field);
  };
  for (const field of fields) {
    if (field.kind === 'input') known.push(new Set([field.column]));
    else if (field.kind === 'treated') known.push(fieldColumns(field.source));
    else known.push(field.kind === 'derived' ? ofExpression(field.expression) : null);
  }
  return (predicates) => union(predicates.map(ofPredicate));
}
