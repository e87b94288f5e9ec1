import type { PythonView } from '../../../control/port.ts';

/** `runs with Python 3.11, trusted by ana at 2026-11-26 12:00 UTC, may use the network`. */
export function trustLine({ version, trustedBy, trustedAt, allow }: PythonView): string {
  const may = allow.includes('network') ? ', may use the network' : '';
  return `runs with Python ${version}, trusted by ${trustedBy} at ${trustedAt.slice(0, 16).replace('T', ' ')} UTC${may}`;
}
