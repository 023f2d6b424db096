// What the calls of one type of key need to know of it; the calls themselves are the same for both types.
import type {
  newPublicKeySchema,
  newSecretKeySchema,
  publicKeyChangeSchema,
  secretKeyChangeSchema,
} from '@sazabi/contract/schemas';
import type { KeyRow, KeyTable, ListKeysOptions, NewKey, Wish } from '@sazabi/control-db';
import type { z } from 'zod';
import type { Context } from '../../context.ts';
import type { Caller } from '../../tenancy.ts';

export interface KeyKind<Row extends KeyRow, Wanted extends NewKey = NewKey> {
  readonly table: KeyTable<Row, Wanted>;
  readonly path: '/public-keys' | '/secret-keys';
  readonly tag: string;
  /** As answers name it. */
  readonly what: 'public key' | 'secret key';
  readonly shown: z.ZodType;
  readonly created: z.ZodType;
  readonly listQuery: z.ZodType<ListQuery>;
  readonly newBody: z.ZodType<NewBody>;
  readonly changeBody: z.ZodType<ChangeBody>;
  present(row: Row): Readonly<Record<string, unknown>>;
  /** The new key that a body of `newBody` asks for. @throws ContractError where the caller may not make it, or nobody */
  wantedOf(context: Context, caller: Caller, body: NewBody): Promise<Wanted>;
  /** What a body of `changeBody` changes of the key. @throws ContractError where that may not be */
  changeOf(caller: Caller, row: Row, body: ChangeBody): Wish<Row>;
  /** @throws ContractError where the caller may not change or end this key */
  permit(caller: Caller, row: Row): void;
}

/** A body that makes a key, of the kind's own schema. */
type NewBody = z.infer<typeof newPublicKeySchema> | z.infer<typeof newSecretKeySchema>;
/** A body that changes a key, of the kind's own schema. */
type ChangeBody = z.infer<typeof publicKeyChangeSchema> | z.infer<typeof secretKeyChangeSchema>;

interface ListQuery extends Pick<ListKeysOptions, 'mode' | 'state' | 'projectId'> {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly unusedSince?: string | undefined;
}
