/** Paths in full, so that a run is resumed wherever its command is given. Pure. */
import { joinUri, splitUri } from './uri.ts';

/** A path below `folder` (absolute) where it is relative, without `.` and `..`; a `/` at its end stays. */
export function absolute(path: string, folder: string): string {
  const steps: string[] = [];
  const whole = path.startsWith('/') ? path : `${folder}/${path}`;
  for (const step of whole.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const isFolder = /(?:^|\/)\.{0,2}$/.test(path) && steps.length > 0;
  return `/${steps.join('/')}${isFolder ? '/' : ''}`;
}

/** A URI whose path, where it has one on this machine, is in full. Variables are left: what they hold shows at use. */
export function absoluteUri(uri: string, folder: string): string {
  const parts = splitUri(uri);
  const [, scheme = '', path = ''] = /^((?:sqlite|duckdb):|)(.*)$/is.exec(parts.head) ?? [];
  const isPath = (parts.kind === 'file' && !/^file:/i.test(path)) || scheme !== '';
  if (!isPath || path.startsWith('${') || path === ':memory:') return uri;
  return joinUri({ ...parts, head: `${scheme}${absolute(path, folder)}` });
}
