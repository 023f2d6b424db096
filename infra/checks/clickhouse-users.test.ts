// A real server compresses as the embedded engine, which the tests run on, and its users have that one's grants and those of a cluster.
import { MERGED_PARTS } from '@sazabi/embedded-clickhouse/compression';
import { usersXml } from '@sazabi/embedded-clickhouse/users-xml';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readText } from './files.ts';

const grantsSchema = z.object({ query: z.array(z.string()).or(z.string().transform((query) => [query])) });
const userSchema = z.object({ grants: grantsSchema, profile: z.string() });
const usersSchema = z.object({
  clickhouse: z.object({
    users: z.object({ app: userSchema, reader: userSchema }),
    profiles: z.record(z.string(), z.unknown()),
  }),
});
const parse = (xml: string) =>
  usersSchema.parse(new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(xml)).clickhouse;

const server = parse(readText('infra/clickhouse/users.xml'));
const embedded = parse(usersXml({ appPassword: 'a', readerPassword: 'b' }));

it.each(['config.xml', 'users.xml', 'cluster.example.xml'])('%s is XML', (name) => {
  expect(XMLValidator.validate(readText(`infra/clickhouse/${name}`))).toBe(true);
});

it('parts are compressed as by the embedded engine', () => {
  const config = new XMLParser({ parseTagValue: false }).parse(readText('infra/clickhouse/config.xml'));
  expect(config.clickhouse.compression).toEqual({ case: MERGED_PARTS });
});

describe.each(['app', 'reader'] as const)('user %s', (name) => {
  it('may do what it may on the embedded engine', () => {
    expect(privileges(server, name)).toEqual(expect.arrayContaining(privileges(embedded, name)));
  });

  it('has a profile that is there, and its password from the environment alone', () => {
    expect(Object.keys(server.profiles)).toContain(server.users[name].profile);
    expect(readText('infra/clickhouse/users.xml')).toContain(
      `<${name}>\n      <password from_env="CLICKHOUSE_${name.toUpperCase()}_PASSWORD"/>`,
    );
  });
});

it('a reader may nothing but select, here as there', () => {
  expect(privileges(server, 'reader').toSorted()).toEqual(privileges(embedded, 'reader').toSorted());
  expect(privileges(server, 'reader').every((privilege) => privilege.startsWith('SELECT ON '))).toBe(true);
});

/** One by one, however they are gathered: `SELECT ON sazabi.*`, `TABLE ENGINE ON MergeTree`. */
function privileges({ users }: ReturnType<typeof parse>, name: 'app' | 'reader'): string[] {
  return users[name].grants.query.flatMap((grant) => {
    const text = grant.replace(/^GRANT /, '');
    if (text.startsWith('TABLE ENGINE')) return text.split(', ');
    const [names = '', on] = text.split(' ON ');
    return names.split(', ').map((privilege) => `${privilege} ON ${on}`);
  });
}
