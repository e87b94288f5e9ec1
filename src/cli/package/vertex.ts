import type { VertexFlags } from '../../deploy/vertex/from-flags.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';

interface PackageVertexOptions extends ControlOptions, ReadingChoices, VertexFlags {
  readonly output: string;
  readonly name?: string;
  readonly beside?: string;
}

/** `package vertex`: a deployment on Vertex AI as a file that a person can read, change and own. */
export const packageVertexCommand: DefineCommand = (command, terminal) => {
  withReadingOptions(withControlOptions(command))
    .description(
      'Writes a deployment on Vertex AI: the document that `deploy vertex` carries out, the requests that it comes to, and the role that it needs.',
    )
    .argument('<model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--output <folder>', 'folder to write to')
    .requiredOption('--image <ref>', 'image with the version, by its digest, in Artifact Registry')
    .option('--project <id>', 'project of Google Cloud')
    .option('--location <region>', 'region, such as europe-west4')
    .option('--name <name>', 'name of the model (default: its own)')
    .option('--deployment <name>', 'name of the deployment (default: that of the model)')
    .option('--endpoint-id <id>', 'id of the endpoint (default: that of the model)')
    .option('--dedicated', 'an endpoint with a name and traffic of its own')
    .option('--machine <type>', 'what it runs on (default: n1-standard-2)')
    .option('--min-replicas <count>', 'machines that are always there (default: 1)')
    .option('--max-replicas <count>', 'machines at most (default: as many)')
    .option('--service-account <email>', 'whom the container acts as')
    .option('--beside <file>', 'document, or its folder, whose versions stay beside this one')
    .option('--traffic <percent>', 'share of this version (default: 100, beside others 0)')
    .addHelpText('after', HELP)
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageVertexOptions>();
      const { packagedModel } = await import('./model.ts');
      const { parseVertexDocument } = await import('../../deploy/vertex/parse.ts');
      const { vertexDocumentFrom } = await import('../../deploy/vertex/from-flags.ts');
      const { vertexFiles, readVertexDocument, writeVertexFolder } = await import(
        '../../deploy/vertex/folder.ts'
      );
      const { aboutVertex, vertexDetailsOf } = await import('../../deploy/vertex/plan-details.ts');
      const beside = options.beside === undefined ? null : readVertexDocument(options.beside).written;
      const model = await packagedModel(reference, options, terminal);
      const written = vertexDocumentFrom(model, options, beside);
      const document = parseVertexDocument(written, 'the command line');
      const files = vertexFiles(document, written);
      writeVertexFolder(options.output, files);
      const answer = { folder: options.output, files: [...files.keys()], ...vertexDetailsOf(document) };
      terminal.answer(answer, () =>
        [
          `Wrote ${options.output}. Look at it, then`,
          `  plimsoll deploy vertex plan ${options.output}`,
          `  plimsoll deploy vertex apply ${options.output}`,
          ...aboutVertex(document),
        ].join('\n'),
      );
    });
};

const HELP = `
Examples:
  $ plimsoll package vertex churn@3 --project acme-models --location europe-west4 --image europe-west4-docker.pkg.dev/acme-models/serving/churn@sha256:… --output churn-vertex
  $ plimsoll package vertex churn@4 --beside churn-vertex --traffic 5 --image …@sha256:… --output churn-vertex
`;
