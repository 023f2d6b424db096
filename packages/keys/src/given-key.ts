// A key that comes from settings instead of being made: judged before anything starts.
import { z } from 'zod';
import { type KeyType, parseKey } from './key-form.ts';

/** What is wrong with a key that is to be taken as one of this type, or null. Not quoted: it may be all but right. */
export function givenKeyProblem(type: KeyType, text: string): string | null {
  const parsed = parseKey(text);
  if (!parsed.ok) return 'is malformed: check it with "sazabi keys verify", or unset it';
  return parsed.type === type ? null : `holds a ${parsed.type} key; it takes a ${type} key`;
}

/** A setting that may hold a key of this type. */
export const givenKeySetting = (type: KeyType) =>
  z
    .string()
    .superRefine((text, context) => {
      const problem = givenKeyProblem(type, text);
      if (problem !== null) context.addIssue(problem);
    })
    .optional();
