// `sazabi completion bash|zsh|fish`: a script that completes commands, flags and the values that are enumerated.
import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { grammarOf } from '../completion/grammar.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SCRIPTS;

export function addCompletion(completion: Command, context: Context): void {
  completion
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: Shell) => {
      const { parent } = completion;
      if (parent === null) throw new TypeError('completion is a command of another, whose words it completes');
      context.output.printNow(SCRIPTS[shell](grammarOf(parent)));
    });
  addExamples(completion, [
    'source <(sazabi completion bash)   # in ~/.bashrc',
    'source <(sazabi completion zsh)    # in ~/.zshrc, after compinit',
    'sazabi completion fish > ~/.config/fish/completions/sazabi.fish',
  ]);
}
