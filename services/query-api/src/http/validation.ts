// Schema issues as the contract shows them: dotted paths, no word of what was sent.
import { ContractError, type ValidationIssue } from '@sazabi/contract';
import type { FastifyError, FastifySchemaValidationError } from 'fastify';

/** Unknown fields that an answer names: a body may have thousands. */
const UNKNOWN_FIELDS_NAMED_MAX = 10;

const PLACES: Readonly<Record<string, string>> = { body: 'The body', querystring: 'The query', params: 'The path' };

/** The 400 for a body that a call needs, and that was not sent. */
export function emptyBody(): ContractError {
  return new ContractError('INVALID_JSON', 'The body is empty: send a JSON object as documented.');
}

/** The 400 for what Fastify's validation found. */
export function validationError(error: FastifyError): ContractError {
  const inQuery = error.validationContext === 'querystring';
  const issues = (error.validation ?? []).flatMap((issue) => issuesOf(issue, inQuery));
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

function issuesOf(error: FastifySchemaValidationError, inQuery: boolean): ValidationIssue[] {
  const path = error.instancePath.replace(/^\//, '').replaceAll('/', '.');
  if (error.keyword !== 'unrecognized_keys') return [{ path, message: error.message ?? 'is wrong' }];
  // The query string is never repeated: its names too may be a key that someone put there.
  if (inQuery) return [{ path, message: 'has an unknown parameter' }];
  const { keys } = error.params;
  const unknown = Array.isArray(keys) ? keys.slice(0, UNKNOWN_FIELDS_NAMED_MAX) : [];
  return unknown.map((name) => ({
    path: path === '' ? `${name}` : `${path}.${name}`,
    message: 'is not a known field',
  }));
}

function describe({ path, message }: ValidationIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}
