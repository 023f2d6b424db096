// Completion for bash, from 3.2 on (macOS): no arrays by name, nothing evaluated of what was typed.
import { type Place, valuedFlags } from './grammar.ts';

/** A script to source. */
export function bashCompletion(places: readonly Place[]): string {
  return `# bash completion for sazabi. In ~/.bashrc:  source <(sazabi completion bash)
_sazabi_at() {
  # Sets what may follow the command named by $1; fails where there is no such command.
  words='' flags='' files=''
  case "$1" in
${places.map(placeCase).join('\n')}
    *) return 1 ;;
  esac
}

_sazabi_values() {
  # The values of the flag $2 at the command $1.
  case "$1 $2" in
${places.flatMap(valueCases).join('\n')}
    *) return 1 ;;
  esac
}

_sazabi() {
  # Words are told by spaces alone: bash would cut them at : and =, which scopes and flags have.
  local line="\${COMP_LINE:0:COMP_POINT}" typed word at='' before='' words flags files candidates prefix i last
  read -ra typed <<<"$line"
  case "$line" in *[[:space:]]) typed+=('') ;; esac
  last=$((\${#typed[@]} - 1))
  word="\${typed[last]}"
  COMPREPLY=()
  for ((i = 1; i < last; i++)); do
    if [ -n "$before" ]; then
      before=''
      continue
    fi
    case "\${typed[i]}" in
      ${valuedFlags(places).join(' | ')}) before="\${typed[i]}" ;;
      -*) ;;
      *) _sazabi_at "\${at:+$at }\${typed[i]}" && at="\${at:+$at }\${typed[i]}" ;;
    esac
  done
  case "$word" in
    --*=*) [ -z "$before" ] && before="\${word%%=*}" && prefix="$before=" ;;
  esac
  _sazabi_at "$at"
  if [ -n "$before" ]; then
    candidates=$(_sazabi_values "$at" "$before") || files=yes
  else
    case "$word" in
      -*) candidates="$flags" files='' ;;
      *) candidates="$words" ;;
    esac
  fi
  if [ -n "$candidates" ]; then
    files=''
    COMPREPLY=($(compgen -P "$prefix" -W "$candidates" -- "\${word#"$prefix"}"))
  fi
  [ -n "$files" ] && compopt -o default 2>/dev/null
  # What stands before the last : or = stays on the line, where bash cuts there.
  case "$word" in
    *[:=]*)
      local cut="\${word%"\${word##*[:=]}"}"
      case "$COMP_WORDBREAKS" in *:* | *=*) for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]="\${COMPREPLY[i]#"$cut"}"; done ;; esac
      ;;
  esac
}
complete -F _sazabi sazabi
`;
}

function placeCase({ path, commands, flags, values, files }: Place): string {
  const words = [...commands.map(({ text }) => text), ...values].join(' ');
  const all = flags.map(({ text }) => text).join(' ');
  return `    '${path}') words='${words}' flags='${all}'${files ? ' files=yes' : ''} ;;`;
}

function valueCases({ path, flags }: Place): readonly string[] {
  return flags
    .filter(({ values }) => values.length > 0)
    .map(({ text, values }) => `    '${path} ${text}') echo '${values.join(' ')}' ;;`);
}
