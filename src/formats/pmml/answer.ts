import { isPlimsollError } from '../../core/errors.ts';
import type { PmmlModel } from '../../model/pmml/models.ts';
import { givesProbabilities } from '../../model/pmml/probabilities.ts';
import type { PmmlAnswer, PmmlExtra } from '../../model/pmml/step.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { ReadPmmlModel } from './output.ts';
import type { PmmlProgram } from './scope.ts';
import type { XmlElement } from './xml.ts';

/** How the result of the outermost model is answered. */
export function answerOf(program: PmmlProgram, element: XmlElement, model: PmmlModel): PmmlAnswer {
  if (model.task === 'regression') return { kind: 'number' };
  const labels = labelsOf(program, element, model.classes);
  return { kind: 'label', labels, probabilities: givesProbabilities(model, program.models) };
}

function labelsOf({ reading }: PmmlProgram, element: XmlElement, classes: readonly PmmlValue[]): LabelSet {
  const strings = classes.filter((value) => typeof value === 'string');
  const numbers = classes.filter((value) => typeof value === 'number');
  const booleans = classes.filter((value) => typeof value === 'boolean');
  if (classes.length === 0) throw reading.invalid(element, 'the classes', 'none', 'one or more');
  if (strings.length === classes.length) return { type: 'string', values: strings };
  if (booleans.length === classes.length) return { type: 'bool', values: booleans };
  if (numbers.length !== classes.length)
    throw reading.invalid(element, 'the classes', 'of several types', 'one type');
  return { type: numbers.every(Number.isSafeInteger) ? 'int' : 'float', values: numbers };
}

/** Features that prediction and probabilities answer already. */
const LABELS = ['predictedValue', 'predictedDisplayValue'];
const ANSWERED = [...LABELS, 'probability'];
/** What an output that nothing of the prediction depends on may be refused with. */
const LEFT_OUT: readonly string[] = ['MODEL_UNSUPPORTED', 'MODEL_INVALID'];
const RESERVED = ['predict', 'predict_proba'];

/** Output fields that say more than the prediction: those that are not understood are left out, which a note says. */
export function extrasOf(program: PmmlProgram, { index, output }: ReadPmmlModel): readonly PmmlExtra[] {
  const { notes } = program.reading;
  const model = program.modelAt(index);
  const answered =
    model.task === 'classification' && !givesProbabilities(model, program.models) ? LABELS : ANSWERED;
  return output.fields.flatMap(({ name, feature, final, element }): PmmlExtra[] => {
    if (!final || answered.includes(feature) || RESERVED.includes(name)) return [];
    try {
      const field = output.scope.resolve(element, name);
      return [{ name, field, text: program.typeOf(field) === 'string' }];
    } catch (error) {
      if (!isPlimsollError(error) || !LEFT_OUT.includes(error.code)) throw error;
      notes.push({ level: 'warning', text: `the output "${name}" is left out: ${error.message}` });
      return [];
    }
  });
}
