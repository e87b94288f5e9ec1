import type { MultinomialNbStep } from '../model/naive-bayes.ts';
import { type StepCompiler, withinTolerance } from './compiler.ts';
import { argMax, labelOutput } from './labels.ts';
import { affine } from './linear.ts';
import { logSoftmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';

/** `predict`: argmax of the joint log likelihood; `predict_proba`: exp(jll - logsumexp(jll)). */
export const multinomialNb: StepCompiler<MultinomialNbStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const likelihood = once(() => affine(context, x, step.featureLogProb, step.classLogPrior));
    return {
      outputs: {
        predict: labelOutput(context, step.classes, () => argMax(context, likelihood())),
        predict_proba: {
          dtype: 'float64',
          shape: [step.classes.values.length],
          value: () => context.g.add('Exp', [logSoftmax(context, likelihood())]),
        },
      },
    };
  },
  certify: () =>
    withinTolerance('a dot product, whose order BLAS and onnxruntime choose; the link adds ≤ 4 ulp'),
};
