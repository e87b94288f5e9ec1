/** What the framework or a handler threw, as the coded error that is answered. */
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { machineError } from '../../core/parts.ts';
import type { Logger } from '../../core/ports.ts';

const invalid = (problem: string): PlimsollError =>
  new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });

/** The disk is full, or may not be written to: mended by an operator, no defect. */
const DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

/** `type` is the content type of the request. A defect leaves its words (a stack, a path) in the log. */
export function asCoded(error: unknown, type: string | undefined, logger: Logger): PlimsollError {
  if (isPlimsollError(error) && error.code !== 'INTERNAL')
    return error instanceof PlimsollError ? error : PlimsollError.from(error);
  const { code, message, statusCode, path } = error as NodeJS.ErrnoException & { statusCode?: number };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new PlimsollError('CONTENT_TYPE_UNSUPPORTED', {
      found: type?.slice(0, 100) ?? 'missing',
      wanted: 'application/json',
    });
  if (code === 'FST_ERR_BAD_URL') return invalid('the path has an escape that is none');
  if (DISK.has(code ?? ''))
    return new PlimsollError('DATA_UNWRITABLE', { path: path ?? 'of this server', reason: message });
  if (statusCode === 413)
    return new PlimsollError('BODY_TOO_LARGE', { found: 'too many', limit: message.slice(0, 200) });
  if (statusCode !== undefined && statusCode < 500) return invalid(`body: ${message.slice(0, 200)}`);
  const ofMachine = machineError(error);
  if (ofMachine !== null) return ofMachine;
  logger.error({ error }, 'a request to the control API failed');
  return new PlimsollError(
    'INTERNAL',
    { action: 'the request', reason: 'see the log of the server' },
    { cause: error },
  );
}
