import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');

/** Addresses of the network interfaces of this machine. */
const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => plain(address)));

/** Whether an address is of this machine: of loopback, or of one of its interfaces. */
export function isOwnAddress(address: string, own: readonly string[] = ownAddresses()): boolean {
  const found = plain(address);
  if (isIP(found) === 0) return false;
  return own.includes(found) || LOOPBACK.check(found, isIPv6(found) ? 'ipv6' : 'ipv4');
}
