import { PlimsollError } from '../core/errors.ts';

/**
 * Connections that the kernel may queue, as far as `net.core.somaxconn` lets it. Of a crowd beyond that the packets are dropped,
 * and come again after one second, three, seven (tcp(7), `tcp_syn_retries`); the 511 of Node are as many as one busy turn brings.
 */
export const BACKLOG = 4096;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** There where TLS is spoken. */
  readonly tls?: object | null | undefined;
}

/** URL of a listener; `host` as it was asked for, in brackets where it is an IPv6 address. */
export const urlOf = ({ host, port, tls }: ServerAddress, isIPv6: boolean): string =>
  `${tls ? 'https' : 'http'}://${isIPv6 ? `[${host}]` : host}:${port}`;

/** LISTEN_FAILED out of what the system says. */
export const listenFailed = (
  address: ServerAddress,
  code: string | undefined,
  message: string,
): PlimsollError =>
  new PlimsollError('LISTEN_FAILED', {
    host: address.host,
    port: address.port,
    reason: code === 'EADDRINUSE' ? 'the port is taken' : message,
  });
