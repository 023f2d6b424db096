// What tests do with a PostgreSQL server, wherever it runs: whether it answers, and a database for each who asks.
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

export const USER = 'sazabi';
export const PASSWORD = 'of-a-test';
const CONNECT_TIMEOUT_SECONDS = 2;

/** @param address `127.0.0.1:port` @throws Error where it does not */
export async function databaseAnswers(address: string): Promise<boolean> {
  await asked(address, (sql) => sql`SELECT 1`);
  return true;
}

/** The URL of a new, empty database. */
export async function createDatabase(address: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asked(address, (sql) => sql`CREATE DATABASE ${sql(name)}`);
  return urlOf(address, name);
}

/** Deletes it, whoever is connected. @param url what {@link createDatabase} gave */
export async function dropDatabase(url: string): Promise<void> {
  const { host, pathname } = new URL(url);
  await asked(host, (sql) => sql`DROP DATABASE IF EXISTS ${sql(pathname.slice(1))} WITH (FORCE)`);
}

async function asked(address: string, ask: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const options = { max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS, onnotice: () => undefined };
  const sql = postgres(urlOf(address, 'postgres'), options);
  try {
    await ask(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function urlOf(address: string, database: string): string {
  return `postgres://${USER}:${PASSWORD}@${address}/${database}`;
}
