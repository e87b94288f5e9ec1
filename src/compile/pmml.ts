import type { PmmlStep } from '../model/pmml/step.ts';
import { bitExact, type StepCompiler } from './compiler.ts';
import { compileUnsupported } from './failure.ts';

/** Documents are evaluated natively: their rules of missing and invalid values have no faithful graph. */
export const pmml: StepCompiler<PmmlStep> = {
  emit(_context, step) {
    throw compileUnsupported(step, 'the document', 'PMML', 'steps of estimators are');
  },
  certify: () => bitExact('evaluated natively alone'),
};
