import { PlimsollError } from '../core/errors.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** There where TLS is spoken. */
  readonly tls?: object | null | undefined;
}

/** URL of a listener; `host` as it was asked for, in brackets where it is an IPv6 address. */
export const urlOf = ({ host, port, tls }: Address, isIPv6: boolean): string =>
  `${tls ? 'https' : 'http'}://${isIPv6 ? `[${host}]` : host}:${port}`;

/** LISTEN_FAILED out of what the system says. */
export const listenFailed = (address: Address, code: string | undefined, message: string): PlimsollError =>
  new PlimsollError('LISTEN_FAILED', {
    host: address.host,
    port: address.port,
    reason: code === 'EADDRINUSE' ? 'the port is taken' : message,
  });
