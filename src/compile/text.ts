import { type TextVectorizerStep, type TfidfStep, vectorizerWidth } from '../model/text.ts';
import { bitExact, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { acceptedMatrix } from './refusal.ts';
import { divideByNorm, rowNorm } from './scaling.ts';
import { matrix, streamWidthOf } from './stream.ts';

/**
 * Tokenisation stays native: the graph receives the counts in place of the string column. Hashes of terms too: the graph
 * has MurmurHash3, and no rows of as many terms as a text has.
 */
const vectorizer: StepCompiler<TextVectorizerStep> = {
  emit(context, step, input) {
    const column = input.kind === 'columns' && input.columns.length === 1 ? input.columns[0]! : null;
    if (column === null || column.type !== 'string' || column.source === null) {
      throw compileUnsupported(
        step,
        'input',
        'a computed value',
        'an untouched string column of the input is',
      );
    }
    return { stream: matrix(context.counts(step, column.source), vectorizerWidth(step)) };
  },
  certify: () => bitExact('counted natively, in front of the graph'),
};

/** Sublinear tf (`log(x) + 1` where x is not 0), idf product, row norm, in that order. */
const tfidf: StepCompiler<TfidfStep> = {
  emit(context, step, input) {
    const { g } = context;
    let x = acceptedMatrix(context, input, step, 'finite');
    const width = step.idf?.length ?? streamWidthOf(input);
    if (step.sublinear) {
      const zero = g.float64([0], []);
      const damped = g.add('Add', [g.add('Log', [x]), g.float64([1], [])]);
      x = g.add('Where', [g.add('Equal', [x, zero]), zero, damped]);
    }
    if (step.idf !== null) x = g.add('Mul', [x, g.float64(step.idf, [1, step.idf.length])]);
    if (step.norm !== null) x = divideByNorm(context, x, rowNorm(context, x, step.norm));
    return { stream: matrix(x, width) };
  },
  certify: (step) =>
    step.norm === null && !step.sublinear
      ? bitExact('counts · idf, rounded once')
      : withinTolerance(
          'the norm is a sum, whose order scikit-learn and onnxruntime choose; log differs by ≤ 1 ulp',
        ),
};

export const TEXT_COMPILERS: StepCompilers<TextVectorizerStep | TfidfStep> = {
  'count-vectorizer': vectorizer,
  'hashing-vectorizer': vectorizer,
  tfidf,
};
