import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import {
  type KubernetesFlags,
  kubernetesDocument,
  kubernetesModelFacts,
  withKubernetesFlags,
} from '../deploy/kubernetes-options.ts';
import { withReadingOptions } from '../model/file-options.ts';

interface PackageKubernetesOptions extends ControlOptions, ReadingChoices, KubernetesFlags {
  readonly output: string;
}

/** `package kubernetes`: objects as files that a person can read and own, and the same as a chart. */
export const packageKubernetesCommand: DefineCommand = (command, terminal) => {
  withKubernetesFlags(withReadingOptions(withControlOptions(command)))
    .description(
      'Writes the objects of Kubernetes that serve a version: one a file with a kustomization.yaml, and the same as a chart of Helm in chart/.',
    )
    .argument('<model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--output <folder>', 'folder to write to')
    .addHelpText('after', HELP)
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageKubernetesOptions>();
      const { packagedModel } = await import('./model.ts');
      const { kubernetesSpecOf } = await import('../../deploy/kubernetes/spec.ts');
      const { kubernetesFiles, writeKubernetesFolder } = await import('../../deploy/kubernetes/folder.ts');
      const document = await kubernetesDocument(options);
      const spec = kubernetesSpecOf(
        document,
        kubernetesModelFacts(await packagedModel(reference, options, terminal)),
      );
      const files = kubernetesFiles(spec);
      writeKubernetesFolder(options.output, files);
      const names = [...files.keys()];
      if (spec.keysSecret === null && spec.kserve === null)
        terminal.note(
          'Callers need no keys: whoever the network policy lets through may ask (--keys-secret).',
        );
      const [tag] = spec.versions.map(({ image }) => image).filter((image) => /^[^@]+$/.test(image));
      if (tag !== undefined)
        terminal.note(`${tag} is a name that can come to mean another image: one with its digest cannot.`);
      terminal.answer({ folder: options.output, name: spec.name, files: names }, () =>
        [
          `Wrote ${names.length} files to ${options.output}. Apply them with one of`,
          `  plimsoll deploy kubernetes apply ${options.output}`,
          `  kubectl apply --server-side -k ${options.output}`,
          `  helm upgrade --install ${spec.name} ${options.output}/chart`,
        ].join('\n'),
      );
    });
};

const HELP = `
Examples:
  $ plimsoll package kubernetes churn.joblib --image registry.example/churn@sha256:… --output churn-kubernetes
  $ plimsoll package kubernetes churn@3 --image … --gateway edge/public --candidate 4=registry.example/churn@sha256:…=5 --output churn-kubernetes
  $ plimsoll package kubernetes churn@3 --image … --kserve cluster --storage-uri oci+native://registry.example/churn-model:3 --output churn-kserve
`;
