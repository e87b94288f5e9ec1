import type { FileGoldenColumn, FileGoldenRows } from '../../model/file-golden-rows.ts';
import type { PmmlStep } from '../../model/pmml/step.ts';
import { type PmmlType, type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { checkCount } from './array.ts';
import type { ReadPmmlModel } from './output.ts';
import type { PmmlReading } from './reading.ts';
import { miningFields, type PmmlDocument } from './schema.ts';
import { cellIn } from './table.ts';
import type { XmlElement } from './xml.ts';

/** Defaults of the specification (https://dmg.org/pmml/v4-4-1/ModelVerification.html). */
const PRECISION = 1e-6;
const ZERO_THRESHOLD = 1e-16;
const CELL_BYTES = 64;
const TARGETS = ['target', 'predicted'];

/** A `VerificationField`: a column of the table, and what it is of the model. */
interface VerifiedField {
  readonly element: XmlElement;
  readonly column: string;
  readonly type: PmmlType;
  /** Output and its column; null where the field is an input. */
  readonly answer: Pick<FileGoldenColumn, 'output' | 'column'> | null;
  readonly name: string;
}

/** Rows of `ModelVerification` of the outermost model; null where there are none, or nothing that they say is answered. */
export function readVerification(
  document: PmmlDocument,
  element: XmlElement,
  read: ReadPmmlModel,
  step: PmmlStep,
): FileGoldenRows | null {
  const { reading } = document.program;
  const verification = reading.child(element, 'ModelVerification');
  if (verification === null) return null;
  const table = reading.required(verification, 'InlineTable');
  const rows = reading.all(table, 'row');
  checkCount(reading, verification, 'recordCount', rows.length);
  const stated = reading.all(reading.required(verification, 'VerificationFields'), 'VerificationField');
  reading.budget.charge(CELL_BYTES * rows.length * stated.length, 'a PMML document', verification.offset);
  const target = miningFields(reading, element).find(({ usage }) => TARGETS.includes(usage))?.name;
  const fields = stated.flatMap((field) => fieldOf(document, field, target, read, step));
  const inputs = fields.filter(({ answer }) => answer === null);
  const answers = fields.flatMap(({ answer, ...field }) =>
    answer === null
      ? []
      : [{ ...answer, ...toleranceOf(reading, field.element), values: valuesOf(rows, field) }],
  );
  if (answers.length === 0 || rows.length === 0) return null;
  const columns = inputs.map((field) => valuesOf(rows, field));
  return {
    names: inputs.map(({ name }) => name),
    rows: rows.map((_, row) => columns.map((column) => column[row] ?? null)),
    answers,
  };
}

/** A cell that is not there is missing; so is one that spells no value of the field, as `NA` of a number. */
const valuesOf = (
  rows: readonly XmlElement[],
  { column, type }: Pick<VerifiedField, 'column' | 'type'>,
): readonly PmmlValue[] =>
  rows.map((row) => {
    const cell = cellIn(row, column);
    return cell === undefined ? null : pmmlLiteral(cell.text, type);
  });

function toleranceOf(
  reading: PmmlReading,
  element: XmlElement,
): Pick<FileGoldenColumn, 'precision' | 'zeroThreshold'> {
  const limit = (name: string, otherwise: number): number => {
    const stated = reading.number(element, name, otherwise);
    if (!(stated >= 0 && stated < Infinity))
      throw reading.invalid(element, name, String(stated), 'a finite number from 0');
    return stated;
  };
  return { precision: limit('precision', PRECISION), zeroThreshold: limit('zeroThreshold', ZERO_THRESHOLD) };
}

/** What a field is: an input, else what is answered under its name; none where nothing of that name is answered, which a note says. */
function fieldOf(
  document: PmmlDocument,
  element: XmlElement,
  target: string | undefined,
  read: ReadPmmlModel,
  step: PmmlStep,
): readonly VerifiedField[] {
  const { program, dictionary, names } = document;
  const { reading } = program;
  const name = reading.text(element, 'field');
  const field = { element, name, column: reading.attribute(element, 'column') ?? name };
  if (names.includes(name)) return [{ ...field, answer: null, type: inputType(dictionary.get(name)?.type) }];
  const found = answerNamed(document, name, target, read, step);
  if (found !== null) return [{ ...field, ...found }];
  reading.notes.push({
    level: 'warning',
    text: `"${name.slice(0, 60)}" of ModelVerification is not compared: nothing of that name is answered`,
  });
  return [];
}

/** Inputs are rounded where they are taken, not before. */
const inputType = (type: PmmlType = 'double'): PmmlType => (type === 'float' ? 'double' : type);

const PREDICTED = ['predictedValue', 'predictedDisplayValue'];

function answerNamed(
  { program: { reading } }: PmmlDocument,
  name: string,
  target: string | undefined,
  { output }: ReadPmmlModel,
  { extras, answer, models }: PmmlStep,
): Pick<VerifiedField, 'answer' | 'type'> | null {
  const extra = extras.find((one) => one.name === name);
  if (extra !== undefined)
    return { answer: { output: name, column: null }, type: extra.text ? 'string' : 'double' };
  const model = models.at(-1);
  const field = output.fields.find((one) => one.name === name);
  const ofSegment = field !== undefined && reading.attribute(field.element, 'segmentId') !== null;
  if (model === undefined || ofSegment) return null;
  if (field === undefined ? name === target : PREDICTED.includes(field.feature))
    return {
      answer: { output: 'predict', column: null },
      type: answer.kind === 'number' ? 'double' : model.target.type,
    };
  if (field?.feature !== 'probability' || answer.kind !== 'label' || !answer.probabilities) return null;
  const value = reading.attribute(field.element, 'value');
  const column = value === null ? -1 : model.classes.indexOf(pmmlLiteral(value, model.target.type));
  return column < 0 ? null : { answer: { output: 'predict_proba', column }, type: 'double' };
}
