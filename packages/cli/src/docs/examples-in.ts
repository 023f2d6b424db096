// The commands that a document shows, and their words.

/** What ends a command of a shell. */
const ENDS: readonly string[] = ['|', '||', '&&', '&', '>', '<', '2>', '#'];
/** Blocks of these languages hold nothing but what is typed; in others a `$` stands before it. */
const SCRIPTS: readonly string[] = ['sh', 'bash'];

/** Each `sazabi …` in blocks of code and in `inline code`, from that word to the end of its line. */
export function commandsIn(document: string): readonly string[] {
  const blocks = [...document.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  const inline = [...document.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`\n]*)`/g)];
  const lines = [
    ...blocks.flatMap(([, language = '', text = '']) =>
      text.split('\n').filter((line) => SCRIPTS.includes(language) || /^\s*\$ /.test(line)),
    ),
    ...inline.map(([, text = '']) => text),
  ];
  return lines.flatMap((line) =>
    [...line.matchAll(/(?<![-/."'])\bsazabi (?=[a-z-])/g)].map(({ index }) => line.slice(index)),
  );
}

/** The words of the first command in the text, as a shell splits it: quotes hold spaces, and `$(…)` is a word. */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = [];
  for (const word of command.match(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g) ?? []) {
    if (ENDS.includes(word)) break;
    // A `)` that nothing in the word opens, or a `;`.
    const [end = ''] = /[);]*$/.exec(word.replaceAll(/\$\([^)]*\)/g, '')) ?? [];
    words.push(word.slice(0, word.length - end.length));
    if (end !== '') break;
  }
  return words;
}
