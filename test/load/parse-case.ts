// The cases of a command: settings by name, for rounds that take turns.

/** What is set of `name=value …` over what a case has by itself. @throws RangeError for a name that no case has, or no whole number */
export function parseCase<T extends Readonly<Record<string, number>>>(text: string, defaults: T): T {
  const given = { ...defaults };
  for (const setting of text.split(/\s+/).filter(Boolean)) {
    const [name = '', value] = setting.split('=');
    if (!Object.hasOwn(defaults, name) || !/^\d+$/.test(value ?? ''))
      throw new RangeError(
        `A case cannot set ${setting}: it takes ${Object.keys(defaults).join(', ')}, each with a number`,
      );
    Object.assign(given, { [name]: Number(value) });
  }
  return given;
}
