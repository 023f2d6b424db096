// Schema issues as the contract shows them: dotted paths, no word of what was sent.
import { ContractError, type ValidationIssue } from '@sazabi/contract';
import type { FastifyError, FastifySchemaValidationError } from 'fastify';

const PLACES: Readonly<Record<string, string>> = { body: 'The body', querystring: 'The query', params: 'The path' };

/** The 400 for what Fastify's validation found. */
export function validationError(error: FastifyError): ContractError {
  const inQuery = error.validationContext === 'querystring';
  const issues = (error.validation ?? []).map((issue) => issueOf(issue, inQuery));
  const place = PLACES[error.validationContext ?? ''] ?? 'The request';
  return invalid(issues, `${place} is not as documented: ${issues.map(describe).join('; ')}.`);
}

/** A 400 for issues found by a handler. */
export function invalid(issues: readonly ValidationIssue[], message?: string): ContractError {
  return new ContractError(
    'VALIDATION_ERROR',
    message ?? `The body is not as documented: ${issues.map(describe).join('; ')}.`,
    { issues },
  );
}

function issueOf(error: FastifySchemaValidationError, inQuery: boolean): ValidationIssue {
  const path = error.instancePath.replace(/^\//, '').replaceAll('/', '.');
  // The query string is never repeated: its names too may be a key that someone put there.
  const message = inQuery && error.keyword === 'unrecognized_keys' ? 'has an unknown parameter' : error.message;
  return { path, message: message ?? 'is wrong' };
}

function describe({ path, message }: ValidationIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}
