import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decode } from '../../schema/read-value.ts';
import { type SageMakerDocument, sageMakerDocument } from './document.ts';
import { refuseIgnoredSettings } from './ignored-settings.ts';
import { sageMakerLimitProblems } from './limits.ts';
import { refuseUnsupportedBySageMaker } from './unsupported.ts';

/**
 * The checked document, from parsed YAML or JSON. Throws SAGEMAKER_UNSUPPORTED for a setting that SageMaker cannot honour,
 * and SAGEMAKER_INVALID with every other mistake, each with its path.
 */
export function parseSageMakerDocument(value: unknown, path: string): SageMakerDocument {
  const refusal = (problems: readonly string[]) =>
    new PlimsollError('SAGEMAKER_INVALID', { path, problems: problems.join('; ') });
  if (!isRecord(value)) throw refusal(['it holds no table']);
  return decode(sageMakerDocument, value, refusal, (document, problems) => {
    refuseUnsupportedBySageMaker(document);
    refuseIgnoredSettings(value, document);
    problems.push(...sageMakerLimitProblems(document));
  });
}
