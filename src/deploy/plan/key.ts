import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Resource, ResourceKey } from './port.ts';

/** `Endpoint/churn`: a key as text, for maps and messages. */
export const idOf = ({ kind, name }: ResourceKey): string => `${kind}/${name}`;

/** sha256 of a spec, hex, whatever the order of its keys. */
export const specDigest = ({ spec }: Pick<Resource, 'spec'>): string =>
  createHash('sha256').update(canonicalJson(spec)).digest('hex');
