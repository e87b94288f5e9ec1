import type { ExplainedAgain } from '../../server/explain-request.ts';
import type { DefineCommand } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { bundleFolder, withPredictionLog } from './log.ts';

/** `requests explain`: an answer of before, explained by the version and the rows that answered. */
export const requestsExplainCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Explains the answer to a logged request with the version that answered, and as it was explained then.',
    )
    .argument('<request>', 'id of the request, as in the answer and the header x-request-id')
    .addHelpText('after', HELP)
    .action(async (id: string) => {
      const { data } = command.optsWithGlobals<{ readonly data: string }>();
      const { explainLoggedRequest } = await import('../../server/explain-request.ts');
      const found = await withPredictionLog({ data }, (log) =>
        explainLoggedRequest(log, id, (model, version) => bundleFolder(data, model, version)),
      );
      terminal.answer(found, () => page(found));
    });
};

const HELP = `
A request that was explained when it was answered is explained by the same method, against
the same rows; "identical" says whether the attributions are the same to the last bit. One that
was not is explained as \`"explain": true\` would have.

Examples:
  $ plimsoll requests explain 3f2a9c81d0e4-17
  $ plimsoll requests explain order-7 --json
`;

function page({ requestId, model, version, rows, identical, explanation }: ExplainedAgain): string {
  const { method, output, reasons, features, values } = explanation;
  const same =
    identical === null ? '' : identical ? ', identical to what was answered' : ', NOT what was answered';
  const head = `${requestId}, answered by ${model}@${version}: ${output} by ${method}${same}`;
  const tables = rows.map((row, k) => {
    const told = reasons?.[k]?.map(({ feature, attribution, text }) => [
      feature,
      attribution.toPrecision(4),
      text,
    ]);
    return `Row ${row}\n${formatTable(told ?? cells(features ?? [], values?.[k] ?? []))}`;
  });
  return [head, ...tables].join('\n\n');
}

const cells = (
  names: readonly string[],
  values: readonly (number | readonly number[])[],
): (readonly string[])[] =>
  names.map((name, k) => [
    name,
    [values[k] ?? []]
      .flat()
      .map((one) => one.toPrecision(4))
      .join('  '),
  ]);
