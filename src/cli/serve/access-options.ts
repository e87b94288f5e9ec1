import type { Command } from 'commander';
import { optionGroup } from '../group.ts';

/** As `serve` takes them: whom it lets in, and how. */
export interface ServeAccessOptions {
  readonly keys?: string;
  readonly keysFile?: string;
  readonly insecure?: boolean;
  readonly hosts?: string;
  readonly rateLimit?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}

export const withServeAccessOptions = (command: Command): Command =>
  optionGroup(command, 'Access Options', (one) =>
    one
      .option(
        '--keys <when>',
        'who needs an API key: auto (all callers, unless --host is a loopback address) or required',
      )
      .option('--keys-file <file>', 'additional keys, as `plimsoll keys export` writes them')
      .option('--insecure', 'allow predictions without a key to all who reach the address')
      .option('--hosts <names>', 'host names of this server for browsers, separated by commas')
      .option('--rate-limit <rate>', 'request limit per key or address: 100/s, 600/m or 100/s,500 (burst)')
      .option('--tls-cert <file>', 'TLS certificate in PEM form (with --tls-key)')
      .option('--tls-key <file>', 'private key of --tls-cert, in PEM form')
      .option(
        '--tls-client-ca <file>',
        'CA certificates: clients must present a certificate that one of them signed',
      ),
  );

/** The settings that they are. */
export const serveAccessSettings = ({
  insecure,
  ...options
}: ServeAccessOptions): Record<string, string | undefined> => {
  const { keys, keysFile, hosts, rateLimit, tlsCert, tlsKey, tlsClientCa } = options;
  return {
    ...{ keys, keysFile, hosts, rateLimit, tlsCert, tlsKey, tlsClientCa },
    insecure: insecure ? 'true' : undefined,
  };
};
