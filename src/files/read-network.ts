import type { ReadContext } from '../formats/format.ts';
import { describeNetwork } from '../formats/torch/states/network.ts';
import { FileSource } from './file-source.ts';
import { joinedText, memberOf, type NetworkParts } from './network-files.ts';
import type { ReadModel } from './read-parts.ts';

/** Reads the graph and the weights of one network. Errors: READ_*. */
export function readNetwork(folder: string, parts: NetworkParts, context: ReadContext): ReadModel {
  const { graph, weights, key } = parts;
  const source = new FileSource(weights.path, weights.size);
  const description = describeNetwork(
    { graph: new FileSource(graph.path, graph.size), weights: source, key, bytes: graph.size + weights.size },
    context,
  );
  const members = memberOf(parts);
  const said = joinedText(folder, parts);
  return {
    ...description,
    ...(description.content === null
      ? {}
      : {
          notes: [{ level: 'info', text: said }, ...description.notes],
          joined: { members, lead: graph.name, said },
        }),
    layout: { models: 2, files: 2, leads: 1, ways: [] },
    file: graph.path,
    sideFiles: [weights.path, ...source.sideFiles],
  };
}
