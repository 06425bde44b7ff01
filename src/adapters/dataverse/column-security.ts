import { z } from 'zod';
import { type ColumnSecurity, CrmFailure } from '../../ports.ts';
import type { Client } from './client.ts';

/** What column security leaves our application user. */

export interface SecuredAttribute {
  MetadataId?: string | null | undefined;
  IsSecured?: boolean | null | undefined;
  CanBeSecuredForRead?: boolean | null | undefined;
  CanBeSecuredForUpdate?: boolean | null | undefined;
}

/** By the column's MetadataId, of secured columns that a profile opens; null where the organisation does not tell. */
export type ColumnPermissions = ReadonlyMap<string, { read: boolean; update: boolean }> | null;

const Privileges = z.looseObject({
  AttributePrivileges: z.array(
    z.looseObject({ AttributeId: z.string(), CanRead: z.number(), CanUpdate: z.number() }),
  ),
});

/**
 * Through profiles of the user's own and of their teams. 0 is not allowed, 4 allowed.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/retrieveprincipalattributeprivileges
 */
export async function readColumnPermissions(client: Client, userId: string): Promise<ColumnPermissions> {
  try {
    const { AttributePrivileges } = await client.json(
      Privileges,
      `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
    );
    return new Map(
      AttributePrivileges.map((one) => [
        one.AttributeId.toLowerCase(),
        { read: one.CanRead > 0, update: one.CanUpdate > 0 },
      ]),
    );
  } catch (error) {
    // Only a test of the column can tell then.
    if (error instanceof CrmFailure && !error.passing) return null;
    throw error;
  }
}

/** Null where the column is not secured. */
export function securityOf(column: SecuredAttribute, permissions: ColumnPermissions): ColumnSecurity | null {
  if (column.IsSecured !== true) return null;
  const mine = permissions?.get((column.MetadataId ?? '').toLowerCase());
  const may = (action: 'read' | 'update', securable: boolean): boolean | null =>
    securable ? (permissions === null ? null : (mine?.[action] ?? false)) : true;
  return {
    read: may('read', column.CanBeSecuredForRead !== false),
    update: may('update', column.CanBeSecuredForUpdate !== false),
  };
}
