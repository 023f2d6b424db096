// Ids in the text of a query: there are too many for bound parameters, and their form leaves no room for anything else.

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Quoted and separated by commas. @throws TypeError for anything that is not a UUID's text */
export function idList(ids: readonly string[]): string {
  for (const id of ids) if (!UUID_TEXT.test(id)) throw new TypeError('an id is not a UUID');
  return ids.map((id) => `'${id}'`).join(',');
}
