// What the OpenAPI document is linted by: Redocly's strict set, a few rules more, and the exceptions with their reasons.

/** Beside `recommended-strict`. */
export const RULES = {
  'parameter-description': 'error',
  'operation-tag-defined': 'error',
  'no-unused-components': 'error',
  'component-name-unique': 'error',
  'path-not-include-query': 'error',
} as const;

/** By rule and place: what does not hold here, and why. */
export const EXCEPTIONS: readonly { readonly rule: string; readonly place: RegExp; readonly why: string }[] = [
  {
    rule: 'operation-4xx-response',
    place: /^#\/paths\/~1(healthz|readyz|version)\//,
    why: 'Probes take no key, no query and no body: there is nothing to refuse.',
  },
];
