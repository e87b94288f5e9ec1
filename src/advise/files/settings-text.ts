/** Settings as YAML with comments, as people own them from then on. */
import { commentedYaml } from '../../deploy/kubernetes/yaml.ts';
import type { AdvisedFile } from './blueprint.ts';

export interface CommentedSettings {
  readonly name: string;
  readonly does: string;
  readonly value: object;
  /** Comments by the path that they stand before. */
  readonly comments: Readonly<Record<string, string>>;
}

/** The file of some settings, with what it is for at its head. */
export const settingsFile = ({ name, does, value, comments }: CommentedSettings): AdvisedFile => ({
  name,
  does,
  text: `# ${does}\n${commentedYaml(value, new Map(Object.entries(comments)))}`,
});
