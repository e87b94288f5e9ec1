import type { Command } from 'commander';
import type { RegistryOptions } from '../../deploy/push/registry.ts';

/** Options of every command that speaks with a registry. */
export interface RegistryFlags {
  readonly insecureRegistry?: boolean;
}

export const withRegistryOptions = (command: Command): Command =>
  command.option('--insecure-registry', 'use HTTP for a registry without TLS (not needed on this machine)');

/** Credentials are those of `docker login`, or of PLIMSOLL_REGISTRY_USER and PLIMSOLL_REGISTRY_PASSWORD. */
export async function registryOptions({ insecureRegistry }: RegistryFlags): Promise<RegistryOptions> {
  const { credentialsFrom } = await import('../../deploy/push/credentials.ts');
  const { SYSTEM_CLOCK } = await import('../../server/clock.ts');
  return {
    credentials: credentialsFrom(process.env),
    clock: SYSTEM_CLOCK,
    random: { next: Math.random },
    insecure: insecureRegistry,
  };
}
