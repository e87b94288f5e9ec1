import type { Command } from 'commander';

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
  command
    .option(
      '--keys <when>',
      'who needs an API key: auto (everybody, unless --host is a loopback address) or required',
    )
    .option(
      '--keys-file <file>',
      'keys besides those of the data folder, as `plimsoll keys export` writes them',
    )
    .option('--insecure', 'whoever reaches the address may ask for predictions, without a key')
    .option('--hosts <names>', 'names by which browsers call this server, with commas between')
    .option('--rate-limit <rate>', 'how often one key, or one address, may ask: 100/s, 600/m or 100/s,500')
    .option('--tls-cert <file>', 'certificate in PEM form: speak TLS (with --tls-key)')
    .option('--tls-key <file>', 'its private key')
    .option('--tls-client-ca <file>', 'clients must show a certificate that one of these has signed');

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
