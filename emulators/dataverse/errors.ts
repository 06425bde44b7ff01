import { UNVERIFIED } from './unverified.ts';

/** Refuses a Web API call the way Dataverse does. Clients decide by status first, then code, never by message. */
export class DataverseError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/**
 * The body of a refused call. With `detailed` (the caller asked for all annotations) it also says what only people
 * read. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors
 */
export function errorBody(error: DataverseError, detailed: boolean, emptyCode: boolean): object {
  const code = emptyCode ? '' : error.code;
  return {
    error: {
      code,
      message: error.message,
      ...(detailed
        ? {
            '@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus': '0',
            '@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode': '0',
            '@Microsoft.PowerApps.CDS.HelpLink': `http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a${error.code.slice(2)}&client=platform`,
            '@Microsoft.PowerApps.CDS.TraceText': '',
            '@Microsoft.PowerApps.CDS.InnerError.Message': error.message,
          }
        : {}),
    },
  };
}

export function noSuchRecord(table: string, id: string): DataverseError {
  return new DataverseError(404, '0x80040217', `${table} With Id = ${id} Does Not Exist`);
}

export function noSuchSegment(segment: string): DataverseError {
  return new DataverseError(404, '0x80060888', `Resource not found for the segment '${segment}'.`);
}

export function unknownProperty(property: string, table: string): DataverseError {
  const type = `Microsoft.Dynamics.CRM.${table}`;
  return badQuery(`Could not find a property named '${property}' on type '${type}'.`);
}

/** The URL is not understood. */
export function badQuery(message: string): DataverseError {
  return new DataverseError(400, '0x80060888', message);
}

export function badPayload(set: string, message: string): DataverseError {
  return new DataverseError(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'${set}', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: ${message}`,
  );
}

export function versionMismatch(): DataverseError {
  return new DataverseError(
    412,
    '0x80060882',
    "The version of the existing record doesn't match the RowVersion property provided.",
  );
}

export function alreadyThere(): DataverseError {
  return new DataverseError(
    412,
    UNVERIFIED.recordAlreadyThereCode,
    'A record with matching key values already exists.',
  );
}

export function noMethod(method: string): DataverseError {
  return new DataverseError(
    405,
    '0x80060888',
    `The requested resource does not support http method '${method}'.`,
  );
}
