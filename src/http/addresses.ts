/** Addresses and hosts that a server does not go to because somebody else says so. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Link-local addresses (RFC 3927, RFC 4291 §2.5.6), where clouds hand out the credentials of a machine to whoever asks from
 * it, and the addresses beside them at which some clouds do the same.
 */
const SUBNETS = [
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  // Amazon EC2 over IPv6, Alibaba Cloud, Oracle Cloud.
  ['fd00:ec2::', 32, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
] as const;
/** IPv6 addresses whose last 32 bits are one of IPv4: mapped, compatible, translated (RFC 4291, RFC 6052). */
const EMBEDDED =
  /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

const blocked = new BlockList();
for (const [net, prefix, family] of SUBNETS) blocked.addSubnet(net, prefix, family);

/** Whether an address is link-local, or another one of a cloud's metadata. */
export function isLinkLocal(address: string): boolean {
  const plain = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIP(plain) === 0) return false;
  const [, dotted, high, low] = EMBEDDED.exec(plain) ?? [];
  const inner = dotted ?? (high === undefined || low === undefined ? undefined : dottedOf(high, low));
  if (inner !== undefined && blocked.check(inner, 'ipv4')) return true;
  return blocked.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

function dottedOf(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether two URLs lead to one server: by one name (those of this machine are one) and port; `https` may follow `http`. */
export function isSameHost(a: URL, b: URL): boolean {
  const isOne = a.hostname === b.hostname || (LOOPBACK.test(a.hostname) && LOOPBACK.test(b.hostname));
  return isOne && a.port === b.port && (a.port === '' || a.protocol === b.protocol);
}
