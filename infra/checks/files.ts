// Reads the files that are checked, by their path from the repository's root.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = new URL('../../', import.meta.url);

export const pathOf = (path: string): string => fileURLToPath(new URL(path, ROOT));

export const readText = (path: string): string => readFileSync(pathOf(path), 'utf8');

/** One YAML document, with merge keys. @throws where it is none */
export function readYaml(path: string): unknown {
  return parse(readText(path), { merge: true, strict: true, uniqueKeys: true });
}

/** All documents of a file. @throws at the first error in any */
export function readYamlDocuments(path: string): readonly unknown[] {
  return parseAllDocuments(readText(path)).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS();
  });
}
