import { PlimsollError } from '../core/errors.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** URL of a listener; `host` as it was asked for, in brackets where it is an IPv6 address. */
export const urlOf = ({ host, port }: Address, isIPv6: boolean): string =>
  `http://${isIPv6 ? `[${host}]` : host}:${port}`;

/** LISTEN_FAILED out of what the system says. */
export const listenFailed = (address: Address, code: string | undefined, message: string): PlimsollError =>
  new PlimsollError('LISTEN_FAILED', {
    ...address,
    reason: code === 'EADDRINUSE' ? 'the port is taken' : message,
  });
