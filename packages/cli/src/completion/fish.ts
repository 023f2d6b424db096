// Completion for fish, with what each command and flag is for.
import { type Flag, type Place, valuedFlags } from './grammar.ts';

/** A script to source, or the file ~/.config/fish/completions/sazabi.fish. */
export function fishCompletion(places: readonly Place[]): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  return `# fish completion for sazabi:  sazabi completion fish > ~/.config/fish/completions/sazabi.fish
function __sazabi_at
    # Whether the words so far lead to the command named by the arguments.
    set -l at ''
    set -l before ''
    for word in (commandline -opc)[2..-1]
        if test -n "$before"
            set before ''
        else if contains -- $word ${valuedFlags(places).join(' ')}
            set before $word
        else if string match -q -- '-*' $word
            continue
        else
            set -l next (string trim -- "$at $word")
            contains -- $next ${paths.map(quoted).join(' ')}
            and set at $next
        end
    end
    test "$at" = "$argv"
end
complete -c sazabi -e
complete -c sazabi -f
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, flags, values, files }: Place): readonly string[] {
  const start = `complete -c sazabi -n '__sazabi_at ${path}'`;
  return [
    ...commands.map(({ text, description }) => `${start} -a ${text} -d ${quoted(description)}`),
    ...flags.map((flag) => `${start} ${flagOf(flag)} -d ${quoted(flag.description)}`),
    ...(values.length === 0 ? [] : [`${start} -a ${quoted(values.join(' '))}`]),
    ...(files ? [`${start} -F`] : []),
  ];
}

function flagOf({ text, valued, values }: Flag): string {
  const name = text.startsWith('--') ? `-l ${text.slice(2)}` : `-s ${text.slice(1)}`;
  if (!valued) return name;
  return values.length === 0 ? `${name} -r` : `${name} -x -a ${quoted(values.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
