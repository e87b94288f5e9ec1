import { shellQuoted } from '../../text/shell.ts';
import type { CompletionCommand, CompletionValue } from './tree.ts';
import { valueCases } from './value-cases.ts';

/**
 * Completion for bash from 3.2 on, without the package bash-completion. bash splits words at `=`, so that
 * `--mode=append` comes as three.
 */
export const bashScript = (tree: readonly CompletionCommand[]): string =>
  `# Completion of plimsoll for bash, as \`plimsoll completion bash\` writes it.

# What command $1 offers: sets verbs, flags, kind and choices (of its argument).
_plimsoll_command() {
  verbs= flags= kind=none choices=
  case $1 in
${tree.map(commandCase).join('\n')}
  esac
}

# What follows option $2 of command $1: sets kind and choices.
_plimsoll_value() {
  kind=none choices=
  case "$1 $2" in
${tree.flatMap((command) => valueCases(command, valueText)).join('\n')}
  esac
}

_plimsoll_reply() {
  local IFS=$'\\n'
  case $kind in
    choices) COMPREPLY+=( $(IFS=' '; compgen -W "$choices" -- "$cur") ) ;;
    path)
      COMPREPLY+=( $(compgen -f -- "$cur") )
      if type compopt > /dev/null 2>&1; then compopt -o filenames 2> /dev/null; fi ;;
  esac
}

_plimsoll() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at= option= word i verbs flags kind choices
  COMPREPLY=()
  for (( i = 1; i < COMP_CWORD; i++ )); do
    word=\${COMP_WORDS[i]}
    if [[ -n $option ]]; then
      [[ $word == = ]] || option=
      continue
    fi
    case $word in
      -*)
        _plimsoll_value "$at" "$word"
        if [[ $kind != none ]]; then option=$word; fi ;;
      =) ;;
      *)
        _plimsoll_command "$at"
        if [[ " $verbs " == *" $word "* ]]; then at="\${at:+$at }$word"; fi ;;
    esac
  done
  if [[ $cur == = ]]; then cur=; fi
  if [[ -n $option ]]; then
    _plimsoll_value "$at" "$option"
    _plimsoll_reply
    return
  fi
  _plimsoll_command "$at"
  if [[ $cur == -* ]]; then
    kind=choices choices=$flags
  elif [[ -n $verbs ]]; then
    COMPREPLY=( $(compgen -W "$verbs" -- "$cur") )
  fi
  _plimsoll_reply
}

complete -F _plimsoll plimsoll
`.trimEnd();

function commandCase({ path, commands, options, argument }: CompletionCommand): string {
  const verbs = commands.map(({ name }) => name).join(' ');
  const flags = options.flatMap((option) => option.flags).join(' ');
  const value = argument === null ? '' : ` ${valueText(argument)}`;
  return `    ${shellQuoted(path)}) verbs=${shellQuoted(verbs)} flags=${shellQuoted(flags)}${value} ;;`;
}

const valueText = (value: CompletionValue): string =>
  value.kind === 'choices'
    ? `kind=choices choices=${shellQuoted(value.choices.join(' '))}`
    : `kind=${value.kind}`;
