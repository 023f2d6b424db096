// Completion for zsh, with what each command and flag is for.
import { type Candidate, type Place, valuedFlags } from './grammar.ts';

/** A script to source after compinit, or a file `_sazabi` in $fpath. */
export function zshCompletion(places: readonly Place[]): string {
  return `#compdef sazabi
# zsh completion for sazabi. In ~/.zshrc, after compinit:  source <(sazabi completion zsh)
_sazabi_at() {
  # Sets what may follow the command named by $1; fails where there is no such command.
  commands=() flags=() choices=() files=''
  case "$1" in
${places.map(placeCase).join('\n')}
    *) return 1 ;;
  esac
}

_sazabi_values() {
  # Sets the values of the flag $2 at the command $1.
  case "$1 $2" in
${places.flatMap(valueCases).join('\n')}
    *) return 1 ;;
  esac
}

_sazabi() {
  local at='' before='' files i
  local -a commands flags choices
  for ((i = 2; i < CURRENT; i++)); do
    if [[ -n $before ]]; then
      before=''
      continue
    fi
    case $words[i] in
      ${valuedFlags(places).join(' | ')}) before=$words[i] ;;
      -*) ;;
      *) _sazabi_at "\${at:+$at }$words[i]" && at="\${at:+$at }$words[i]" ;;
    esac
  done
  if [[ -z $before && $PREFIX == --*=* ]]; then
    before=\${PREFIX%%=*}
    compset -P 1 '*='
  fi
  _sazabi_at "$at"
  if [[ -n $before ]]; then
    choices=()
    _sazabi_values "$at" "$before" && compadd -a choices || _files
  elif [[ $PREFIX == -* ]]; then
    _describe -o flag flags
  else
    (( $#commands )) && _describe command commands
    (( $#choices )) && compadd -a choices
    [[ -n $files ]] && _files
  fi
  return 0
}
compdef _sazabi sazabi
`;
}

function placeCase({ path, commands, flags, values, files }: Place): string {
  const parts = [
    `commands=(${commands.map(described).join(' ')})`,
    `flags=(${flags.map(described).join(' ')})`,
    ...(values.length === 0 ? [] : [`choices=(${values.join(' ')})`]),
    ...(files ? ['files=yes'] : []),
  ];
  return `    '${path}') ${parts.join(' ')} ;;`;
}

function valueCases({ path, flags }: Place): readonly string[] {
  return flags
    .filter(({ values }) => values.length > 0)
    .map(({ text, values }) => `    '${path} ${text}') choices=(${values.join(' ')}) ;;`);
}

/** `name:description` in single quotes: a colon in the name would end it, a quote the text. */
function described({ text, description }: Candidate): string {
  return `'${text.replaceAll(':', '\\:')}:${description.replaceAll("'", "'\\''")}'`;
}
