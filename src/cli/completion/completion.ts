import { Argument, type Command } from 'commander';
import type { DefineCommand } from '../command.ts';
import { exampleText } from '../group.ts';
import type { CompletionCommand } from './tree.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `completion`: a script that completes command lines in a shell. It is static: nothing is started while one types. */
export const completionCommand: DefineCommand = (command, terminal) => {
  command
    .description('Prints a script that completes commands, options and their values in a shell.')
    .addArgument(new Argument('<shell>', 'shell to write it for').choices(SHELLS))
    .addHelpText('after', INSTALL + exampleText(SHELLS.map((shell) => `plimsoll completion ${shell}`)))
    .action(async (shell: Shell) => {
      const { completionTree } = await import('./tree.ts');
      const script = await SCRIPTS[shell](completionTree(programOf(command)));
      terminal.answer({ shell, script }, () => script);
    });
};

const INSTALL = `
To use it, once:
  bash  plimsoll completion bash > ~/.local/share/bash-completion/completions/plimsoll
  zsh   plimsoll completion zsh > ~/.zfunc/_plimsoll
        (with "fpath=(~/.zfunc $fpath); autoload -U compinit; compinit" in ~/.zshrc)
  fish  plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish
For this session alone:
  bash  source <(plimsoll completion bash)
  zsh   source <(plimsoll completion zsh)
  fish  plimsoll completion fish | source
`;

const SCRIPTS: Readonly<Record<Shell, (tree: readonly CompletionCommand[]) => Promise<string>>> = {
  bash: async (tree) => (await import('./bash.ts')).bashScript(tree),
  zsh: async (tree) => (await import('./zsh.ts')).zshScript(tree),
  fish: async (tree) => (await import('./fish.ts')).fishScript(tree),
};

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent);
}
