import type { ProjectingPredictorStep } from '../model/step.ts';
import { bitExact, type StepCompilers } from './compiler.ts';

export const PROJECTING_COMPILERS: StepCompilers<ProjectingPredictorStep> = {
  'projecting-predictor': {
    emit(context, { predictor, projection }, input) {
      const { outputs = {} } = context.compile(predictor, input);
      const { stream } = context.compile(projection, input);
      return { outputs, ...(stream === undefined ? {} : { stream }) };
    },
    certify: () => bitExact('two steps side by side'),
  },
};
