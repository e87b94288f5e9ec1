import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { type SageMakerDocument, sageMakerDocument } from './document.ts';
import { refuseIgnoredSettings } from './ignored-settings.ts';
import { sageMakerLimitProblems } from './limits.ts';
import { refuseUnsupportedBySageMaker } from './unsupported.ts';

/**
 * The checked document, from parsed YAML or JSON. Throws SAGEMAKER_UNSUPPORTED for a setting that SageMaker cannot honour,
 * and SAGEMAKER_INVALID with every other mistake, each with its path.
 */
export function parseSageMakerDocument(value: unknown, path: string): SageMakerDocument {
  const problems: string[] = [];
  if (!isRecord(value)) problems.push('it holds no table');
  const document = isRecord(value) ? sageMakerDocument.parse(value, '', problems) : null;
  if (document !== null && problems.length === 0) {
    refuseUnsupportedBySageMaker(document);
    refuseIgnoredSettings(value, document);
    problems.push(...sageMakerLimitProblems(document));
  }
  if (document !== null && problems.length === 0) return document;
  throw new PlimsollError('SAGEMAKER_INVALID', { path, problems: problems.join('; ') });
}
