import { shellQuoted } from '../../text/shell.ts';
import type { CompletionCommand, CompletionOption, CompletionValue } from './tree.ts';
import { valueCases } from './value-cases.ts';

/** Completion for zsh, with descriptions. It works as a file `_plimsoll` of `fpath`, and where it is sourced. */
export const zshScript = (tree: readonly CompletionCommand[]): string =>
  `#compdef plimsoll
# Completion of plimsoll for zsh, as \`plimsoll completion zsh\` writes it.

# What command $1 offers: sets verbs, flags, kind and choices (of its argument).
_plimsoll_command() {
  verbs=() flags=() kind=none choices=()
  case $1 in
${tree.map(commandCase).join('\n')}
  esac
}

# What follows option $2 of command $1: sets kind and choices.
_plimsoll_value() {
  kind=none choices=()
  case "$1 $2" in
${tree.flatMap((command) => valueCases(command, valueText)).join('\n')}
  esac
}

_plimsoll_reply() {
  case $kind in
    choices) _describe -t values value choices ;;
    path) _files ;;
  esac
}

_plimsoll() {
  local at= option= word kind
  local -a verbs flags choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $option ]]; then option=; continue; fi
    case $word in
      -*=*) ;;
      -*)
        _plimsoll_value "$at" "$word"
        if [[ $kind != none ]]; then option=$word; fi ;;
      *)
        _plimsoll_command "$at"
        if (( \${verbs[(I)$word:*]} )); then at="\${at:+$at }$word"; fi ;;
    esac
  done
  word=\${words[CURRENT]}
  if [[ -z $option && $word == --*=* ]]; then
    option=\${word%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    _plimsoll_value "$at" "$option"
    _plimsoll_reply
    return
  fi
  _plimsoll_command "$at"
  if [[ $word == -* ]]; then
    _describe -o -t options option flags
    return
  fi
  if (( $#verbs )); then _describe -t commands command verbs; fi
  _plimsoll_reply
}

if [[ $funcstack[1] == _plimsoll ]]; then
  _plimsoll "$@"
else
  compdef _plimsoll plimsoll
fi
`.trimEnd();

function commandCase({ path, commands, options, argument }: CompletionCommand): string {
  const verbs = commands.map(({ name, description }) => shellQuoted(`${name}:${description}`));
  const flags = options.flatMap(described).map(shellQuoted);
  return [
    `    ${shellQuoted(path)})`,
    `      verbs=(${verbs.join(' ')})`,
    `      flags=(${flags.join(' ')})`,
    ...(argument === null ? [] : [`      ${valueText(argument)}`]),
    '      ;;',
  ].join('\n');
}

const described = ({ flags, description }: CompletionOption): readonly string[] =>
  flags.map((flag) => `${flag}:${description}`);

const valueText = (value: CompletionValue): string =>
  value.kind === 'choices'
    ? `kind=choices choices=(${value.choices.map(shellQuoted).join(' ')})`
    : `kind=${value.kind}`;
