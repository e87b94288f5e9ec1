import { PlimsollError } from '../../core/errors.ts';

/**
 * Another server than Google's own: on loopback alone, since it is asked without credentials and without TLS. null where
 * none is given. Throws USAGE. Pure.
 */
export function addressOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'http:' && isLoopback && url.port !== '') return given;
  const reason = `--endpoint is "${given}", wanted a server of tests on this machine, such as http://127.0.0.1:8766`;
  throw new PlimsollError('USAGE', { reason, command: 'deploy vertex' });
}
