/** Who counts as one peer: an address, or the /64 that a subscriber of IPv6 has at least (RFC 6177). Pure. */
import { PlimsollError } from './errors.ts';
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Where a server listens. Throws INTERNAL for one that listens at no port. */
export function boundAddress<A extends { readonly port: number }>(server: {
  address(): A | string | null;
}): A {
  const address = server.address();
  if (address !== null && typeof address === 'object') return address;
  throw new PlimsollError('INTERNAL', { action: 'the address of a server', reason: 'it listens at no port' });
}
