import type { CompletionCommand, CompletionOption, CompletionValue } from './tree.ts';

/** Completion for fish, with descriptions. */
export const fishScript = (tree: readonly CompletionCommand[]): string =>
  `# Completion of plimsoll for fish, as \`plimsoll completion fish\` writes it.

set -g __plimsoll_commands ${listed(tree.map(({ path }) => path).filter((path) => path !== ''))}
set -g __plimsoll_valued ${listed(tree.flatMap(valued))}

# The words of the command that is being typed: "batch run".
function __plimsoll_path
    set -l at ''
    set -l is_value 0
    set -l tokens (commandline -opc)
    for word in $tokens[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch $word
            case '-*=*'
            case '-*'
                # What the program takes, each of its commands takes.
                if contains -- "$at $word" $__plimsoll_valued; or contains -- " $word" $__plimsoll_valued
                    set is_value 1
                end
            case '*'
                set -l next (string trim -- "$at $word")
                contains -- $next $__plimsoll_commands; and set at $next
        end
    end
    echo $at
end

function __plimsoll_is
    set -l at (__plimsoll_path)
    test "$at" = "$argv[1]"
end

complete -c plimsoll -f
${tree.flatMap(linesOf).join('\n')}`;

const listed = (words: readonly string[]): string => words.map(quoted).join(' ');

/** A word in single quotes, in which fish knows `\\` and `\'`. */
const quoted = (text: string): string =>
  `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;

const valued = ({ path, options }: CompletionCommand): readonly string[] =>
  options.flatMap(({ flags, takesWord }) => (takesWord ? flags.map((flag) => `${path} ${flag}`) : []));

function linesOf({ path, commands, options, argument }: CompletionCommand): readonly string[] {
  const head = `complete -c plimsoll -n ${quoted(`__plimsoll_is ${quoted(path)}`)}`;
  return [
    ...commands.map(({ name, description }) => `${head} -a ${quoted(name)} -d ${quoted(description)}`),
    ...options.map((option) => `${head} ${optionText(option)}`),
    ...(argument === null || argument.kind === 'text' ? [] : [`${head} ${valueText(argument)}`]),
  ];
}

function optionText({ flags, description, value, takesWord }: CompletionOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const shown = value === null ? [] : [...(takesWord ? ['-r'] : []), valueText(value)];
  return [...names, ...shown, `-d ${quoted(description)}`].join(' ');
}

const valueText = (value: CompletionValue): string => {
  if (value.kind === 'choices') return `-f -a ${quoted(value.choices.join(' '))}`;
  return value.kind === 'path' ? '-F' : '-f';
};
