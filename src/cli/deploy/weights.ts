import type { Command } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import type { TrafficRouter, VersionWeights } from '../../deploy/routers/port.ts';
import { ignoreGlobalOptions } from '../command.ts';
import { exampleText } from '../group.ts';
import { formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';

/** Declares `weights SOURCE [3=95 4=5]` below a command; `define` gives it its source and options, and opens the router. */
export function withWeightsCommand(
  command: Command,
  terminal: Terminal,
  example: string,
  define: (verb: Command) => (source: string) => Promise<TrafficRouter>,
): void {
  const summary = 'show or set the share of requests of each version';
  const path = `plimsoll deploy ${command.name()} weights ${example}`;
  const verb = ignoreGlobalOptions(command.command('weights'), ['data', 'quiet'])
    .summary(summary)
    .description('Shows how a router splits requests between versions, or sets the split.')
    .addHelpText('after', exampleText([path, `${path} 3=95 4=5`]));
  const open = define(verb);
  verb
    .argument('[weights...]', 'VERSION=PERCENT of each, 100 in all')
    .action(async (source: string, weights: readonly string[]) =>
      answerWeights(await open(source), weights, `deploy ${command.name()} weights`, terminal),
    );
}

/**
 * Shows how a router splits requests between versions; with `texts` (`4=5`) splits them so first. Throws USAGE, and what the
 * router throws.
 */
async function answerWeights(
  router: TrafficRouter,
  texts: readonly string[],
  command: string,
  terminal: Terminal,
): Promise<void> {
  if (texts.length > 0) await router.write(weightsFrom(texts, command));
  const { weights, writers } = await router.read();
  const rows = [...weights].map(([version, percent]) => ({
    version,
    percent: Math.round(percent * 100) / 100,
  }));
  terminal.answer({ router: router.id, weights: rows, writers }, () =>
    [
      formatTable(rows.map(({ version, percent }) => [`version ${version}`, `${percent} %`])),
      ...writers.map((writer) => `Written by ${writer}, too.`),
    ].join('\n'),
  );
}

function weightsFrom(texts: readonly string[], command: string): VersionWeights {
  const fail = (reason: string): PlimsollError => new PlimsollError('USAGE', { command, reason });
  const weights = new Map<number, number>();
  for (const text of texts) {
    const [, version, percent] = /^v?(\d{1,9})=(\d{1,3}(?:\.\d{1,2})?)$/.exec(text) ?? [];
    if (version === undefined || percent === undefined)
      throw fail(`"${text}" is no weight, expected VERSION=PERCENT such as 4=5`);
    if (weights.has(Number(version))) throw fail(`version ${version} is there twice`);
    weights.set(Number(version), Number(percent));
  }
  const sum = [...weights.values()].reduce((total, percent) => total + percent, 0);
  if (Math.abs(sum - 100) > 0.005) throw fail(`the weights add up to ${sum}, expected 100`);
  return weights;
}
