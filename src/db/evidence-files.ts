import { sql } from 'kysely';
import type { Viewer } from './access.ts';
import { openTo } from './consent.ts';
import type { Tx } from './engine.ts';

/** Files that people attach as evidence of what they record: of a ledger's line, or of a grant that still waits. */

export interface EvidenceFile {
  name: string;
  content: Uint8Array;
}

export async function insertLedgerFile(
  tx: Tx,
  file: {
    contactPointId: string;
    seq: number;
    name: string;
    mimeType: string;
    sha256: string;
    content: Uint8Array;
  },
): Promise<void> {
  await sql`insert into ledger_file (contact_point_id, seq, name, mime_type, sha256, content)
    values (${file.contactPointId}::uuid, ${file.seq}, ${file.name}, ${file.mimeType}, ${file.sha256}, ${file.content}::bytea)`.execute(
    tx,
  );
}

/** The file of a line; null where it has none, was erased, or the customer's conversation is another team's. */
export async function readLedgerFile(
  tx: Tx,
  contactPointId: string,
  seq: number,
  viewer: Viewer,
): Promise<EvidenceFile | null> {
  const { rows } = await sql<EvidenceFile>`select f.name, f.content
      from ledger_file f join contact_point c on c.id = f.contact_point_id
     where f.contact_point_id = ${contactPointId}::uuid and f.seq = ${seq} and ${openTo(viewer)}`.execute(tx);
  return rows[0] ?? null;
}

/** As it was sent, in base64: of a grant that nobody has decided. */
export interface WaitingFile {
  name: string;
  mimeType: string;
  base64: string;
}

export async function readWaitingFile(tx: Tx, grantId: string, viewer: Viewer): Promise<WaitingFile | null> {
  const { rows } = await sql<{ file: WaitingFile | null }>`select g.evidence -> 'file' as file
      from pending_grant g join contact_point c on c.id = g.contact_point_id
     where g.id = ${grantId}::uuid and g.decided_at is null and ${openTo(viewer)}`.execute(tx);
  return rows[0]?.file ?? null;
}
